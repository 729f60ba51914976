"""All that `inksift doctor` looks at, in the order in which it tells."""

from collections.abc import Mapping
from pathlib import Path

from inksift.pipelines.doctor.disk import disk
from inksift.pipelines.doctor.extras import extras
from inksift.pipelines.doctor.finding import Finding
from inksift.pipelines.doctor.ledger import ledger_there
from inksift.pipelines.doctor.network import libraries_held, ports
from inksift.pipelines.doctor.sandbox import sandbox
from inksift.pipelines.doctor.versions import versions
from inksift.pipelines.doctor.weights import weights_there
from inksift.pipelines.doctor.workspace import setup_there


def examine(
    workspace: Path, *, weights: Path | None, ledger_url: str, servers: Mapping[str, int]
) -> list[Finding]:
    """What is as it should be on this machine and for this workspace, and what is not; `servers`
    are the ports of commands by their names."""
    setup, of_setup = setup_there(workspace)
    return [
        *versions(),
        *extras(setup),
        *sandbox(),
        *weights_there(weights or setup.weights),
        *of_setup,
        *disk(workspace),
        *ledger_there(workspace, ledger_url),
        *libraries_held(),
        *ports(servers),
    ]
