"""Metrics and pictures for reconstructions of the input."""

import bench

METRICS: tuple[bench.MetricInfo, ...] = ()
