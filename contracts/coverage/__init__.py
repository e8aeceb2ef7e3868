"""Coverage: which part of the declared API a test suite or a judge exercised, with a gate.

The seller counts it (``GET /_mockseller/coverage``); of a saved report its code is used here.
"""
