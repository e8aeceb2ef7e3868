"""A reseller's shop: prices, customers, sales and margins."""
