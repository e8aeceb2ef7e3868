"""A custom billing that resells over the API."""
