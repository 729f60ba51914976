"""Explanations are made once, and anew where anything that decides them is different."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from inksift.curation.training.explain.explain import explain
from inksift.curation.training.explain.params import ExplainParams
from inksift.curation.training.explain.stored import figures_key, stored_or_made
from tests.explained import examined, small_networks

TRUTH, GUESS = (
    ["fox", "owl", "fox", "owl", "elk", "fox"],
    ["fox", "fox", "owl", "fox", "elk", "fox"],
)
PARAMS = ExplainParams(tsne_layers=[])


def made() -> pd.DataFrame:
    return explain(small_networks(("elk", "fox", "owl")), examined(TRUTH, GUESS), PARAMS)


def refuse() -> pd.DataFrame:
    raise AssertionError("made again")


def test_they_are_made_once(tmp_path: Path) -> None:
    first = stored_or_made(tmp_path, "key", made)
    assert stored_or_made(tmp_path, "key", refuse).equals(first)


def test_a_damaged_file_and_one_of_another_version_are_made_again(tmp_path: Path) -> None:
    first = stored_or_made(tmp_path, "key", made)
    (stored,) = tmp_path.iterdir()
    for content in (b"", stored.read_bytes()[:-9]):
        stored.write_bytes(content)
        assert stored_or_made(tmp_path, "key", made).equals(first)
    pd.DataFrame({"other": [1]}).to_parquet(stored)
    assert stored_or_made(tmp_path, "key", made).equals(first)


def test_whatever_decides_them_has_another_key() -> None:
    seen, unsure = examined(TRUTH, GUESS), examined(TRUTH, GUESS[::-1])
    usual = (Path("models/one.pt"), 0, seen, "pictures", PARAMS)
    others = [
        (Path("models/other.pt"), *usual[1:]),
        (usual[0], 1, *usual[2:]),
        (*usual[:2], unsure, *usual[3:]),
        (*usual[:3], "other pictures", PARAMS),
        (*usual[:4], ExplainParams(mistakes=1)),
    ]
    keys = {figures_key(*one) for one in (usual, *others)}
    assert len(keys) == 1 + len(others)
    assert figures_key(Path("elsewhere/one.pt"), *usual[1:]) == figures_key(*usual)
