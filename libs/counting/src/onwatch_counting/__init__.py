"""The counting rules: what tracked vehicles do in zones and at gates. Pure, no I/O.

The detector counts with them while a run goes on, the aggregator when it counts a finished run again from its log.
"""
