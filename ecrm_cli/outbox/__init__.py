"""Mail that leaves: a row per recipient, claimed before the server sees it, settled after."""
