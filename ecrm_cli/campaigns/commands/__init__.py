"""``ecrm campaign``: what is sent to whom."""
