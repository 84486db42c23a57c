"""Text that came from outside, for Markdown."""

import re

from bench.report.wording import plain


def escape(text: str) -> str:
    """Text that came from outside, so that Markdown and the HTML in it take it literally."""
    text = " ".join(plain(text).split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|~#!])", r"\\\1", text)
