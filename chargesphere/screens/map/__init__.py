"""The map: what is around, narrowed to what the driver wants."""
