"""The REST API, version 1: what the screens can ask, for everybody."""
