"""Which layers of the sandbox are in force in a worker that was started for it."""

from inksift.curation.base.errors import GateError
from inksift.curation.gather.gate.pool import layers_in_force
from inksift.curation.gather.gate.sandbox.layer import Layer
from inksift.curation.gather.images import ImageParams
from inksift.pipelines.doctor.finding import Finding, told_of

_GROUP = "sandbox"


def sandbox() -> list[Finding]:
    """A layer that the system refuses is worth knowing; no worker at all stops a run."""
    try:
        return [_found(layer) for layer in layers_in_force(ImageParams().settings)]
    except GateError as error:
        return [Finding(_GROUP, "worker", "problem", *told_of(error))]


def _found(layer: Layer) -> Finding:
    if layer.in_force:
        return Finding(_GROUP, layer.name, "ok", "in force")
    remedy = "docs/explanation/sandbox.md tells what each layer is for, and what is lost without it"
    return Finding(_GROUP, layer.name, "warning", f"not in force: {layer.why_not}", remedy)
