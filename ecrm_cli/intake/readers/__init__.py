"""One file a format; each ends in records of text cells with their line numbers."""
