"""Recordings of a seller: made by a proxy, pseudonymized before they are written, replayed."""
