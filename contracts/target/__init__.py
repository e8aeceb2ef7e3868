"""What is judged: a seller in this process or at a URL, and what guards calls to it."""
