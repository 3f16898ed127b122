"""What charge points are doing now, and how far that can be believed."""
