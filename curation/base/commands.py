"""Commands that a person is told to run next, ready to be pasted into a shell."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple


class Places(NamedTuple):
    """Where a command works, as this one did: its workspace, the name of its ledger ("" for the
    workspace's own) without a password, and its folder of weights, if a person named one."""

    workspace: Path
    ledger: str
    weights: Path | None


def command(
    name: str, *operands: object, at: Places, options: Mapping[str, object] = MappingProxyType({})
) -> str:
    """`inksift NAME` with its operands, at the same places, then with more options.

    >>> command("ledger undo", 7, at=Places(Path("my work"), "", None))
    "inksift ledger undo 7 --workspace 'my work'"
    >>> command("run", "crawl", at=Places(Path("w"), "sqlite:///l.db", None), options={"--n": 2})
    'inksift run crawl --workspace w --ledger sqlite:///l.db --n 2'
    """
    places = {"--workspace": at.workspace, "--weights-dir": at.weights, "--ledger": at.ledger}
    named = {option: value for option, value in places.items() if value} | dict(options)
    words = map(str, chain.from_iterable(named.items()))
    return shlex.join(["inksift", *name.split(), *map(str, operands), *words])


def option(name: str, value: object) -> str:
    """One option of a command.

    >>> option("--ledger", "sqlite:///of the team.db")
    "--ledger 'sqlite:///of the team.db'"
    """
    return shlex.join([name, str(value)])
