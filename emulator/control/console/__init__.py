"""The console: a world seen and driven from a browser, without a line of script.

It does what the control API does, by the same functions (docs/console.md).
"""
