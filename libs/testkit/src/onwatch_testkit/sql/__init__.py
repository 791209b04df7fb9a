"""Databases for tests, and the conformance suite of every service's database."""
