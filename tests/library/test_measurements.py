"""Stored measurements: many small parts become few, and what is known of them is not read twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from inksift.curation.base.errors import SchemaError
from inksift.curation.base.tables import Table
from inksift.curation.base.vectors import matrix_of
from inksift.curation.spread.engine import LOCAL, Batching, Lost
from inksift.curation.store import measurements, soundness
from inksift.curation.store.files import write_atomically
from inksift.curation.store.last_result import LastResult, digest_of_facts
from inksift.curation.store.measurements import Measurements
from inksift.curation.store.parquet import to_parquet
from inksift.curation.store.row_files import is_in_memory
from inksift.curation.store.workspace import Workspace

TOY = Table("toy", {"image_id": "str", "value": "int64", "vector": "vectors"}, key=("image_id",))


def rows(names: list[str]) -> pd.DataFrame:
    return TOY.frame(
        [
            {"image_id": name, "value": int(name), "vector": np.full(3, int(name), np.float16)}
            for name in names
        ]
    )


def opened(root: Path) -> Measurements:
    return Workspace(root).measurements("toy", "1")


def stored(root: Path, number: int) -> list[str]:
    """So many pictures, two in a part."""
    names = [str(k) for k in range(number)]
    opened(root).measure(names, rows, batch=2, title="toy")
    return names


def values(frame: pd.DataFrame) -> list[int]:
    assert matrix_of(frame["vector"])[:, 0].tolist() == frame["value"].tolist()
    return frame["value"].tolist()


@pytest.fixture
def few_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = measurements.PartLimits(small_rows=4, most_small=3, large_rows=6)
    monkeypatch.setattr(measurements, "_LIMITS", limits)


@pytest.mark.usefixtures("few_parts")
def test_many_small_parts_become_few(tmp_path: Path) -> None:
    names = stored(tmp_path, 14)
    assert len(opened(tmp_path).parts()) == 3
    found = opened(tmp_path).measure(names[::-1], rows, batch=2, title="toy")
    assert (found.new, values(found.frame)) == (0, list(range(14))[::-1])


@pytest.mark.usefixtures("few_parts")
def test_a_run_that_is_killed_while_parts_are_gathered_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_some: Measurements, parts: set[Path]) -> None:
        raise KeyboardInterrupt(parts)

    with monkeypatch.context() as patch:
        patch.setattr(Measurements, "_give_up", killed)
        with pytest.raises(KeyboardInterrupt):
            stored(tmp_path, 14)
    assert len(opened(tmp_path).parts()) > 7
    again = opened(tmp_path).measure([str(k) for k in range(14)], rows, batch=2, title="toy")
    assert (again.new, values(again.frame)) == (0, list(range(14)))


@pytest.mark.usefixtures("few_parts")
def test_who_opened_the_parts_before_they_were_gathered_reads_them_after(tmp_path: Path) -> None:
    before = opened(tmp_path)
    stored(tmp_path, 4)
    early = opened(tmp_path)
    stored(tmp_path, 14)
    assert sorted(values(early.frame())) == list(range(14))
    assert before.frame().empty


def test_a_part_is_hashed_once_and_again_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(tmp_path, 4)
    hashed: list[Path] = []

    def digest(path: Path) -> str:
        hashed.append(path)
        return path.stem

    monkeypatch.setattr(soundness, "file_digest", digest)
    part, *_ = opened(tmp_path).parts()
    assert hashed == []
    part.write_bytes(part.read_bytes())
    opened(tmp_path)
    assert hashed == [part]
    (part.parent / ".checked.json").write_text("{")
    assert len(opened(tmp_path).parts()) == 2
    assert len(set(hashed)) == 4


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_vector_that_is_lost_is_measured_again(tmp_path: Path, damage: str) -> None:
    names = stored(tmp_path, 4)
    file = sorted(tmp_path.rglob("*.npy"))[0]
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    again = opened(tmp_path).measure(names, rows, batch=2, title="toy")
    assert (again.new, values(again.frame)) == (2, [0, 1, 2, 3])


def test_vectors_that_an_earlier_version_stored_in_parts_get_files(tmp_path: Path) -> None:
    old = pd.DataFrame({"image_id": pd.Series(["1", "2"], dtype="str"), "value": [1, 2]})
    old["vector"] = [np.full(3, number, np.float16) for number in (1, 2)]
    folder = tmp_path / "measurements" / "toy" / "1"
    data = to_parquet(old)
    Workspace(tmp_path)
    write_atomically(folder / f"{hashlib.sha256(data).hexdigest()}.parquet", data)
    found = opened(tmp_path).measure(["3", "2", "1"], rows, batch=2, title="toy")
    assert (found.new, values(found.frame)) == (1, [3, 2, 1])
    assert len(list(folder.glob("*.npy"))) == 2
    assert not is_in_memory(opened(tmp_path).frame())


def test_a_picture_without_a_row_is_broken_code(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"toy: 1 picture\(s\) without a row"):
        opened(tmp_path).measure(["1", "2"], lambda some: rows(some[:1]), batch=2, title="toy")


@pytest.mark.usefixtures("few_parts")
def test_the_part_of_a_picture_is_known_whatever_became_of_the_index(tmp_path: Path) -> None:
    names = [str(k) for k in range(20)]
    some = opened(tmp_path)
    for name in names:
        some.add(rows([name]))
    assert some.missing([*names, "99"]) == ["99"]
    (index,) = tmp_path.rglob(".parts.index")
    before = index.read_bytes()
    some.gather()
    for data in (before, before[:-1], b""):
        index.write_bytes(data)
        now = opened(tmp_path)
        assert now.missing(["99", *names]) == ["99"]
        for name, part in zip(names, now.parts_of(names), strict=True):
            assert name in now.part(part)["image_id"].tolist()


def test_the_last_result_is_recalled_for_the_same_alone(tmp_path: Path) -> None:
    last = LastResult(Workspace(tmp_path), "toy")
    table = pd.DataFrame({"value": [1, 2]})
    one, other = digest_of_facts(["a", 1]), digest_of_facts(["a", 2])
    assert last.recall(one, ["toy", "none"]) is None
    last.remember(one, {"toy": table, "none": table[:0]})
    found = last.recall(one, ["toy", "none"])
    assert found is not None
    assert (found["toy"]["value"].tolist(), len(found["none"])) == ([1, 2], 0)
    last.remember(other, {"toy": table})
    assert last.recall(one, ["toy"]) is None
    (part,) = (tmp_path / "measurements" / "toy" / "last").rglob("*.parquet")
    part.write_bytes(b"")
    assert last.recall(other, ["toy"]) is None
    last.remember(other, {"toy": table})
    assert last.recall(other, ["toy"]) is not None


def test_facts_are_told_apart_where_they_end() -> None:
    assert digest_of_facts([b"ab", b"c"]) != digest_of_facts([b"a", b"bc"])


def test_what_is_handed_on_does_not_tell_in_which_order_it_was_measured(tmp_path: Path) -> None:
    names = [str(k) for k in range(10)]
    measured = opened(tmp_path / "a").measure(names, rows, batch=2, title="toy").frame
    known = opened(tmp_path / "a").measure(names, rows, batch=2, title="toy").frame
    backwards = opened(tmp_path / "b").measure(names[::-1], rows, batch=2, title="toy").frame
    other = backwards.sort_values("image_id", ignore_index=True)
    assert to_parquet(measured) == to_parquet(known)
    assert measured["vector"].array.identity() == known["vector"].array.identity()
    assert values(other) == values(measured)


def test_a_row_that_is_asked_for_twice_is_given_twice(tmp_path: Path) -> None:
    stored(tmp_path, 2)
    frame = opened(tmp_path).frame().sort_values("value", ignore_index=True)
    assert values(frame.iloc[[0, 1, 1]]) == [0, 1, 1]
    many = opened(tmp_path / "w").measure(list("0123"), rows, batch=4, title="toy").frame
    assert values(many.iloc[[0, 0, 2]]) == [0, 0, 2]


class OneIsLost:
    """An engine on which nothing can be done about the first item."""

    told: ClassVar[dict[str, str]] = {}

    def map_batches(
        self, task: Any, items: Sequence[str], batching: Batching, *, title: str
    ) -> Iterator[Any]:
        yield Lost(items[0], "the worker ended")
        yield from LOCAL.map_batches(task, items[1:], batching, title=title)


def test_the_vectors_of_others_stay_in_files_where_a_picture_is_lost(tmp_path: Path) -> None:
    def lost(name: str) -> pd.DataFrame:
        return rows([name]).assign(value=-1)

    names = ["3", "1", "2"]
    kept = opened(tmp_path)
    found = kept.measure(names, rows, batch=2, title="toy", engine=OneIsLost(), lost=lost).frame
    assert found["value"].tolist() == [-1, 1, 2]
    assert not is_in_memory(found)
    assert opened(tmp_path).missing(names) == ["3"]
