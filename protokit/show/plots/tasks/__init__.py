"""Pictures of what one task alone has."""
