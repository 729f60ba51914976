"""Where the work is done: settings that come from outside a run, as the folders do."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from inksift.curation.base.params import Params

EngineKind = Literal["local", "ray"]


class EngineParams(Params):
    """On what machines pictures and pairs are worked on. None of these settings changes an
    answer."""

    kind: EngineKind = Field("local", description="this machine, or a Ray cluster (inksift[ray])")
    address: str = Field(
        "",
        description="the head of the Ray cluster, such as 10.0.0.5:6379; empty starts Ray on this "
        "machine",
    )
    worker_cores: int = Field(1, ge=1, le=256, description="cores of a worker on the cluster")
    gpu_share: float = Field(
        0.0, ge=0, le=1, description="share of a GPU that a worker on the cluster takes"
    )
    batch_mb: int = Field(
        320,
        ge=16,
        le=65_536,
        description="memory that the pictures of a batch may take; for features and counts at "
        "640 px, the usual size of thumbnails",
    )
    retries: int = Field(
        1, ge=0, le=10, description="times that a batch is tried again whole when its worker died"
    )


LOCAL_PARAMS = EngineParams()
"""What holds where nobody says otherwise."""
