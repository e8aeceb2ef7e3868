"""A billing of one's own that resells over the API."""
