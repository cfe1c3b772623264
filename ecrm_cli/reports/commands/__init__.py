"""``ecrm report``, and what it says."""
