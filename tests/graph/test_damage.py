"""Kinds of damage that a workspace may come to, done to a copy of a finished one: `inksift verify`
names each, `inksift repair` mends it or says what is left, and the next run decides the same."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.publish.problem import Problem
from inksift.curation.store import part_index
from inksift.curation.store.published import read_decisions
from inksift.curation.store.workspace import Workspace
from inksift.pipelines.commands.verify import problems_of
from tests.graph.conftest import JUDGE, Command, fingerprint
from tests.once import made_once

ENTRIES = 6


class Damage(NamedTuple):
    """What is done to the one file of a pattern, or to the first, and what repair leaves to a
    person or to the next run."""

    pattern: str
    do: Callable[[Path], object]
    left: str = ""
    told: str | None = ""
    """The start of the name that verify gives, where it is not that of the file; None where verify
    need not tell, as no run has to make anything again."""


def gone(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbled(path: Path) -> None:
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(
        data[:middle]
        + bytes(byte ^ 0x5A for byte in data[middle : middle + 64])
        + data[middle + 64 :]
    )


def swapped(path: Path) -> None:
    other = next(one for one in sorted(path.parent.glob(f"*{path.suffix}")) if one != path)
    mine, theirs = path.read_bytes(), other.read_bytes()
    path.write_bytes(theirs)
    other.write_bytes(mine)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(8_192))


def planted(path: Path) -> None:
    data = path.read_bytes() + b"as a killed run leaves it"
    path.with_name(f"{hashlib.sha256(data).hexdigest()}{path.suffix}").write_bytes(data)


def odd_lock(path: Path) -> None:
    told = {"pid": "one", "started": "today", "host": "here"}
    path.with_name("run.lock").write_text(json.dumps(told))


def other_ledger(path: Path) -> None:
    path.unlink()
    with Ledger(f"sqlite:///{path}")._database.writing():
        pass


def listed_and_gone(path: Path) -> None:
    Workspace(path.parent).publish("report-data/1.js", b"x")
    (path.parent / "report-data" / "1.js").unlink()


AGAIN = "run `inksift run`"
DAMAGES = {
    "pixels gone": Damage("measurements/pixels/*/*.parquet", gone),
    "pixels swapped": Damage("measurements/pixels/*/*.parquet", swapped),
    "thumbnails gone": Damage("measurements/thumbnails/*/*.parquet", gone, AGAIN),
    "all thumbnails gone": Damage("measurements/thumbnails", gone, AGAIN),
    "thumbnails cut": Damage("measurements/thumbnails/*/*.parquet", cut, AGAIN),
    "signals garbled": Damage("measurements/signals/*/*.parquet", garbled),
    "embeddings cut": Damage("measurements/embeddings/*/*.parquet", cut),
    "vectors gone": Damage("measurements/embeddings/*/*.npy", gone, AGAIN),
    "vectors swapped": Damage("measurements/embeddings/*/*.npy", swapped, AGAIN),
    "vectors of nobody": Damage("measurements/embeddings/*/*.npy", planted, told="measurements"),
    "pairs garbled": Damage("measurements/pairs/*/*.parquet", garbled),
    "glances gone": Damage("measurements/glances/*/*.parquet", gone),
    "neighbours gone": Damage("measurements/neighbours/*/*.parquet", gone),
    "last pairs cut": Damage("measurements/found_pairs/last/*/pairs/*.parquet", cut),
    "last clusters gone": Damage("measurements/clusters/last/*/eps", gone),
    "index garbled": Damage("measurements/*/*/.parts.index", garbled),
    "manifest cut": Damage(".manifest.json", cut),
    "manifest gone": Damage(".manifest.json", gone, told=None),
    "table cut": Damage("tables/duplicates.parquet", cut, AGAIN),
    "table gone": Damage("tables/verdicts.parquet", gone, AGAIN),
    "network garbled": Damage("models/*.onnx", garbled),
    "decisions garbled": Damage("decisions.parquet", garbled),
    "sheet cut": Damage("decisions.csv", cut),
    "report gone": Damage("report.html", gone),
    "place of the pictures garbled": Damage("source.json", garbled),
    "data of the report gone": Damage("report.html", listed_and_gone, AGAIN, "report-data/1.js"),
    "list of published files cut": Damage("published.json", cut),
    "a file of a kept run gone": Damage("runs/2*/report.html", gone),
    "record of a kept run cut": Damage("runs/2*/run.json", cut, "from a backup"),
    "ledger gone": Damage("ledger.sqlite", gone),
    "ledger cut": Damage("ledger.sqlite", cut),
    "ledger emptied": Damage("ledger.sqlite", emptied),
    "ledger another": Damage("ledger.sqlite", other_ledger),
    "note of the ledger cut": Damage(".ledgers.json", cut),
    "runs of Dagster cut": Damage("dagster/history/runs.db", cut),
    "runs of Dagster noise": Damage("dagster/history/runs.db", noise),
    "runs of Dagster gone": Damage("dagster/history/runs.db", gone),
    "events of Dagster gone": Damage("dagster/history/runs/index.db", gone),
    "log of a run cut": Damage("dagster/history/runs/*-*.db", cut),
    "log of a run gone": Damage("dagster/history/runs/*-*.db", gone),
    "schedules noise": Damage("dagster/schedules/schedules.db", noise),
    "lock emptied": Damage(
        "workspace.json", lambda path: emptied(path.with_name("run.lock")), "", "run.lock"
    ),
    "lock of odd facts": Damage("workspace.json", odd_lock, "", "run.lock"),
    "setup noise": Damage("inksift.yaml", noise, "correct it"),
}


@pytest.fixture(scope="session")
def decided_on(finished, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished workspace, in which people have decided since. Read only."""

    def decide(folder: Path) -> None:
        workspace = Workspace(Path(shutil.copytree(finished[0], folder / "w", symlinks=True)))
        pictures = sorted(read_decisions(workspace)["image_id"].unique())[:ENTRIES]
        Ledger.of(workspace).record([Decision(one, "outcome", "kept") for one in pictures], "ann")
        folder_of_parts = next(workspace.root.glob("measurements/thumbnails/*"))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(part_index, "_WORTH_NOTING", 1)  # as of a folder with many parts
            workspace.measurements("thumbnails", folder_of_parts.name).parts_of(pictures)

    return made_once(tmp_path_factory, "decided_on", decide) / "w"


@pytest.fixture
def harmed(decided_on: Path, tmp_path: Path) -> Path:
    """A copy that a test may harm."""
    return Path(shutil.copytree(decided_on, tmp_path / "w", symlinks=True))


def problems(workspace: Path) -> list[Problem]:
    return problems_of(Workspace(workspace), "")


def test_a_sound_workspace_has_nothing_to_mend(harmed: Path, inksift: Command) -> None:
    assert problems(harmed) == []
    before = fingerprint(harmed)
    result = inksift("repair", "--workspace", harmed)
    assert (result.exit_code, result.output) == (0, "nothing to mend\n")
    after = fingerprint(harmed)
    assert {name for name in after if after[name] != before.get(name)} <= {
        name
        for name in after
        if name.endswith(("-wal", "-shm"))  # of SQLite, where one only reads
    }


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_named_and_mended(harmed: Path, inksift: Command, damage: Damage) -> None:
    path = sorted(harmed.glob(damage.pattern))[0]
    damage.do(path)
    found = [one.file for one in problems(harmed)]
    if damage.told is None:
        assert found == []
    else:
        told = damage.told or path.relative_to(harmed).as_posix()
        assert [one for one in found if one.startswith(told) or told.startswith(one)], found
    result = inksift("repair", "--workspace", harmed, "--yes", "--json")
    said = json.loads(result.stdout)
    left = [one["remedy"] for one in said["left"]]
    assert result.exit_code == bool(left), said
    assert bool(damage.left) == bool(left), said
    assert all(damage.left in remedy for remedy in left), said
    assert said["done"] or damage.left, said


@pytest.mark.parametrize("harm", [cut, emptied, noise])
def test_what_can_be_read_of_a_damaged_ledger_goes_on_in_its_place(
    harmed: Path, inksift: Command, harm: Callable[[Path], object]
) -> None:
    file, ledger = harmed / "ledger.sqlite", Ledger.of(Workspace(harmed))
    whole = ledger.entries()
    harm(file)
    damaged = file.read_bytes()
    told = inksift("repair", "--workspace", harmed, "--yes").output
    entries = ledger.entries()
    assert entries == whole[: len(entries)]
    assert f"{len(entries)} entries go on in a new one" in told
    assert f"it had {ENTRIES} entries when it was last seen" in told
    (kept,) = harmed.glob("set-aside/*/ledger.sqlite")
    assert kept.read_bytes() == damaged
    assert ledger.noted() == len(entries)


def test_much_damage_at_once_changes_no_decision(
    judged: Path, sample: Path, tmp_path: Path, inksift: Command
) -> None:
    before = (judged / "decisions.csv").read_bytes()
    harms = {
        "measurements/pixels/*/*.parquet": gone,
        "measurements/thumbnails/*/*.parquet": gone,
        "measurements/signals/*/*.parquet": swapped,
        "measurements/embeddings/*/*.parquet": garbled,
        "measurements/embeddings/*/*.npy": garbled,
        "measurements/pairs/*/*.parquet": garbled,
        "measurements/glances/*/*.parquet": gone,
        "measurements/found_pairs/last/*/search": gone,
        "measurements/clusters/last/*/eps": gone,
        "measurements/known_files/*/*.parquet": gone,
        "tables/duplicates.parquet": cut,
        "tables/embeddings.parquet": gone,
        "decisions.csv": cut,
        "source.json": emptied,
        ".manifest.json": cut,
    }
    for pattern, harm in harms.items():
        harm(sorted(judged.glob(pattern))[0])
    odd_lock(judged / "workspace.json")
    command = ("judge", sample / "images", "--out", tmp_path / "o.csv", "--workspace", judged)
    refused = inksift(*command, *JUDGE)
    assert refused.exit_code == 2
    assert "run `inksift repair`" in " ".join(refused.stderr.split())
    asked = inksift("repair", "--workspace", judged)
    assert asked.exit_code == 1
    assert "Do this?" in asked.output
    assert (judged / "run.lock").exists()  # nothing was done unasked
    assert inksift("repair", "--workspace", judged, "--yes").exit_code == 1
    assert inksift(*command, *JUDGE).exit_code == 0
    assert (judged / "decisions.csv").read_bytes() == before
    assert inksift("verify", "--workspace", judged).output == "everything matches\n"


@pytest.mark.usefixtures("history_on_disk")
@pytest.mark.parametrize("harm", [cut, noise])
def test_a_run_that_meets_a_damaged_history_says_so_in_a_sentence(
    harmed: Path, sample: Path, tmp_path: Path, inksift: Command, harm: Callable[[Path], object]
) -> None:
    harm(harmed / "dagster" / "history" / "runs.db")
    (harmed / "inksift.yaml").unlink()
    refused = inksift(
        "judge", sample / "images", "--out", tmp_path / "o.csv", "--workspace", harmed, *JUDGE
    )
    assert refused.exit_code == 2
    (line,) = [line for line in refused.stderr.splitlines() if line.startswith("inksift: ")]
    assert line.startswith("inksift: Dagster's history is damaged (dagster/history/runs.db: ")
    assert line.endswith("run `inksift repair`, which moves Dagster's history aside")


def test_a_run_refuses_a_ledger_that_is_gone_though_no_run_had_heard_it(
    harmed: Path, sample: Path, tmp_path: Path, inksift: Command
) -> None:
    (harmed / "ledger.sqlite").unlink()
    command = ("judge", sample / "images", "--out", tmp_path / "o.csv", "--workspace", harmed)
    refused = inksift(*command, *JUDGE)
    assert refused.exit_code == 2
    assert f"had {ENTRIES} entries when it was last seen, and has 0 now" in refused.stderr
    told = inksift("repair", "--workspace", harmed, "--yes")
    assert f"{ENTRIES} entries are gone, and nothing here has them" in told.output
    assert problems(harmed) == []


@pytest.mark.parametrize("harm", [gone, emptied, noise])
def test_a_workspace_without_a_sound_mark_opens_again_after_repair(
    tmp_path: Path, inksift: Command, harm: Callable[[Path], object]
) -> None:
    root = tmp_path / "w"
    Ledger.of(Workspace(root)).record([Decision("a" * 64, "outcome", "kept")], "ann")
    harm(root / "workspace.json")
    before = fingerprint(root)
    for command in ("verify", "runs", "review", "decide", "doctor"):
        told = " ".join(inksift(command, "--workspace", root).output.split())
        assert f"run `inksift repair --workspace {root}`" in told, command
    assert fingerprint(root) == before
    asked = inksift("repair", "--workspace", root)
    assert (asked.exit_code, "Do this?" in asked.output) == (1, True)
    assert fingerprint(root) == before
    assert inksift("repair", "--workspace", root, "--yes").exit_code == 0
    assert len(Ledger.of(Workspace(root)).entries()) == 1
    assert inksift("verify", "--workspace", root).output == "everything matches\n"
