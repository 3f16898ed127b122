"""What a driver sees: one folder a screen, on Reflex."""
