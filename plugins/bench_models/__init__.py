"""The built-in models, from a course on deep learning, a package for each family."""

from collections.abc import Iterator

import bench
from bench_models import adversarial, autoencoders, classical, classifiers, forecasting, sequences


@bench.hookimpl
def bench_models() -> Iterator[bench.ModelInfo]:
    for family in (classifiers, autoencoders, adversarial, sequences, classical, forecasting):
        yield from family.MODELS
