"""The control API for programs, and the console for people."""
