"""What the numbers of a period are, and what each of them means."""
