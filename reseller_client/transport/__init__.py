"""Calls and answers: encoding, sending, reading, retrying."""
