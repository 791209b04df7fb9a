"""`onwatch tally`: a person counts a clip by hand and compares their count with Onwatch's."""
