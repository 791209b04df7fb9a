"""A passive scan of every kind of answer, after the rules of the baseline scan of ZAP."""
