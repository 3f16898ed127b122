"""One station: what it offers, whether it is free, what it costs, how to get there."""
