"""Two run directories whose files are there."""

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from bench.compare.runs import Run
from bench.store.folder import read_results, write_results


@pytest.fixture
def run_directory(tmp_path, make):
    """Write a run: `run_directory("base", [case, ...], **suite) -> Run`.

    Of every artifact, it writes a graph, a checkpoint and rows, and puts their hashes into the results. What these
    files hold depends on `content` and `weights`, or else on the name of the run: two runs with the same have the same.
    """

    def written(folder, path, content):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
        return sha256(content).hexdigest()

    def completed(folder, case, content, weights):
        graphs = []
        for one in case.artifacts:
            path = f"artifacts/{case.folder}/{one.path.rpartition('/')[2]}"
            graphs.append(replace(one, path=path, sha256=written(folder, path, f"{content} {path}".encode())))
            rows = np.zeros((8, 4), dtype=np.float32)
            np.savez(folder / "artifacts" / case.folder / f"{one.name}.rows.npz", input_0=rows, output_0=rows)
        path = f"artifacts/{case.folder}/checkpoint.pt"
        training = replace(case.training, checkpoint=path, checkpoint_sha256=written(folder, path, weights.encode()))
        return replace(case, artifacts=graphs, training=training)

    def make_run(name, cases, content=None, weights=None, runtimes=({"name": "graph"},), packages=None):
        folder = tmp_path / name
        cases = [completed(folder, case, content or name, weights or name) for case in cases]
        suite = {"name": "trial", "measure": {"runtimes": list(runtimes)}}
        results = make.results(cases, suite=suite)
        results.environment["packages"] |= packages or {}
        write_results(results, folder)
        return Run(*read_results(folder))

    return make_run
