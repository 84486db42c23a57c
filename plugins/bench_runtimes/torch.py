"""The torch model itself."""

from pathlib import Path
from typing import Any

import torch

from bench import Artifact, Session
from bench.stages.build import load_checkpoint


class TorchRuntime:
    """Executes the model that the artifact was exported from, built again from its checkpoint, in eager mode."""

    def devices(self) -> tuple[str, ...]:
        return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)

    def load(self, artifact: Artifact, device: str, threads: int) -> Session:
        torch.set_num_threads(threads)
        _, exports = load_checkpoint(Path(artifact.checkpoint))
        module = next(part.module for part in exports if part.name == artifact.name).to(device)

        @torch.inference_mode()
        def call(arrays: list[Any]) -> list[Any]:
            outputs = module(*(torch.from_numpy(array).to(device) for array in arrays))
            outputs = outputs if isinstance(outputs, tuple) else (outputs,)
            return [output.cpu().numpy() for output in outputs]  # the copy to the CPU waits for the device

        return Session(call, f"torch-{device}")
