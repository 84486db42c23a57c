"""Imports point one way, and what is heavy is imported where it is used."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bench

ROOT = Path(bench.__file__).parent

# A module imports nothing of a layer above its own.
LAYERS = (
    {
        "bench.errors",
        "bench.records",
        "bench.data",
        "bench.conditions",
        "bench.results",
        "bench.bounds",
        "bench.parity",
        "bench.cores",
        "bench.lengths",
        "bench.serving",
    },
    {"bench.hookspecs", "bench.signature"},
    {"bench.manager", "bench.catalog"},
    {"bench.suite"},
    {"bench.run"},
    {"bench.bisect"},
    {"bench.cli", "bench.testing"},
)

# Who may not import what, wherever in the file.
FORBIDDEN = {
    "bench": ("bench_models", "bench_datasets", "bench_metrics", "bench_runtimes"),
    "bench.stages": ("bench.suite", "bench.run", "bench.cli", "bench.report", "bench.compare", "bench.store"),
    "bench.timing": ("bench.suite", "bench.run", "bench.cli", "bench.report", "bench.compare", "bench.stages", "torch"),
    "bench.report": ("bench.suite", "bench.run", "bench.cli", "bench.stages", "bench.timing"),
    "bench.compare": ("bench.suite", "bench.run", "bench.cli", "bench.stages", "bench.report"),
    "bench.bisect": ("bench.suite", "bench.cli", "bench.stages", "bench.report", "bench.timing"),
    "bench.cli": ("bench.testing",),
    "bench.testing": ("bench.cli",),
    "bench.store": (
        "bench.suite",
        "bench.run",
        "bench.cli",
        "bench.stages",
        "bench.report",
        "bench.timing",
        "bench.compare",
    ),
}

HEAVY = ("torch", "torchvision", "torchmetrics", "pytorch_lightning", "lightning", "onnx", "onnxscript", "onnxruntime")

# What the start must not wait for.
SLOW = {*HEAVY, "numpy", "scipy", "sklearn", "matplotlib", "plotly", "pydantic"}


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(ROOT.rglob("*.py"))}


def imported(source: str) -> Iterator[str]:
    """Everything that a module imports, at its top or inside a function, but for what only type checkers see."""
    tree = ast.parse(source)
    unseen = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for child in node.body
        for inner in ast.walk(child)
    }
    for node in ast.walk(tree):
        if node in unseen:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


IMPORTS = {module: set(imported(path.read_text(encoding="utf-8"))) for module, path in MODULES.items()}


def layer_of(module: str) -> int | None:
    found = (n for n, layer in enumerate(LAYERS) if any(within(module, name) for name in layer))
    return next(found, None)


def breaches(package: str, forbidden: tuple[str, ...]) -> list[str]:
    return [
        f"{module} imports {name}"
        for module, names in IMPORTS.items()
        if within(module, package)
        for name in names
        if any(within(name, other) for other in forbidden)
    ]


def test_imports_are_found_wherever_they_are():
    source = """
        import a.b as c
        from d import e
        if TYPE_CHECKING:
            import unseen
        def f():
            from g.h import i, j
    """.replace("\n        ", "\n")
    assert set(imported(source)) == {"a.b", "d.e", "g.h.i", "g.h.j"}


def test_no_layer_imports_one_above_it():
    wrong = [
        f"{module} imports {name}"
        for module, names in IMPORTS.items()
        if (own := layer_of(module)) is not None
        for name in names
        if (other := layer_of(name)) is not None and other > own
    ]
    assert not wrong


@pytest.mark.parametrize(("package", "forbidden"), FORBIDDEN.items(), ids=FORBIDDEN)
def test_a_package_knows_nothing_of_what_it_serves(package, forbidden):
    assert not breaches(package, forbidden)


def test_only_the_stages_import_torch_and_its_family():
    allowed = tuple(breaches("bench.stages", HEAVY))
    assert not [breach for breach in breaches("bench", HEAVY) if breach not in allowed]


@pytest.mark.parametrize("module", ["bench.errors", "bench.records", "bench.results", "bench.data", "bench.hookspecs"])
def test_what_a_plugin_author_imports_needs_the_standard_library_and_pluggy(module):
    foreign = {name.partition(".")[0] for name in IMPORTS[module]} - sys.stdlib_module_names - {"bench", "pluggy"}
    assert not foreign


START = """
import json, sys
sys.argv = ["bench", *sys.argv[1:]]
from bench.cli import main
try:
    main()
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        *("--help", "--version", "list", "plugins", "nonsense"),
        *("run --help", "compare --help", "history trend --help", "bisect --help"),
    ],
)
def test_the_command_answers_without_importing_what_is_slow(arguments):
    done = subprocess.run(
        [sys.executable, "-c", START, *arguments.split()], capture_output=True, text=True, check=False
    )
    assert done.returncode == (2 if arguments == "nonsense" else 0)
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    assert "bench" in loaded
    assert not loaded & SLOW


def test_import_bench_gives_a_plugin_author_every_name_and_nothing_slow():
    code = (
        "import sys, bench; assert all(hasattr(bench, name) for name in bench.__all__);"
        "print({name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not ast.literal_eval(done.stdout) & {*SLOW, "click", "rich", "yaml"}


def test_pytest_loads_the_plugin_without_what_only_suites_need():
    code = (
        "import sys, pytest; before = {*sys.modules};import bench.testing.pytest_plugin; print({*sys.modules} - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ast.literal_eval(done.stdout)
    assert not {name.partition(".")[0] for name in loaded} & {*SLOW, "click", "yaml"}
    assert not [name for name in loaded if within(name, "bench.suite") or within(name, "bench.run")]
