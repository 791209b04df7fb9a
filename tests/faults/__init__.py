"""Fault injection from a seed: kills, stalls and cuts processes, servers and links, then compares the rows in SQL with
those of an undisturbed run.

`schedule` derives the faults from the seed, `injection` performs them, `environment` holds servers and services,
`runner` runs one schedule, `campaign` many, and `checks` states the invariants.
"""
