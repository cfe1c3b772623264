"""What the outbox can be told: service mail, and what waits."""
