"""A suite: YAML -> `Suite`, validated with file and line -> a plan of cases. Knows nothing of how they are run."""
