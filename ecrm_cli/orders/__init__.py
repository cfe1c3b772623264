"""What was sold to whom, and what was given back."""
