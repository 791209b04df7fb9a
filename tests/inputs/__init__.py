"""Video files of every kind: how each is made with FFmpeg, and what a person expects of it."""
