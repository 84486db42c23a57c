"""What the fork server imports once, for all workers. An import that fails is left to the worker."""

import atexit
import contextlib
import gc
import importlib
import os
import sys
from multiprocessing import forkserver

HEAVY = (
    "torch",
    "pytorch_lightning",
    "torchmetrics",
    "torch.onnx",
    "onnx",
    "onnxscript.function_libs.torch_lib.ops",
    "sklearn.datasets",
    "sklearn.model_selection",
    "torchvision.datasets",
    "matplotlib.figure",
    "bench.stages.case",
)


def _is_server() -> bool:
    """Whether this process is the fork server, which lives for its workers alone."""
    return getattr(sys.modules["__main__"], "main", None) is forkserver.main


# What is imported is never garbage. Looking for some in it takes a quarter of the imports, and a fifth of an export.
gc.disable()
for module in HEAVY:
    with contextlib.suppress(Exception):
        importlib.import_module(module)
if _is_server():
    gc.freeze()
    # To take torch apart at the end is more than a second, for which whoever reads bench's output would wait.
    atexit.register(os._exit, 0)
gc.enable()
