"""The judge of a reseller's integration: serves it a seller that makes difficulties on purpose.

docs/grading.md describes the protocol. A lesson asks a client to act, applies faults meanwhile, and
checks what the client did.
"""
