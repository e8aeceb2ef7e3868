"""Functions that work on services of any product type."""
