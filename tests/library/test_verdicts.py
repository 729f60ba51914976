"""The recipe and the decisions: every file has exactly one outcome, with a reason."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inksift.curation.base.errors import ParamError
from inksift.curation.base.tables import CLUSTERS, EMBEDDINGS, IMAGES, OBJECT_COUNTS
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.gather.signals.table import TABLE as SIGNALS_TABLE
from inksift.curation.verdict import camp2022, evidence
from inksift.curation.verdict.camp2022 import Camp2022Params
from inksift.curation.verdict.decide import decide as decide_all
from inksift.curation.verdict.recipes import VerdictParams, judge
from tests.frames import duplicates_of

QUIET = {
    signal.name: _inside
    for signal in SIGNALS
    for _inside in [min(max(signal.keep.low, 0.0), signal.keep.high)]
}


def known(**changes: object) -> pd.DataFrame:
    row = (
        {"image_id": "a", "detector": "ok", "objects": 1, "embedding": "ok", "cluster": 0}
        | QUIET
        | changes
    )
    return evidence.EVIDENCE.frame([row])


def judged(params: Camp2022Params | None = None, **changes: object) -> dict[str, object]:
    return (
        camp2022.judge_camp2022(
            known(**changes), params or Camp2022Params(limits={"edges.high": 0.2})
        )
        .iloc[0]
        .to_dict()
    )


def test_a_quiet_picture_is_an_illustration() -> None:
    verdict = judged()
    assert (verdict["outcome"], verdict["medium"], verdict["reason"]) == (
        "kept",
        "illustration",
        "",
    )
    assert np.isnan(verdict["p_photo"])


@pytest.mark.parametrize(
    ("changes", "words"), [({"objects": 2}, "2 objects"), ({"cluster": -1}, "in no cluster")]
)
def test_a_suspicion_alone_keeps_the_picture_and_says_unsure(
    changes: dict[str, object], words: str
) -> None:
    verdict = judged(**changes)
    assert (verdict["outcome"], verdict["medium"]) == ("kept", "unsure")
    assert words in str(verdict["explanation"])


@pytest.mark.parametrize("suspicion", [{"objects": 2}, {"cluster": -1}])
@pytest.mark.parametrize(
    ("proof", "words"),
    [({"edges": 0.3}, "edges 0.300 above 0.200"), ({"chroma": -0.1}, "chroma -0.100 below")],
)
def test_a_suspicion_with_a_proof_is_a_photograph(suspicion, proof, words: str) -> None:
    verdict = judged(**suspicion, **proof)
    assert (verdict["outcome"], verdict["reason"], verdict["medium"]) == (
        "rejected",
        "photo",
        "photo",
    )
    assert words in str(verdict["explanation"])


def test_a_proof_without_a_suspicion_changes_nothing() -> None:
    assert judged(edges=0.9)["outcome"] == "kept"


def test_a_missing_detector_or_a_failed_embedding_casts_no_vote() -> None:
    assert judged(detector="detector_unavailable", objects=9, edges=0.9)["outcome"] == "kept"
    assert judged(embedding="bad_feature", cluster=-1, edges=0.9)["outcome"] == "kept"


@pytest.mark.parametrize(
    "values", [{"filters": ["gray"]}, {"limits": {"gray.high": 1}}, {"limits": {"edges.top": 1}}]
)
def test_a_misspelt_signal_or_limit_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(
        ParamError,
        match=r"no signal called gray; there are: |no limit called edges\.top; write edges\.",
    ):
        Camp2022Params.of("verdicts", values)


def image(path: str, image_id: str, *, readable: bool = True) -> dict[str, object]:
    return {
        "path": path,
        "path_bytes": path.encode(),
        "image_id": image_id,
        "label": "cat",
        "size_bytes": 9,
        "mtime_ns": 1,
        "readable": readable,
        "error": "" if readable else "broken:OSError",
        "note": "" if readable else "image file is truncated",
        "width": 8,
        "height": 8,
        "format": "PNG",
        "mode": "RGB",
        "ai_mark": "",
    }


def copy(
    path: str, image_id: str, group: int, *, keep: bool = True, of: str = ""
) -> dict[str, object]:
    return {"path": path, "image_id": image_id, "group": group, "keep": keep, "duplicate_of": of}


def decide(
    images, duplicates, *, objects: dict[str, int], bad: tuple[str, ...] = ()
) -> pd.DataFrame:
    kept = [row["image_id"] for row in duplicates if row["keep"]]
    signals = SIGNALS_TABLE.frame([{"image_id": name} | QUIET | {"edges": 0.9} for name in kept])
    counted = OBJECT_COUNTS.frame(
        [
            {
                "image_id": k,
                "status": "ok",
                "objects": objects.get(k, 1),
                "classes": "",
                "largest_share": 0.0,
                "boxes": None,
            }
            | {"boxes": np.zeros(0, np.float32)}
            for k in kept
        ]
    )
    embedded = EMBEDDINGS.frame(
        [
            {
                "image_id": k,
                "embedder": "toy",
                "status": "bad_feature" if k in bad else "ok",
                "vector": np.zeros(2, np.float16),
                "texture": np.zeros(2, np.float16),
            }
            for k in kept
        ]
    )
    clustered = CLUSTERS.frame(
        [{"image_id": k, "dbscan": 0, "hdbscan": 0, "kmeans": 0} for k in kept if k not in bad]
    )
    copies = duplicates_of(*duplicates)
    gathered = evidence.gather(copies, signals, counted, embedded, clustered, method="dbscan")
    params = VerdictParams(recipe="camp2022", limits={"edges.high": 0.2})
    return decide_all(
        IMAGES.frame(images), copies, gathered, judge(gathered, embedded, params).judgements
    ).set_index("path")


def test_every_kind_of_file_gets_its_outcome() -> None:
    decisions = decide(
        [
            image("good", "g"),
            image("copy", "c"),
            image("torn", "t", readable=False),
            image("photo", "p"),
            image("nan", "n"),
        ],
        [
            copy("good", "g", 0),
            copy("copy", "c", 0, keep=False, of="good"),
            copy("photo", "p", 1),
            copy("nan", "n", 2),
        ],
        objects={"p": 4},
        bad=("n",),
    )
    assert decisions["outcome"].to_dict() == {
        "good": "kept",
        "copy": "rejected",
        "torn": "rejected",
        "photo": "rejected",
        "nan": "rejected",
    }
    assert decisions["reason"].to_dict() == {
        "good": "",
        "copy": "duplicate",
        "torn": "unreadable",
        "photo": "photo",
        "nan": "bad_feature",
    }
    assert decisions.loc["copy", "duplicate_of"] == "good"
    assert decisions.loc["copy", "explanation"] == "a copy of good (similarity 0.98)"
    assert decisions.loc["torn", "explanation"] == "broken:OSError (image file is truncated)"
    assert list(decisions["stage"]) == ["", "duplicates", "images", "verdicts", "embeddings"]
    assert set(decisions["decided_by"]) == {"machine"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"relation": "exact"}, "same bytes as good"),
        ({"relation": "pixels"}, "same pixels as good"),
        (
            {"transform": "mirrored, cropped 10 %"},
            "a copy of good: mirrored, cropped 10 % (similarity 0.98)",
        ),
    ],
)
def test_a_copy_says_how_it_is_one(changes: dict[str, str], words: str) -> None:
    files = [copy("good", "g", 0), copy("copy", "c", 0, keep=False, of="good") | changes]
    decisions = decide([image("good", "g"), image("copy", "c")], files, objects={})
    assert decisions.loc["copy", "explanation"] == words


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 3)), max_size=12))
def test_files_are_kept_or_rejected_and_none_is_lost(files: list[tuple[bool, int, int]]) -> None:
    images = [
        image(str(n), f"id{n}", readable=readable) for n, (readable, _, _) in enumerate(files)
    ]
    copies: list[dict[str, object]] = []
    first: dict[int, str] = {}
    for n, (readable, group, _) in enumerate(files):
        if readable:
            keeper = first.setdefault(group, str(n))
            copies.append(
                copy(
                    str(n),
                    f"id{n}",
                    group,
                    keep=keeper == str(n),
                    of="" if keeper == str(n) else keeper,
                )
            )
    decisions = decide(
        images, copies, objects={f"id{n}": count for n, (_, _, count) in enumerate(files)}
    )
    assert list(decisions.index) == [row["path"] for row in images]
    assert ((decisions["outcome"] == "rejected") == (decisions["reason"] != "")).all()
    assert ((decisions["reason"] == "duplicate") == (decisions["duplicate_of"] != "")).all()
