"""A report page as one file: its templates, and a policy that forbids every request."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from inksift.curation.drawing.templating import environment

_TEMPLATES = Path(__file__).parent / "templates"


@cache
def report_templates() -> jinja2.Environment:
    """The templates of the reports, and those that all pages share, compiled once a process."""
    return environment(_TEMPLATES)


def render_page(template: str, *, script: str = "", loads: bool = False, **values: Any) -> str:
    """The page; it may show its own pictures, style sheet and one `script`, and nothing else, but
    for other scripts where that one `loads` them."""
    templates = report_templates()
    hashes = {
        "style_hash": _digest(templates, "page.css"),
        "script_hash": script and _digest(templates, script),
    }
    return templates.get_template(template).render(script=script, loads=loads, **hashes, **values)


def _digest(templates: jinja2.Environment, name: str) -> str:
    """What a policy calls this text by: its SHA-256 in base64."""
    return base64.b64encode(
        hashlib.sha256(templates.get_template(name).render().encode()).digest()
    ).decode()
