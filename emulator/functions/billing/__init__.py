"""Functions about orders and money."""
