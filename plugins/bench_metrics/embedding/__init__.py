"""Metrics and pictures for codes and features."""

import bench

METRICS: tuple[bench.MetricInfo, ...] = ()
