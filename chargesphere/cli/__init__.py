"""The commands of ``python -m chargesphere``."""
