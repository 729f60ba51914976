"""What a recipe says of one distinct picture: the seam between evidence and the final decisions."""

from inksift.curation.base.tables import Table

JUDGEMENTS = Table(
    "judgements",
    {
        "image_id": "str",
        "outcome": "str",
        "reason": "str",
        "p_photo": "float64",
        "medium": "str",
        "explanation": "str",
    },
    key=("image_id",),
    may_be_missing=frozenset({"p_photo"}),
)
"""`outcome` is "kept", "review" or "rejected", with a `reason` unless it is kept; `medium` is one
of MEDIA."""
