"""Fuzzing: requests generated from the seller's own declarations, and rules for every answer.

It cannot say what a real seller answers. It finds a seller that breaks its declarations, and rules
that hold for every request (docs/fuzzing.md).
"""
