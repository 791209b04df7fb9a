"""Databases to test on, and the suite that every owner's database passes."""
