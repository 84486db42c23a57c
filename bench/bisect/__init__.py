"""Which commit made a figure worse: git bisect, driven by measurements."""
