"""Metrics for models that give their data a probability."""

import bench

METRICS: tuple[bench.MetricInfo, ...] = ()
