"""The torch model itself, as it is or compiled."""

import os
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Any, Literal

import torch

from bench import Artifact, BenchError, Export, Session, Unsuitable
from bench.stages.build import load_checkpoint

# What torch's compiler calls unless CXX names another.
COMPILERS = {"darwin": "clang++", "win32": "cl"}

# Every batch size and length is compiled for itself. Beyond this many, torch would refuse to compile another.
MOST_SHAPES = 256


class TorchRuntime:
    """Executes the model that the artifact was exported from, built again from its checkpoint, in eager mode.

    A call takes arrays in the host's memory and returns arrays there: on CUDA, the clock spans both copies. Products
    of fp32 are computed in fp32 there, not in TF32.
    """

    label = "torch"

    def devices(self) -> tuple[str, ...]:
        return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)

    def load(self, artifact: Artifact, device: str, threads: int) -> Session:
        torch.set_num_threads(threads)
        torch.set_float32_matmul_precision("highest")
        torch.backends.cudnn.allow_tf32 = False
        _, exports = load_checkpoint(Path(artifact.checkpoint))
        part = next(part for part in exports if part.name == artifact.name)
        engine = self._engine(part, device)
        module = self._prepared(part.module.to(device))

        @torch.inference_mode()
        def call(arrays: list[Any]) -> list[Any]:
            outputs = module(*(torch.from_numpy(array).to(device) for array in arrays))
            outputs = outputs if isinstance(outputs, tuple) else (outputs,)
            return [output.cpu().numpy() for output in outputs]  # the copy to the CPU waits for the device

        return Session(call, f"{engine}-{device}")

    def _engine(self, part: Export, device: str) -> str:
        """What computes the part.

        :raises Unsuitable: if that is not torch, and is asked for more than to compute as it is on the CPU
        """
        if part.engine == "torch":
            return self.label
        if device != "cpu" or self.label != "torch":
            raise Unsuitable(f"{part.name} is computed by {part.engine}, on the CPU alone, and not by {self.label}")
        return part.engine

    def _prepared(self, module: Any) -> Any:
        """What is called in the module's place."""
        return module


class TorchCompileRuntime(TorchRuntime):
    """Executes the model that the artifact was exported from, compiled as a whole by torch.compile.

    It is compiled for each batch size and length at the first call with it; what is then timed has fixed shapes. What
    has been compiled is kept in torch's own cache, whose folder `TORCHINDUCTOR_CACHE_DIR` names, and later processes
    take it from there. A model that cannot be compiled as a whole is an error, never eager mode.

    :param mode: torch.compile's own `mode`; `reduce-overhead` replays CUDA graphs, `max-autotune` also tries kernels
    """

    label = "torch-compile"

    def __init__(self, mode: Literal["default", "reduce-overhead", "max-autotune"] = "default") -> None:
        self.mode = mode

    def devices(self) -> tuple[str, ...]:
        """:raises BenchError: without a C++ compiler and Python's headers, which every compiled model needs."""
        compiler = os.environ.get("CXX", COMPILERS.get(sys.platform, "g++"))
        if shutil.which(compiler) is None:
            hint = "install one, such as g++, or name it in the environment variable CXX"
            raise BenchError(f"it needs a C++ compiler, and there is no {compiler}", hint)
        header = Path(sysconfig.get_path("include"), "Python.h")
        if not header.exists():
            raise BenchError(f"it needs Python's headers, and there is no {header}", "install python3-dev or the like")
        return super().devices()

    def _prepared(self, module: Any) -> Any:
        import torch._dynamo.config as dynamo
        import torch._inductor.config as inductor

        # Compile in this process: helper processes would share its cores while it is timed, and outlive it.
        inductor.compile_threads = 1
        dynamo.recompile_limit = MOST_SHAPES
        return torch.compile(module, fullgraph=True, dynamic=False, mode=self.mode)
