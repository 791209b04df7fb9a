"""Onwatch: the program `onwatch`."""
