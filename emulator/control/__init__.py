"""How people and programs drive the seller: the control API and the console."""
