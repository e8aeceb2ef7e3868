"""Money and what is bought with it: orders, payments, prices of terms."""
