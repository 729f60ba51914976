"""One line of `inksift doctor`."""

from typing import Literal, NamedTuple

State = Literal["ok", "warning", "problem"]
"""As it should be; worth knowing; what stops a run."""


class Finding(NamedTuple):
    """What was found of one thing, and what to do where it is not as it should be."""

    group: str
    name: str
    state: State
    told: str
    remedy: str = ""


def line(finding: Finding) -> str:
    """A finding for a person."""
    told = "; ".join(filter(None, (finding.told, finding.remedy)))
    return f"{finding.state:<9}{finding.group:<11}{finding.name:<32}{told}"


def told_of(error: Exception) -> tuple[str, str]:
    """The first line of an error, and the second, which says what to do, where there is one."""
    what, *remedy = str(error).splitlines() or [type(error).__name__]
    return what, "; ".join(remedy)
