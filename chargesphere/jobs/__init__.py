"""Background loops of a running server."""
