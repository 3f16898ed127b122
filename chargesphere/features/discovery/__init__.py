"""Finding stations: the index, its filters, search and the map view."""
