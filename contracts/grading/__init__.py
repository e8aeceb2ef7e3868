"""The former place of the reference adapter, which is `contracts.checks.client.adapter` now."""
