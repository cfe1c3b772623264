"""Who: groups of people described by rules in files, compiled to one statement each."""
