"""Who may be written to about what, on what ground, and who may not: the single answer."""
