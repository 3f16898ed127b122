"""Finding places by name."""
