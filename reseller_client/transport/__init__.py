"""From a call to an answer: encoding, sending, reading, retrying."""
