"""What all pages share: one file that loads nothing, in light and dark, in which whatever came from outside is text."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from bench.report.wording import plain


def render_page(template: str, **content: object) -> str:
    """A page of the templates.

    :param template: its name without its suffix; it extends `page.html.j2`, and has a style and a script of its own
    :param content: what the template takes; all of it is escaped, and loses its control characters
    """
    environment = Environment(
        loader=PackageLoader("bench.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    styles = [_asset("page.css"), _asset(f"{template}.css")]
    scripts = [_asset("page.js"), _asset(f"{template}.js")]
    return environment.get_template(f"{template}.html.j2").render(
        styles=[Markup(style) for style in styles],  # noqa: S704 - these are code of ours
        scripts=[Markup(script) for script in scripts],  # noqa: S704
        **content,
    )


def _asset(name: str) -> str:
    return Path(__file__).with_name("templates").joinpath(name).read_text(encoding="utf-8")
