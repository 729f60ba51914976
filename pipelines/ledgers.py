"""`inksift ledger`: what people decided, into a file, out of one, and on the terminal."""

import json
from pathlib import Path
from typing import Literal

import click

from curation.errors import ParamError
from pipelines.options import FOLDER, existing, json_option, ledger_option, login, who_option, workspace_option

SUFFIXES = (".csv", ".jsonl")


@click.group()
def ledger() -> None:
    """What people decided: write it to a file, take it in from one, look it over.

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
    from curation.ledger.exchange import export_csv, export_jsonl
    from curation.publish.chosen_ledger import ledger_of
    from curation.store.files import write_atomically
    from pipelines.places import check_new_file

    here = existing(workspace)
    check_new_file("FILE", file, suffixes=SUFFIXES, workspace=here)
    chosen = ledger_of(here, ledger_url)
    write = export_csv if _form(file) == "csv" else export_jsonl
    count = len(chosen.in_force())
    if count:
        write_atomically(file, write(chosen))
    told = {"decisions": count, "file": str(file) if count else None}
    lines = f"{count} decisions in {file}" if count else "nothing is decided, so no file was written"
    click.echo(json.dumps(told) if as_json else lines)


@ledger.command("import")
@click.argument("file", type=FOLDER)
@workspace_option
@ledger_option
@who_option
@json_option
def import_(file: Path, workspace: Path, ledger_url: str, who: str, as_json: bool) -> None:
    """Take in the decisions of FILE, an export of another ledger or written by hand: all of them or none.

    What FILE says outranks what is in force, and is entered as decided by --who now.

    \b
    Example:
      inksift ledger import decided.csv --workspace work --who ann
    """
    from curation.publish.chosen_ledger import ledger_of
    from pipelines import decisions

    here = existing(workspace)
    chosen, form = ledger_of(here, ledger_url), _form(file)
    told = decisions.take_in(here, chosen, data=_content(file), form=form, who=who or login())
    click.echo(json.dumps(told) if as_json else "\n".join(decisions.taken_lines(told)))


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
    from curation.publish.chosen_ledger import ledger_of
    from pipelines import decisions

    here = existing(workspace)
    rows = decisions.history(here, ledger_of(here, ledger_url))
    lines = "\n".join(decisions.history_lines(rows)) or "nobody has decided anything"
    click.echo(json.dumps(rows) if as_json else lines)


def _form(file: Path) -> Literal["csv", "jsonl"]:
    if file.suffix.lower() not in SUFFIXES:
        raise ParamError(f"FILE {file}: expected a {' or '.join(SUFFIXES)} file")
    return "csv" if file.suffix.lower() == ".csv" else "jsonl"


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ParamError(f"cannot read {file} ({error.strerror}): expected a file of `inksift ledger export`") from None
