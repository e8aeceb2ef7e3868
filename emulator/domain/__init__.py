"""The trade: rules of money, licenses, orders and time. Knows no HTTP."""
