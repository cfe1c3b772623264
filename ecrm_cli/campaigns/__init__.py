"""What is sent to whom: campaigns in files; a run freezes whom it goes to and what it says."""
