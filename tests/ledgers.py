"""Ledgers, and what is in force in them, for tests."""

from __future__ import annotations

from pathlib import Path

from inksift.curation.people.ledger.ledger import Ledger

A, B, C = "a" * 64, "b" * 64, "c" * 64
HOSTILE = [
    "=cmd()",
    "'=cmd()",
    "''+1,'-1,\"@x",
    'say "no", they\nsaid\n\n=1',
    "\t=1",
    "'\t'=1",
    "\n'",
    "a\u2028b\u2029c\x85d\x1b[31m\x0c",
    "🦊 猫 é e\u0301",
    " ",
    "NaN",
    "1e3",
    "'",
    "</script>{{x}}; DROP TABLE inksift_ledger; --",
    "\\n\\x00\\",
]


def at(path: Path) -> Ledger:
    return Ledger(f"sqlite:///{path}")


def printable(text: str) -> str:
    """As much of a text as a name may have."""
    return "".join(filter(str.isprintable, text))


def decided(ledger: Ledger) -> list[tuple[str, ...]]:
    """What is in force, without when and by whom."""
    return list(ledger.in_force().drop(columns=["who", "at"]).itertuples(index=False, name=None))


def assert_each_entry_continues_the_one_before(ledger: Ledger) -> None:
    entries = ledger.entries()
    assert [entry.entry for entry in entries] == list(range(1, len(entries) + 1))
    held: dict[tuple[str, ...], str] = {}
    for entry in entries:
        assert entry.old == held.get(entry.subject(), "")
        held[entry.subject()] = entry.value
