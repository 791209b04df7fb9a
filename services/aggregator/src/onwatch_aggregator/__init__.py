"""The aggregator: live metrics, leases and checkpoints in Redis; the results of finished runs in SQL."""
