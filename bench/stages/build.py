"""Records -> live objects: the dataset, the model and the parts of it that are exported."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from pytorch_lightning import LightningDataModule, LightningModule

from bench.catalog import resolve
from bench.errors import BenchError
from bench.records import DatasetInfo, DataSpec, Export, ModelInfo, TensorSpec
from bench.signature import checked, first_parameter


def build_dataset(info: DatasetInfo, params: dict[str, Any]) -> LightningDataModule:
    """The dataset, not loaded yet.

    :raises ParameterError: if it does not take these parameters
    :raises BenchError: if it has no `spec`
    """
    target = resolve(info)
    data = target(**checked(target, params))
    if not isinstance(getattr(data, "spec", None), DataSpec):
        raise BenchError(f"the dataset {info.name!r} has no `spec`", "it must be a bench.DataSpec, set in __init__")
    return data


def build_model(info: ModelInfo, params: dict[str, Any], spec: DataSpec) -> LightningModule:
    """The model, not trained.

    :raises ParameterError: if it does not take these parameters
    :raises Unsuitable: if it does not accept such data
    """
    target = resolve(info)
    return target(spec, **checked(target, params, given=(first_parameter(target),)))


def exports_of(model: LightningModule, info: ModelInfo, spec: DataSpec) -> list[Export]:
    """What the model's `exports()` returns, or its `forward` as the one artifact."""
    if hasattr(model, "exports"):
        return list(model.exports())
    inputs = (TensorSpec("input", spec.input_shape, spec.input_dtype),)
    return [Export("forward", model, info.task_for(spec), inputs)]


def save_checkpoint(
    model: LightningModule, info: ModelInfo, params: dict[str, Any], spec: DataSpec, path: Path
) -> None:
    """Write the weights together with all that is needed to build the model again."""
    weights = {name: tensor.detach().cpu() for name, tensor in model.state_dict().items()}
    content = {"model": asdict(info), "params": params, "spec": asdict(spec), "weights": weights}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    torch.save(content, partial)
    partial.replace(path)


def load_checkpoint(path: Path) -> tuple[LightningModule, list[Export]]:
    """The trained model on the CPU, ready to be called, and its exports."""
    content = torch.load(path, weights_only=True, map_location="cpu")
    info, spec = ModelInfo(**content["model"]), DataSpec(**content["spec"])
    model = build_model(info, content["params"], spec)
    model.load_state_dict(content["weights"])
    model.eval()
    return model, exports_of(model, info, spec)
