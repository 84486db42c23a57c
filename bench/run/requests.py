"""A plan -> what its workers are asked."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bench.catalog import KINDS, Catalog
from bench.cores import cores
from bench.results import STAGES, CaseResult
from bench.run.loads import batch_sizes_of, processes_of
from bench.stages.request import CaseRequest, FeatureCase
from bench.suite.plan import Plan
from bench.suite.planned import PlannedCase


def default_jobs(cases: int) -> int:
    """How many cases run side by side unless the user says so: one a core, eight at most."""
    return max(1, min(cases, cores(), 8))


def case_requests(
    plan: Plan, catalog: Catalog, folder: Path, jobs: int, begun: Mapping[str, CaseResult] | None = None
) -> list[CaseRequest]:
    """One request a case; training shares the cores among the jobs.

    :param begun: case identifier -> what an earlier run has left of it; its stages are not asked for again
    """
    owners, threads = owners_of(catalog), max(1, cores() // jobs)
    requests = [_request(plan, case, folder, threads, owners) for case in plan.cases]
    done = {identifier: result.stages for identifier, result in (begun or {}).items()}
    return [
        replace(request, stages=tuple(stage for stage in STAGES if stage not in done.get(request.id, ())))
        for request in requests
    ]


def timing_processes(plan: Plan) -> int:
    """How many processes the timing of a whole plan takes, if each case has one artifact."""
    used = sum(len(runtime.precisions) for runtime in plan.runtimes)
    return len(plan.cases) * used * processes_of(plan.suite.measure)


def owners_of(catalog: Catalog) -> dict[str, str]:
    """Module -> the plugin that offers something from it; also top-level package -> plugin, where it is one's alone."""
    modules = {
        entry.info.target.partition(":")[0]: entry.plugin for kind in KINDS for entry in catalog.entries(kind).values()
    }
    packages: dict[str, set[str]] = {}
    for module, plugin in modules.items():
        packages.setdefault(module.partition(".")[0], set()).add(plugin)
    alone = {package: plugins.pop() for package, plugins in packages.items() if len(plugins) == 1}
    alone.pop("bench", None)  # the core is nobody's plugin
    return {**alone, **modules}


def _request(plan: Plan, case: PlannedCase, folder: Path, threads: int, owners: dict[str, str]) -> CaseRequest:
    measure = plan.suite.measure
    return CaseRequest(
        id=case.id,
        folder=str(folder),
        name=case.folder,
        model=case.model,
        dataset=case.dataset,
        params=case.params,
        data_params=case.data_params,
        train=case.train.model_dump(),
        seed=case.seed,
        metrics=tuple(plan.metrics),
        metrics_named=plan.suite.metrics is not None,
        runtimes=tuple(plan.runtimes),
        precisions=tuple(measure.precisions),
        device=measure.device,
        train_threads=threads,
        timed_threads=measure.threads,
        cores=tuple(measure.cores or ()),
        batch_sizes=batch_sizes_of(measure),
        lengths=tuple(measure.lengths or ()),
        timed=tuple(measure.artifacts or ()),
        whole=plan.whole,
        owners=owners,
        course=plan.course,
        features=FeatureCase(plan.features.id, plan.features.folder) if plan.features else None,
    )
