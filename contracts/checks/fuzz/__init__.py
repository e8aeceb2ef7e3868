"""Requests made up from the seller's own declarations, good and bad, and what must hold of each.

They cannot say what a real seller answers. They catch a seller that breaks its declarations, and
what holds of every answer whatever was asked (docs/fuzzing.md).
"""
