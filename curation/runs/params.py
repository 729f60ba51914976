"""How many runs are kept."""

from pydantic import Field

from inksift.curation.base.params import Params


class KeptRunParams(Params):
    """How many finished runs are kept."""

    most: int = Field(
        50,
        ge=1,
        le=10_000,
        description="Most finished runs in runs/; with more the oldest are removed, never the "
        "latest",
    )
