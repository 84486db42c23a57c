"""Models that are fitted, not trained by gradient: scikit-learn, exported by skl2onnx."""

import bench

MODELS: tuple[bench.ModelInfo, ...] = ()
