"""What of the declared API a run of tests or of a judge exercised, told and gated.

It is counted by the seller itself (``GET /_mockseller/coverage``) or, from a saved report of a
judge, by the very same code of its.
"""
