"""Fakes, fixtures and the suites that every adapter passes; shipped, so that each member tests with the same."""
