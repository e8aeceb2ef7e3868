"""Tables, column types, and statements compiled once."""
