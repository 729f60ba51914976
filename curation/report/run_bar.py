"""The head of every page: which run it is of, its sibling pages, and the way to the review app.

A page is made before its siblings are, and in the folder of a kept run it stands beside those of
that run. So templates leave two places open, between comments that no escaped text can hold: one
is filled when the page is published, the other again whenever a sibling appears or goes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from inksift.curation.report.rendering import report_templates
from inksift.curation.runs.record import RunRecord


class Elsewhere(NamedTuple):
    """A page that only a kept run has: its title, the run, its place relative to the workspace, and
    whether that run made the same decisions as the one that lacks it."""

    title: str
    run: str
    place: str
    same_decisions: bool

    @property
    def of(self) -> str:
        """Whose decisions it is of, for people."""
        return "these decisions" if self.same_decisions else "other decisions"


class RunLinks(NamedTuple):
    """Where a page leads: the addresses of its siblings by their titles, what only other runs have,
    the command that opens the review app, and whether nothing was trained on the decisions yet that
    earlier ones were trained on."""

    siblings: Mapping[str, str]
    elsewhere: Sequence[Elsewhere]
    review: str
    untrained: bool


def with_run(page: str, run: RunRecord | None) -> str:
    """The page with the run that it is of; as it is where none is known."""
    return page if run is None else _filled(page, "run", _rendered("run_of_page", run=run))


def with_links(page: str, links: RunLinks, *, own: str = "") -> str:
    """The page with these links in place of those that it had; `own` is its own address among them,
    "" for a page that is none of the run."""
    return _filled(page, "pages", _rendered("siblings", own=own, **links._asdict()))


def _rendered(template: str, **values: object) -> str:
    return report_templates().get_template(f"{template}.html.j2").render(**values).strip()


def _filled(page: str, place: str, content: str) -> str:
    """The page with other content between the comments called `place`."""
    opened, closed = f"<!--{place}-->", f"<!--/{place}-->"
    between = re.compile(f"{opened}.*?{closed}", re.DOTALL)
    return between.sub(lambda _: f"{opened}{content}{closed}", page, count=1)
