"""Models that learn a code from which they can reconstruct their input."""

import bench

MODELS: tuple[bench.ModelInfo, ...] = ()
