"""How right the numbers are: clips with exact truth, counted by Onwatch and by plain pipelines side by side."""
