"""What charging costs, as published and in words."""
