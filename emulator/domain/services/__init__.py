"""Services of every product type, from the order to the deletion."""
