"""Stations as facts: where they are, what they offer, and who says so."""
