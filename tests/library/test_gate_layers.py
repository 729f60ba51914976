"""The layers of the sandbox, as a worker that was started says."""

from __future__ import annotations

import resource

from inksift.curation.gather.gate.pool import layers_in_force
from inksift.curation.gather.gate.sandbox.layer import Layer, limited
from inksift.curation.gather.images import ImageParams


def test_a_worker_says_what_it_gave_up_and_why_not() -> None:
    layers = {layer.name: layer for layer in layers_in_force(ImageParams().settings)}
    assert {"no network", "no new privileges", "bounded memory"} <= set(layers)
    assert all(layer.in_force or layer.why_not for layer in layers.values())


def test_a_limit_that_cannot_be_set_is_not_in_force() -> None:
    assert limited("nothing", -1, 0) == Layer("nothing", False, "invalid resource specified")
    kept = resource.getrlimit(resource.RLIMIT_CORE)
    assert limited("the same", resource.RLIMIT_CORE, kept[0]).in_force
