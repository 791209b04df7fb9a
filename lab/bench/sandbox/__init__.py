"""What it costs to decode in a process of its own."""
