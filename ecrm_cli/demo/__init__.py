"""A shop with people in it: its export files, and the story that the commands tell about them."""
