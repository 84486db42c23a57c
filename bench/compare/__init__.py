"""Two runs -> effects, intervals, verdicts; a series of runs -> where it changed."""
