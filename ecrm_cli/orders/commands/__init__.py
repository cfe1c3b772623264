"""The commands of orders: order and product."""
