"""The command line: `inksift COMMAND --help` shows each command with an example.

Exit codes: 0 done, 1 finished with a failed blocking check, 2 bad arguments, settings or folders, 3
missing weights or dependency, 130 interrupted (run again to go on)."""

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from curation.base.errors import DataError, InksiftError, ParamError
from pipelines.ablation import ablation
from pipelines.experiments import experiments
from pipelines.ledgers import ledger
from pipelines.options import (
    FOLDER,
    existing,
    json_option,
    ledger_option,
    source_argument,
    weights_option,
    who_option,
    workspace_option,
)
from pipelines.review import review

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


class _Commands(click.Group):
    """A group whose commands end with one or two lines and an exit code, never a traceback, when a
    user can help it."""

    def invoke(self, ctx: click.Context) -> Any:
        logging.getLogger("sqlalchemy.pool").setLevel(
            logging.CRITICAL
        )  # it reports an interrupted close as a crash
        try:
            return super().invoke(ctx)
        except InksiftError as error:
            click.echo(f"inksift: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("inksift: interrupted; run the same command again to go on", err=True)
            ctx.exit(130)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_Commands, context_settings=CONTEXT)
@click.version_option(package_name="inksift", message="inksift %(version)s")
def main() -> None:
    """Turn a messy folder of crawled illustrations into a training set that can be trusted.

    \b
    Start with:
      inksift sample demo            draw a noisy data set with known truth
      inksift run demo/images        curate it, train on the result, report F1
    """


def _run_options(command: Any) -> Any:
    for option in (
        weights_option,
        click.option(
            "--set",
            "assignments",
            multiple=True,
            metavar="STAGE.KEY=VALUE",
            help="One setting; may be repeated.",
        ),
        click.option(
            "--accept-removals",
            "--accept-losses",
            is_flag=True,
            help="Go on whatever share of a class or of all is rejected.",
        ),
        click.option(
            "--accept-other-ledger",
            is_flag=True,
            help="Go on without decisions that only the last run heard.",
        ),
        click.option(
            "--profile",
            default="default",
            show_default=True,
            help="A shipped profile or a YAML file.",
        ),
        ledger_option,
        workspace_option,
    ):
        command = option(command)
    return command


@main.command()
@source_argument
@_run_options
@click.option("--test", type=FOLDER, help="A trusted folder of the same shape, used for F1 only.")
@click.option(
    "--truth", type=FOLDER, help="truth.csv of `inksift sample`: compare what was found with it."
)
@json_option
def run(source: Path, test: Path | None, truth: Path | None, as_json: bool, **options: Any) -> None:
    """The whole chain on SOURCE (class_name/picture.jpg): curate, train, report F1.

    \b
    Examples:
      inksift run crawl/images
      inksift run crawl/images --workspace work --test trusted --set duplicates.keep=first
    """
    _execute("everything", source, test=test, truth=truth, as_json=as_json, **options)


@main.command()
@source_argument
@click.option(
    "--out", type=FOLDER, required=True, help="The CSV file to write, one row per file found."
)
@_run_options
@json_option
def judge(source: Path, out: Path, as_json: bool, **options: Any) -> None:
    """From SOURCE to verdicts only: nothing is trained. Writes the columns of decisions.csv to
    --out.

    Where more is rejected than the settings allow, --out holds the proposal and the exit code is 1.

    \b
    Example:
      inksift judge crawl/images --out verdicts.csv
    """
    from curation.store.files import write_atomically

    if (
        out.resolve().is_relative_to(source.resolve())
        or out.is_dir()
        or not out.absolute().parent.is_dir()
    ):
        raise ParamError(f"--out {out}: expected a file in a folder that exists, outside {source}")

    def deliver(decisions: Path) -> None:
        write_atomically(out, decisions.read_bytes())

    _execute("curate", source, test=None, truth=None, as_json=as_json, deliver=deliver, **options)


def _execute(
    job: str,
    source: Path,
    *,
    test: Path | None,
    truth: Path | None,
    as_json: bool,
    workspace: Path,
    profile: str,
    assignments: tuple[str, ...],
    weights_dir: Path | None,
    ledger_url: str,
    accept_removals: bool,
    accept_other_ledger: bool,
    deliver: Callable[[Path], None] | None = None,
) -> None:
    from curation.sample import read_truth
    from pipelines import settings

    given = {
        "verdicts.accept_removals": accept_removals,
        "human_decisions.accept_other_ledger": accept_other_ledger,
    }
    accepted = tuple(f"{name}=true" for name, accepts in given.items() if accepts)
    checked = settings.checked(
        settings.with_assignments(settings.load_profile(profile), assignments + accepted)
    )
    settings.demand_head(checked, weights_dir)
    settings.demand_layers(checked)
    if truth is not None:
        read_truth(truth)

    from curation.project import Project
    from curation.store.published import CSV
    from pipelines import summary
    from pipelines.runner import execute

    began = time.monotonic()
    project = Project(source, workspace, test, weights_dir, ledger_url)
    settings.demand_heard(checked, project)
    try:
        heard = execute(project, job, checked, quiet=as_json)
    except DataError as error:
        raise DataError(
            f"{error}\nwhat was decided before that is in {project.workspace.root}"
        ) from None
    proposal = heard.metadata.get("verdicts", {}).get("proposal")
    if deliver is not None and (proposal or not heard.failed_checks):
        deliver(Path(proposal or project.workspace.root / CSV))
    if heard.failed_checks:
        if as_json:
            click.echo(
                summary.as_json({"failed_checks": heard.failed_checks, "proposal": proposal})
            )
        for line in heard.failed_checks:
            click.echo(
                f"inksift: a blocking check failed, what follows it did not run: {line}", err=True
            )
        sys.exit(1)
    told = summary.summary(project, heard, seconds=time.monotonic() - began, truth=truth)
    click.echo(summary.as_json(told) if as_json else "\n".join(summary.lines(told)))


@main.command()
@click.argument("folder", type=FOLDER)
@click.option(
    "--images",
    type=int,
    default=120,
    show_default=True,
    help="Drawings in the largest of the 8 classes.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Another seed draws another data set."
)
@json_option
def sample(folder: Path, images: int, seed: int, as_json: bool) -> None:
    """Draw a small noisy data set with known truth: FOLDER/images, FOLDER/test and
    FOLDER/truth.csv.

    \b
    Example:
      inksift sample demo && inksift run demo/images --test demo/test --truth demo/truth.csv
    """
    import json

    from curation.sample import SampleParams, draw_sample

    truth = draw_sample(folder, SampleParams.of("sample", {"images": images, "seed": seed}))
    kinds = truth["kind"].value_counts().to_dict()
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "files": len(truth), "kinds": kinds}))
    else:
        listed = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        click.echo(
            f"{len(truth)} files in {folder / 'images'}: {listed}; the truth is in "
            f"{folder / 'truth.csv'}"
        )


@main.command()
@workspace_option
def report(workspace: Path) -> None:
    """Where the pages of a workspace are: the report of rejected images, and those of F1, ablation and
    experiments.

    \b
    Example:
      inksift report --workspace work
    """
    from curation.store.published import ABLATION_PAGE, F1_PAGE, LEADERBOARD_PAGE

    page = "report.html"
    if not (workspace / page).is_file():
        raise ParamError(
            f"no report in {workspace}: run `inksift run` or `inksift judge` with this --workspace "
            "first"
        )
    for name in (page, F1_PAGE, ABLATION_PAGE, LEADERBOARD_PAGE):
        if (workspace / name).is_file():
            click.echo(f"file://{(workspace / name).absolute()}")


@main.command()
@workspace_option
@click.option(
    "--n",
    "count",
    type=click.IntRange(1, 5000),
    default=50,
    show_default=True,
    help="How many pictures.",
)
@click.option(
    "--out",
    type=FOLDER,
    default="audit.csv",
    show_default=True,
    help="The sheet; a page goes beside it.",
)
@click.option(
    "--answers", type=FOLDER, help="A sheet that was filled in: take its answers into the ledger."
)
@who_option
@weights_option
@ledger_option
@json_option
def audit(
    workspace: Path,
    count: int,
    out: Path,
    answers: Path | None,
    who: str,
    weights_dir: Path | None,
    ledger_url: str,
    as_json: bool,
) -> None:
    """Ask a person about the pictures whose answers say most: is it an illustration or a
    photograph?

    Writes a sheet to fill in and a page with the pictures. With --answers, records what the sheet
    says, all of it or nothing, and tells how good the verdict is on the whole folder, as shipped
    and after these answers.

    \b
    Examples:
      inksift audit --workspace work --n 50 --out audit.csv
      inksift audit --workspace work --answers audit.csv
    """
    from pipelines import audits, summary

    here = existing(workspace)
    if answers is None:
        told = audits.ask(here, count=count, out=out, weights=weights_dir, ledger_url=ledger_url)
        lines = audits.asked_lines(told)
    else:
        told = audits.take(
            here, answers=answers, who=who, weights=weights_dir, ledger_url=ledger_url
        )
        lines = audits.taken_lines(told)
    click.echo(summary.as_json(told) if as_json else "\n".join(lines))


@main.command()
@click.argument("target", type=FOLDER)
@workspace_option
@click.option(
    "--source", type=FOLDER, help="Where the pictures are now, if they moved since the run."
)
@click.option(
    "--form", type=click.Choice(["folders", "parquet", "csv"]), default="folders", show_default=True
)
@click.option(
    "--link", is_flag=True, help="Hard-link instead of copying, where the file system can."
)
@click.option(
    "--with-review/--without-review",
    default=None,
    help="Pictures under review; as in the run if neither is given.",
)
@json_option
def export(
    target: Path,
    workspace: Path,
    source: Path | None,
    form: str,
    link: bool,
    with_review: bool | None,
    as_json: bool,
) -> None:
    """Write the curated data set to TARGET: class folders, Parquet with the files' bytes, or a CSV
    list.

    \b
    Examples:
      inksift export curated --workspace work
      inksift export curated.d --workspace work --form parquet
    """
    import json
    from dataclasses import asdict

    from curation.publish.export import ExportParams
    from curation.publish.export import export as write
    from curation.store.published import read_decisions, read_images, read_review, read_source

    here = existing(workspace)
    if target.resolve().is_relative_to(here.root.resolve()):
        raise ParamError(
            f"{target} lies inside the workspace {workspace}: choose a folder outside it"
        )
    review = read_review(here) if with_review is None else ("kept" if with_review else "held")
    choices = {"form": form, "files": "link" if link else "copy", "review": review}
    summary = write(
        read_decisions(here),
        read_images(here),
        source=source or read_source(here),
        target=target,
        params=ExportParams.of("export", choices),
    )
    if as_json:
        click.echo(json.dumps(asdict(summary)))
    else:
        click.echo(
            f"{summary.pictures} pictures in {target}, {summary.reused} of them from an earlier "
            "export"
        )
        click.echo(
            "".join(f"left out: {path}: {reason}\n" for path, reason in summary.skipped.items()),
            nl=False,
        )
    if not summary.complete:
        sys.exit(1)


@main.command()
@workspace_option
@ledger_option
@json_option
def verify(workspace: Path, ledger_url: str, as_json: bool) -> None:
    """Check every stored file of a workspace against its digest, every count against the decisions,
    and the ledger.

    \b
    Example:
      inksift verify --workspace work
    """
    import json

    from assets.registry import registry
    from curation.publish.verify import verify as problems_in

    problems = problems_in(existing(workspace), registry().contracts, ledger_url)
    if as_json:
        click.echo(json.dumps([problem._asdict() for problem in problems]))
    else:
        click.echo(
            "\n".join(f"{p.file}: {p.what}; {p.remedy}" for p in problems) or "everything matches"
        )
    if problems:
        sys.exit(1)


@main.group(invoke_without_command=True)
@weights_option
@json_option
@click.pass_context
def weights(ctx: click.Context, weights_dir: Path | None, as_json: bool) -> None:
    """Which model weights inksift knows, and where they were found.

    \b
    Examples:
      inksift weights
      inksift weights fetch yolov8n
    """
    import json

    from curation.evidence.models.weights import list_weights

    if ctx.invoked_subcommand:
        return
    rows = list_weights([weights_dir] if weights_dir else [])
    if as_json:
        click.echo(json.dumps([row._asdict() for row in rows]))
    else:
        click.echo("\n".join(f"{row.name:<20}{row.licence:<14}{row.where}" for row in rows))


@weights.command()
@click.argument("name")
def fetch(name: str) -> None:
    """Download the weights NAME into the user's cache, and check them against their pinned digest.

    \b
    Example:
      inksift weights fetch yolov8n
    """
    from curation.evidence.models.downloads import fetch_weights

    click.echo(fetch_weights(name))


@main.command()
@click.option("--port", type=int, default=3000, show_default=True)
def ui(port: int) -> None:
    """The Dagster UI on 127.0.0.1, for the folders that INKSIFT_SOURCE and INKSIFT_WORKSPACE name.

    \b
    Example:
      INKSIFT_SOURCE=crawl/images INKSIFT_WORKSPACE=work inksift ui
    """
    from pipelines.resources import project_from_environment
    from pipelines.runner import dagster_home

    project = project_from_environment()
    if project is None:
        raise ParamError(
            "no image folder: set INKSIFT_SOURCE=/path/to/images, then run `inksift ui` again"
        )
    environment = os.environ | {"DAGSTER_HOME": str(dagster_home(project))}
    arguments = ["-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", str(port)]
    program = [sys.executable, "-m", "dagster", "dev", *arguments]
    os.execve(sys.executable, program, environment)  # signals reach Dagster itself


main.add_command(ablation)
main.add_command(experiments)
main.add_command(review)
main.add_command(ledger)

if __name__ == "__main__":
    main()
