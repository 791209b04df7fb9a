"""Hours of video in one file: time of upload, start and resuming, memory of a run, and whether rows are exact."""
