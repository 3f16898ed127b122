"""Sources of stations: what exists, where, with which plugs, and at what price."""
