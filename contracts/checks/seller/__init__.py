"""Judges any BILLmanager-like seller: by what is on record, and by reselling what it sells."""
