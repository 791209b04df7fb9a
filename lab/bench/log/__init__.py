"""Measures the log of detections: its size in SQL, in Redis and on the bus, and the time to pack and read it."""
