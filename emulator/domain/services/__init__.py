"""What has been bought: services of every product type, from opening to deletion."""
