"""What frames for viewers cost: JPEG and video, in bytes, CPU time and quality."""
