"""The judge as a pytest suite: ``pytest --pyargs contracts.suite``.

Every exchange against the seller in process and over HTTP under gunicorn; what the client sends
and reads; requests made up from the declarations, one run for each function.
"""
