"""Functions of the product types, each family built from one description."""
