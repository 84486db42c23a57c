"""From how many samples a percentile may be stated."""

# The fewest from which each percentile (in tenths above 99) may be stated, by the early-stopping rule of MLPerf's
# LoadGen at 99 % confidence: fewer could all have been lucky.
LEAST_SAMPLES = {50: 11, 90: 64, 99: 662, 99.9: 6636}


def missing(percent: float, samples: int) -> int:
    """How many samples are missing before a percentile may be stated."""
    return max(0, LEAST_SAMPLES[percent] - samples)
