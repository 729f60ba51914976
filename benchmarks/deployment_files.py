"""What `docs/deploy/` says: the services of compose.yaml and of the systemd units, each as a
command with its environment."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from configparser import RawConfigParser
from pathlib import Path
from typing import Any, NamedTuple

import click
import yaml

DEPLOY = Path(__file__).parents[1] / "docs" / "deploy"
SERVICES = ("code", "webserver", "daemon")
"""Of inksift; beside them stands PostgreSQL."""


class Service(NamedTuple):
    """A process that is deployed."""

    name: str
    command: list[str]
    environment: dict[str, str]

    @property
    def program(self) -> str:
        """The name of the program, wherever it lies."""
        return Path(self.command[0]).name


def compose_services(variables: Mapping[str, str]) -> dict[str, Service]:
    """The services of compose.yaml, where `.env` holds these variables; KeyError for one that it
    lacks."""

    def filled(found: re.Match[str]) -> str:
        return variables[found[1]]

    text = re.sub(r"\$\{(\w+):\?[^}]*\}", filled, (DEPLOY / "compose.yaml").read_text())
    services = yaml.safe_load(text)["services"]
    return {name: _service(name, told) for name, told in services.items()}


def unit_services() -> dict[str, list[Service]]:
    """What each systemd unit starts, with the environment of inksift.env."""
    told = (DEPLOY / "inksift.env").read_text().splitlines()
    lines = [line.split("=", 1) for line in told if line and not line.startswith("#")]
    environment = dict(lines)
    return {
        path.name: [Service(path.stem, command, environment) for command in _commands(path)]
        for path in sorted(DEPLOY.glob("*.service"))
    }


def demand_accepted(service: Service) -> None:
    """click.UsageError or KeyError where the program of a service does not take its command."""
    command, words = _programs()[service.program](), service.command[1:]
    context = click.Context(command, info_name=service.program)
    while isinstance(command, click.Group):
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        command, context = found, click.Context(found, parent=context, info_name=name)
    known, unknown, _ = command.make_parser(context).parse_args(list(words))
    if unknown and not any(isinstance(one, click.Argument) for one in command.params):
        raise click.UsageError(f"{service.command}: {unknown}")
    assert known or not words


def _programs() -> dict[str, Callable[[], click.Command]]:
    from dagster._cli import create_dagster_cli
    from dagster._daemon.cli import create_dagster_daemon_cli
    from dagster_webserver.cli import dagster_webserver

    from inksift.pipelines.cli import main

    return {
        "dagster": create_dagster_cli,
        "dagster-daemon": create_dagster_daemon_cli,
        "dagster-webserver": lambda: dagster_webserver,
        "inksift": lambda: main,
    }


def _service(name: str, told: Mapping[str, Any]) -> Service:
    environment = {key: str(value) for key, value in told.get("environment", {}).items()}
    return Service(name, [str(word) for word in told.get("command", [])], environment)


def _commands(unit: Path) -> list[list[str]]:
    """The commands of a unit in order; of `sh -c 'exec ...'` the one that it ends in."""
    parser = RawConfigParser(strict=False, comment_prefixes=("#",), inline_comment_prefixes=None)
    parser.read(unit)
    assert parser.has_section("Service"), unit
    lines = re.findall(r"^ExecStart=(.+)$", unit.read_text(), re.M)
    return [_inner(shlex.split(line)) for line in lines]


def _inner(words: list[str]) -> list[str]:
    if Path(words[0]).name != "sh":
        return words
    return shlex.split(words[2].replace("%%", "%").removeprefix("exec "))
