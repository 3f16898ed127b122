"""The outside world: one folder a port, one file a vendor, and a demo twin that ships."""
