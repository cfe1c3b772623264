"""The commands of loyalty."""
