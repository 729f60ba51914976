"""`inksift ledger`: what people decided, into a file, out of one, on the terminal, and taken
back."""

import json
import re
from itertools import chain
from pathlib import Path
from typing import Literal

import click

from inksift.curation.base.errors import ParamError
from inksift.pipelines.commands.options import (
    FOLDER,
    json_option,
    ledger_option,
    who_option,
    workspace_option,
)
from inksift.pipelines.existing import existing
from inksift.pipelines.who import login

SUFFIXES = (".csv", ".jsonl")


@click.group()
def ledger() -> None:
    """What people decided: write it to a file, take it in from one, look it over, take some of it
    back.

    \b
    Examples:
      inksift ledger history --workspace work
      inksift ledger export decided.csv --workspace work
    """


@ledger.command()
@click.argument("file", type=FOLDER)
@workspace_option
@ledger_option
@json_option
def export(file: Path, workspace: Path, ledger_url: str, as_json: bool) -> None:
    """Write the decisions in force to FILE, a new .csv for people or .jsonl for programs.

    \b
    Example:
      inksift ledger export decided.csv --workspace work
    """
    from inksift.curation.people.chosen_ledger import any_ledger
    from inksift.curation.people.ledger.entries import in_force
    from inksift.curation.people.ledger.exchange import export_csv, export_jsonl
    from inksift.curation.store.files import write_atomically
    from inksift.pipelines.places import check_new_file

    here = existing(workspace)
    check_new_file("FILE", file, suffixes=SUFFIXES, workspace=here)
    entries = any_ledger(here, ledger_url).entries()
    write = export_csv if _form(file) == "csv" else export_jsonl
    write_atomically(file, write(entries))
    count = len(in_force(entries))
    told = f"{count or 'no'} decision{'' if count == 1 else 's'} in {file}"
    line = told if count else f"{told}: nothing is decided in this ledger"
    click.echo(json.dumps({"decisions": count, "file": str(file)}) if as_json else line)


@ledger.command("import")
@click.argument("file", type=FOLDER)
@workspace_option
@ledger_option
@who_option
@click.option(
    "--new-classes", is_flag=True, help="FILE may name classes that the last run did not have."
)
@json_option
def import_(
    file: Path, workspace: Path, ledger_url: str, who: str, new_classes: bool, as_json: bool
) -> None:
    """Take in the decisions of FILE, an export of another ledger or written by hand: all of them or
    none.

    What FILE says outranks what is in force, and is entered as decided by --who now. A ledger in
    which nobody has decided anything may be named with --ledger, to move to it; the next run then
    has to name it too.

    \b
    Example:
      inksift ledger import decided.csv --workspace work --who ann
    """
    from inksift.curation.people.chosen_ledger import ledger_to_fill
    from inksift.pipelines.commands import ledger_entries

    here, form = existing(workspace), _form(file)
    chosen, data, author = ledger_to_fill(here, ledger_url), _content(file), who or login()
    told = ledger_entries.take_in(
        here, chosen, data=data, form=form, who=author, new_classes=new_classes
    )
    click.echo(json.dumps(told) if as_json else "\n".join(ledger_entries.taken_lines(told)))


@ledger.command()
@workspace_option
@ledger_option
@json_option
def history(workspace: Path, ledger_url: str, as_json: bool) -> None:
    """Every entry, the newest last: its number, when, who, what, on which file.

    \b
    Example:
      inksift ledger history --workspace work
    """
    from inksift.curation.people.chosen_ledger import any_ledger
    from inksift.pipelines.commands import ledger_entries

    here = existing(workspace)
    rows = ledger_entries.history(here, any_ledger(here, ledger_url))
    lines = "\n".join(ledger_entries.history_lines(rows)) or "nobody has decided anything"
    click.echo(json.dumps(rows) if as_json else lines)


@ledger.command()
@click.argument("entries", metavar="ENTRY...", nargs=-1, required=True)
@workspace_option
@ledger_option
@who_option
@click.option("--note", default="", help="Why, for whoever reads the history.")
@json_option
def undo(
    entries: tuple[str, ...], workspace: Path, ledger_url: str, who: str, note: str, as_json: bool
) -> None:
    """Take entries back, all or none: a number of `inksift ledger history`, or a range such as
    7-12.

    What was in force before is in force again; the entries stay in the history. Undo an undo to
    bring an entry back.

    \b
    Example:
      inksift ledger undo 7-12 --workspace work --note 'the wrong file'
    """
    from inksift.curation.people.chosen_ledger import ledger_of
    from inksift.pipelines.commands import ledger_entries

    here = existing(workspace)
    chosen, author = ledger_of(here, ledger_url), who or login()
    last = chosen.last()
    numbers = list(chain.from_iterable(_numbers(entry, last) for entry in entries))
    told = ledger_entries.take_back(here, chosen, numbers, who=author, note=note)
    click.echo(json.dumps(told) if as_json else "\n".join(ledger_entries.taken_back_lines(told)))


def _numbers(entry: str, last: int) -> range:
    """The entries that a person named, of those up to `last`."""
    matched = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", entry)
    first, end = (
        (int(number) for number in (matched[1], matched[2] or matched[1])) if matched else (0, 0)
    )
    if not 0 < first <= end <= last:
        raise ParamError(
            f"ENTRY {entry}: expected a number of `inksift ledger history`, or a range such as "
            f"7-12, up to {last}"
        )
    return range(first, end + 1)


def _form(file: Path) -> Literal["csv", "jsonl"]:
    if file.suffix.lower() not in SUFFIXES:
        raise ParamError(f"FILE {file}: expected a {' or '.join(SUFFIXES)} file")
    return "csv" if file.suffix.lower() == ".csv" else "jsonl"


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ParamError(
            f"cannot read {file} ({error.strerror}): expected a file of `inksift ledger export`"
        ) from None
