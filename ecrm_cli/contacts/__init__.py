"""People and how they are reached: the book's first page."""
