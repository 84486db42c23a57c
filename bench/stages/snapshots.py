"""Snapshots: the model as it was at some ends of epochs, evenly spread over its training."""

from pathlib import Path

from pytorch_lightning import LightningModule

from bench.records import DataSpec
from bench.results import SnapshotResult
from bench.stages.build import save_checkpoint
from bench.stages.files import sha256
from bench.stages.request import CaseRequest


class Snapshots:
    """Keeps the weights whenever a further part of the training is done, and after the last epoch.

    :param request: of the case that is trained; what an earlier training has kept is removed
    """

    def __init__(self, request: CaseRequest, spec: DataSpec) -> None:
        self.kept: list[SnapshotResult] = []
        self._request = request
        self._spec = spec
        self._parts = request.train.get("snapshots", 0)
        self._next = 1
        for epoch in request.snapshots():
            request.snapshot(epoch).unlink()

    def after_epoch(self, model: LightningModule, epoch: int, share_done: float) -> None:
        """Keep the weights if they are due.

        :param epoch: how many there have been
        :param share_done: how much of the training that is
        """
        parts_done = int(share_done * self._parts + 1e-9)
        if parts_done < self._next:
            return
        self._next = parts_done + 1
        self._keep(model, epoch)

    def _keep(self, model: LightningModule, epoch: int) -> None:
        request, path = self._request, self._request.snapshot(epoch)
        save_checkpoint(model, request.model, request.params, self._spec, path)
        self.kept.append(SnapshotResult(epoch, str(path.relative_to(Path(request.folder))), sha256(path)))
