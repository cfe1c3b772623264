"""Files in: read whole, understood by presets, written in one transaction."""
