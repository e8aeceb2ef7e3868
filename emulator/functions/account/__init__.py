"""Functions about the account itself."""
