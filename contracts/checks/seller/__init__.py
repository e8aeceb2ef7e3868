"""Judges a seller by the recorded exchanges and by reselling what it sells."""
