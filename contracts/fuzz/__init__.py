"""The former place of the hooks for schemathesis: `contracts.checks.fuzz.hooks` now."""
