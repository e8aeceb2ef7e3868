"""Declarations of functions, their schemas, and what a handler receives and returns."""
