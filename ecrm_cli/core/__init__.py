"""What every room stands on; it knows no room and no command line."""
