"""Pages for this machine alone: who holds the token, which requests are let in, and the server."""
