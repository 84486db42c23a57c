"""What the fork server imports once, for all workers. An import that fails is left to the worker."""

import contextlib
import importlib

HEAVY = (
    "torch",
    "pytorch_lightning",
    "torchmetrics",
    "torch.onnx",
    "onnx",
    "onnxscript",
    "sklearn.model_selection",
    "torchvision.datasets",
    "matplotlib.figure",
    "bench.stages.case",
)

for module in HEAVY:
    with contextlib.suppress(Exception):
        importlib.import_module(module)
