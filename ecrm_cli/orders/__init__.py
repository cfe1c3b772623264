"""What was sold and what came back: orders, lines, refunds, products."""
