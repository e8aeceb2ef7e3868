"""The former name of `contracts.checks.client.adapter`, for command lines that still have it."""
