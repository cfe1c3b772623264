"""Points: given for what customers buy, spent, taken back, and proved to add up."""
