"""Who did what: one entry for every change and every export, in a chain that can be verified."""
