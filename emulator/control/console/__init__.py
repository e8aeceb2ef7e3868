"""The console: shows a world in a browser and changes it, without a script (docs/console.md).

It calls the same functions as the control API.
"""
