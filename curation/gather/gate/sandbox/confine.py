"""The order in which a worker closes its doors."""

from __future__ import annotations

from functools import partial

from inksift.curation.gather.gate.sandbox.landlock import close_files, font_folders
from inksift.curation.gather.gate.sandbox.layer import Layer, taken
from inksift.curation.gather.gate.sandbox.limits import limit_processes, limit_resources
from inksift.curation.gather.gate.sandbox.privileges import (
    drop_privileges,
    empty_environment,
    leave_network,
)
from inksift.curation.gather.gate.sandbox.seccomp import close_calls


def confine(memory_bytes: int) -> tuple[Layer, ...]:
    """Give up what decoding does not need, for good, and say what the system did not take away.
    Whatever is to be imported is imported by now."""
    first = (
        taken("environment", empty_environment),
        taken("network namespace", leave_network),
        taken("resource limits", partial(limit_resources, memory_bytes)),
        taken("process limit", limit_processes),
        taken("no new privileges", drop_privileges),
    )
    files = taken("Landlock", partial(close_files, font_folders()))
    # A filter of calls sees no paths: without Landlock it lets nothing be opened at all
    calls = taken("seccomp", partial(close_calls, reading=files.in_force))
    return (*first, files, calls)
