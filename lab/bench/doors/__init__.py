"""Benchmarks of what every viewer and every batch passes through: gateway, aggregator and catalog."""
