"""The trade: rules of money, licences, orders and time. Knows no HTTP."""
