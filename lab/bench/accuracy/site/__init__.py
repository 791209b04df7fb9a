"""Flows, counts by interval and speeds beside other libraries, on drawn traffic with exact truth."""
