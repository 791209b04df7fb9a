"""`onwatch tally`: a person counts a clip by hand, and sees how far the system is from their count."""
