"""What customers ask and complain about, and how fast they are answered."""
