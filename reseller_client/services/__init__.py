"""What an account buys and holds: catalogue, orders, licenses, servers, modules."""
