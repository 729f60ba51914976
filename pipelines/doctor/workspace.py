"""Whether the setup of the workspace can be read, and what it names is there."""

from pathlib import Path

from inksift.curation.base.errors import ParamError
from inksift.curation.store.setup import Setup, read_setup, setup_file
from inksift.pipelines.doctor.finding import Finding, told_of

_GROUP = "workspace"


def setup_there(workspace: Path) -> tuple[Setup, list[Finding]]:
    """The setup, an empty one where there is none or it cannot be read, and what is wrong in it."""
    file = setup_file(workspace)
    try:
        setup = read_setup(workspace)
    except ParamError as error:
        return Setup(), [Finding(_GROUP, "setup", "problem", *told_of(error))]
    if setup is None:
        told = f"no {file} yet: the first run writes it"
        return Setup(), [Finding(_GROUP, "setup", "ok", told)]
    return setup, [Finding(_GROUP, "setup", "ok", str(file)), *_places_gone(setup, file)]


def _places_gone(setup: Setup, file: Path) -> list[Finding]:
    named = {"source": setup.source, "test": setup.test, "weights": setup.weights}
    return [
        Finding(_GROUP, name, "problem", f"not there: {place}", f"correct {name} in {file}")
        for name, place in named.items()
        if place is not None and not place.exists()
    ]
