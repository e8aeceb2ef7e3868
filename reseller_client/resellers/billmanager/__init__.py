"""BILLmanager as reseller: imported tariffs, operations, pulled changes."""
