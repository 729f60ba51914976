"""Which weights of networks are on this machine, and whether they are the pinned ones."""

from pathlib import Path

from inksift.curation.base.errors import WeightsError
from inksift.curation.evidence.models.families import DETECTORS, EMBEDDERS, known_weights
from inksift.curation.evidence.models.weights import fetching, search_weights
from inksift.pipelines.doctor.finding import Finding, told_of

_GROUP = "weights"


def weights_there(folder: Path | None) -> list[Finding]:
    """All that inksift knows; those of the networks that a run takes unless it is told another are
    missed where they are not there."""
    used = {kind[0].weights.name for kind in (DETECTORS, EMBEDDERS)}
    return [_weights(name, folder, used=name in used) for name in known_weights()]


def _weights(name: str, folder: Path | None, *, used: bool) -> Finding:
    try:
        path = search_weights(name, [folder] if folder else [])
    except WeightsError as error:
        return Finding(_GROUP, name, "problem" if used else "warning", *told_of(error))
    if path is not None:
        return Finding(_GROUP, name, "ok", f"{path}, its digest is the pinned one")
    if not used:
        return Finding(_GROUP, name, "ok", "not found, and no run asks for it of itself")
    remedy = f"`{fetching(name)}` downloads it"
    return Finding(_GROUP, name, "warning", "not found, so runs do without", remedy)
