"""From a suite's file to a plan that is known to work, for the commands that need one."""

from pathlib import Path

from bench.catalog import Catalog
from bench.cli.text import say_broken
from bench.manager import load_plugins
from bench.run.check import check_plan
from bench.run.requests import case_requests
from bench.run.workers import Workers
from bench.suite.load import load_suite
from bench.suite.plan import Plan, make_plan, nothing_chosen


def read_plan(suite: Path, overrides: tuple[str, ...], only: tuple[str, ...]) -> tuple[Plan, Catalog]:
    """The plan of a suite, with every name looked up.

    :raises SuiteError: for a mistake in the suite, or if `only` leaves nothing
    """
    catalog = Catalog(load_plugins())
    say_broken(catalog)  # first, since it may be why a name is unknown
    loaded, source = load_suite(suite, overrides)
    plan = make_plan(loaded, source, catalog, only)
    if not plan.cases:
        raise nothing_chosen(plan, only)
    return plan, catalog


def checked_plan(
    suite: Path, overrides: tuple[str, ...], only: tuple[str, ...], fetch: bool = False
) -> tuple[Plan, Catalog]:
    """The same, with every case built once.

    :param fetch: also let every dataset fetch its files
    :raises SuiteError: also for a parameter that does not fit, or a model that does not accept its dataset
    """
    plan, catalog = read_plan(suite, overrides, only)
    check_plan(plan, case_requests(plan, catalog, Path(), 1), Workers(), fetch)
    return plan, catalog
