"""The commands of the judge, one file each; loaded by entry point."""

from contracts.cli.demo import demo
from contracts.cli.drift import drift
from contracts.cli.explain import explain
from contracts.cli.record import record
from contracts.cli.verify import verify

__all__ = ["demo", "drift", "explain", "record", "verify"]
