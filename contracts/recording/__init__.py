"""Recordings of a seller: made by a proxy, masked before they are written, compared, replayed."""
