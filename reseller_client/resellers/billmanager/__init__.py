"""BILLmanager as reseller: imported tariffs, running operations, pulled events."""
