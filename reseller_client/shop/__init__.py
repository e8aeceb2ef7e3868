"""A shop of one's own: prices, customers, sales and margins."""
