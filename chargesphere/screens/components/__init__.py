"""Stateless building blocks of the screens."""
