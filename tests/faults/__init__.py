"""Kills, stalls and cuts whatever can be, from a seed, and compares the rows in SQL with those of a run left alone.

`plan` says what happens when, `injecting` does it, `arena` is the place, `checks` what has to hold afterwards.
"""
