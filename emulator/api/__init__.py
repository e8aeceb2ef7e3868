"""What a function of the API is: its declaration, its schemas, what a handler sees and answers."""
