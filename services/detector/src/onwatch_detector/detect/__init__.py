"""Finds the vehicles in the frames of a video. Each room inside has its own door, so that `engines` imports nothing."""
