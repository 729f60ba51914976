"""What a person sees while a job runs in the terminal, and what is left to tell them at the end."""

import logging
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
from tqdm.auto import tqdm


@dataclass
class Heard:
    """What a run said: the metadata of each asset and the checks that did not pass."""

    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed_checks: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def terminal_logger(heard: Heard, *, quiet: bool) -> dg.LoggerDefinition:
    """A Dagster logger that prints a line per finished stage (unless quiet) and fills `heard`."""

    def terminal(_: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("inksift.terminal", logging.DEBUG)
        logger.addHandler(_Listener(heard, quiet=quiet))
        return logger

    return dg.LoggerDefinition(terminal, description="One line per stage")


class _Listener(logging.Handler):
    def __init__(self, heard: Heard, *, quiet: bool) -> None:
        super().__init__()
        self._heard, self._quiet = heard, quiet

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is None:
            return
        if event.event_type_value == "ASSET_MATERIALIZATION":
            made = event.step_materialization_data.materialization
            values = {name: value.value for name, value in made.metadata.items()}
            self._heard.metadata["_".join(made.asset_key.path)] = values
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            self._check(event.asset_check_evaluation_data)
        elif event.event_type_value == "STEP_SUCCESS":
            self._step(event.step_key, event.event_specific_data.duration_ms / 1000)

    def _check(self, evaluation: Any) -> None:
        if evaluation.passed:
            return
        line = (
            f"{'_'.join(evaluation.asset_key.path)}: {evaluation.check_name}: "
            f"{evaluation.description}"
        )
        blocking = evaluation.severity == dg.AssetCheckSeverity.ERROR
        (self._heard.failed_checks if blocking else self._heard.warnings).append(line)

    def _step(self, name: str, seconds: float) -> None:
        if not self._quiet and name in self._heard.metadata | {"decoded_images": 0}:
            tqdm.write(f"  {name:<18}{seconds:7.1f} s", nolock=True)
