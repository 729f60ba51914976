"""What shows a test picture is found by the pairs themselves, whatever groups the split was made
with."""

from __future__ import annotations

import pandas as pd
import pytest

from inksift.curation.base.tables import SPLITS
from inksift.curation.dedup.related_groups import related_groups
from inksift.curation.training.leaks import RELATIVES, relatives_of_test
from inksift.curation.training.splits import SplitParams, split_images
from tests.frames import hashes_of, pair, pairs_of


def splits(**rows: str) -> pd.DataFrame:
    """SPLITS of pictures by id, each in a group of its own."""
    places = [
        {"path": f"{i}.png", "image_id": i, "label": "cat", "split": where}
        for i, where in rows.items()
    ]
    return SPLITS.frame([{**row, "group": number} for number, row in enumerate(places)])


def hashes(names: str, **pixels: str) -> pd.DataFrame:
    return hashes_of(*({"image_id": name, "pixels": pixels.get(name, name)} for name in names))


def found(
    table: pd.DataFrame, known: pd.DataFrame, pairs: pd.DataFrame
) -> dict[str, tuple[str, str, str]]:
    """Relation, transform and test picture of each relative of a test picture."""
    relatives = relatives_of_test(table, known, pairs)
    assert list(relatives) == list(RELATIVES.columns)
    return {
        row.path: (row.relation, row.transform, row.test_path) for row in relatives.itertuples()
    }


@pytest.mark.parametrize("split", ["train", "validation", "left_out"])
@pytest.mark.parametrize("relation", ["duplicate", "variant"])
@pytest.mark.parametrize("ends", ["at", "ta"])
def test_a_related_picture_is_named_with_its_relation(split: str, relation: str, ends: str) -> None:
    table = splits(t="test", u="test", a=split, b="train")
    words = "border added" if ends == "ta" else "border removed"
    pairs = pairs_of(pair(ends[0], ends[1], relation=relation, transform=words), pair("a", "b"))
    assert found(table, hashes("tuab"), pairs) == {"a.png": (relation, "border added", "t.png")}


def test_same_bytes_and_same_pixels_need_no_pair() -> None:
    table = splits(t="test", a="train", b="train")
    table.loc[1, "image_id"] = "t"
    assert found(table, hashes("tb", t="p", b="p"), pairs_of()) == {
        "a.png": ("exact", "", "t.png"),
        "b.png": ("pixels", "", "t.png"),
    }


def test_pairs_speak_for_all_pictures_with_the_same_pixels() -> None:
    table = splits(t="test", a="train")
    known = hashes("0at1", **{"0": "p", "t": "p", "1": "q", "a": "q"})
    assert found(table, known, pairs_of(pair("0", "1", relation="variant"))) == {
        "a.png": ("variant", "", "t.png")
    }


def test_the_closest_and_most_similar_relation_is_told() -> None:
    table = splits(t="test", u="test", v="test", a="train")
    pairs = pairs_of(
        pair("a", "t", relation="variant", similarity=1.0),
        pair("a", "u", similarity=0.91),
        pair("a", "v", similarity=0.92),
    )
    assert found(table, hashes("tuva"), pairs) == {"a.png": ("duplicate", "", "v.png")}


def test_a_chain_is_told_where_a_picture_was_left_out_for_it() -> None:
    table = splits(t="test", a="left_out", b="train")
    table["group"] = [0, 0, 0]
    assert found(table, hashes("tab"), pairs_of()) == {"a.png": ("chain", "", "t.png")}


def test_without_relatives_there_is_nothing() -> None:
    assert found(splits(t="test", a="train"), hashes("ta"), pairs_of(pair("a", "b"))) == {}
    assert found(SPLITS.frame([]), hashes(""), pairs_of()) == {}


def test_a_split_by_families_leaves_out_every_relative_and_one_without_them_does_not() -> None:
    names, test = [f"{n:02}" for n in range(20)], ["t0", "t1"]
    rows = pd.DataFrame({"path": names, "image_id": names, "label": ["fox", "owl"] * 10}).astype(
        "str"
    )
    trusted = pd.DataFrame({"path": test, "image_id": test, "label": ["fox", "owl"]}).astype("str")
    known = hashes_of(*({"image_id": name} for name in [*names, *test]))
    pairs = pairs_of(
        pair("03", "t0"), pair("03", "08", relation="variant"), pair("11", "t1", relation="variant")
    )
    groups = related_groups([*names, *test], known, pairs)
    split = split_images(
        rows, groups[:20], SplitParams(), trusted_test=trusted, trusted_groups=groups[20:]
    )
    assert found(split, known, pairs) == {
        "03": ("duplicate", "", "t0"),
        "08": ("chain", "", "t0"),
        "11": ("variant", "", "t1"),
    }
    assert set(split.loc[split["path"].isin(["03", "08", "11"]), "split"]) == {"left_out"}
    alone = split_images(rows, range(20), SplitParams(), trusted_test=trusted)
    assert set(relatives_of_test(alone, known, pairs)["split"]) <= {"train", "validation"}
    assert set(found(alone, known, pairs)) == {"03", "11"}
