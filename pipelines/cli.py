"""The command line: `inksift COMMAND --help` shows each command with an example.

Exit codes: 0 done, 1 finished with a failed blocking check, 2 bad arguments, settings or folders, 3
missing weights or dependency, 130 interrupted and 143 ended by SIGTERM (run again to go on)."""

import copy
import logging
import signal
from typing import Any

import click

from inksift.curation.base.errors import InksiftError, StoreError
from inksift.curation.base.machine_errors import machine_error
from inksift.curation.base.switches import own_this_process
from inksift.pipelines.commands.ablation import ablation
from inksift.pipelines.commands.audit import audit
from inksift.pipelines.commands.backup import backup
from inksift.pipelines.commands.decide import decide
from inksift.pipelines.commands.diff import diff
from inksift.pipelines.commands.doctor import doctor
from inksift.pipelines.commands.experiments import experiments
from inksift.pipelines.commands.export import export
from inksift.pipelines.commands.head import head
from inksift.pipelines.commands.judge import judge
from inksift.pipelines.commands.ledger import ledger
from inksift.pipelines.commands.repair import repair
from inksift.pipelines.commands.report import report
from inksift.pipelines.commands.review import review
from inksift.pipelines.commands.run import run
from inksift.pipelines.commands.runs import runs
from inksift.pipelines.commands.sample import sample
from inksift.pipelines.commands.settings import settings
from inksift.pipelines.commands.setup import setup
from inksift.pipelines.commands.ui import ui
from inksift.pipelines.commands.verify import verify
from inksift.pipelines.commands.weights import weights
from inksift.pipelines.progress_lines import show_progress_lines
from inksift.pipelines.signals_heard import signals_heard

COMMANDS = (
    run,
    judge,
    setup,
    settings,
    report,
    runs,
    diff,
    audit,
    review,
    decide,
    ablation,
    experiments,
    export,
    ledger,
    verify,
    repair,
    backup,
    doctor,
    weights,
    head,
    sample,
    ui,
)
"""In the order of `inksift --help`."""
OLD_NAMES = {"bill": ablation}
"""What commands were called in the release before, which still works but is not shown."""
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


class _Commands(click.Group):
    """A group whose commands end with one or two lines and an exit code, never a traceback, when a
    user can help it."""

    def invoke(self, ctx: click.Context) -> Any:
        logging.getLogger("sqlalchemy.pool").setLevel(
            logging.CRITICAL
        )  # it reports an interrupted close as a crash
        own_this_process()
        show_progress_lines()
        with signals_heard() as heard:
            try:
                return super().invoke(ctx)
            except InksiftError as error:
                click.echo(f"inksift: {error}", err=True)
                ctx.exit(error.exit_code)
            except OSError as error:
                if not (told := machine_error(error)):
                    raise
                click.echo(f"inksift: {told}", err=True)
                ctx.exit(StoreError.exit_code)
            except KeyboardInterrupt:
                click.echo("inksift: interrupted; run the same command again to go on", err=True)
                ctx.exit(128 + (signal.SIGTERM if signal.SIGTERM in heard() else signal.SIGINT))

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


def _unseen(command: click.Command) -> click.Command:
    """The same command, left out of the help."""
    unseen = copy.copy(command)
    unseen.hidden = True
    return unseen


for _command in COMMANDS:
    main.add_command(_command)
for _old, _command in OLD_NAMES.items():
    main.add_command(_unseen(_command), _old)

if __name__ == "__main__":
    main()
