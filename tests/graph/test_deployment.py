"""What is deployed: every program is there, takes what it is given, and has what it needs."""

from __future__ import annotations

import configparser
import re
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import click
import pytest
import yaml

from inksift.pipelines.definitions import build
from inksift.pipelines.given import from_environment
from inksift.pipelines.instance import HOME_VARIABLE
from tests.benchmark import load_benchmark
from tests.documentation import ROOT

DEPLOY = ROOT / "docs" / "deploy"
VARIABLES = {"POSTGRES_PASSWORD": "secret", "INKSIFT_PICTURES": "/srv/pictures"}
GUIDE = (ROOT / "docs" / "how-to" / "deploy.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def files() -> ModuleType:
    return load_benchmark("deployment_files")


def test_compose_starts_what_dagster_consists_of(files: ModuleType) -> None:
    services = files.compose_services(VARIABLES)
    assert set(services) == {"postgres", *files.SERVICES}
    for name in files.SERVICES:
        files.demand_accepted(services[name])


def test_units_start_the_same_and_a_backup(files: ModuleType) -> None:
    units = files.unit_services()
    services = files.compose_services(VARIABLES)
    for name in files.SERVICES:
        (unit,) = units[f"inksift-{name}.service"]
        files.demand_accepted(unit)
        assert unit.program == services[name].program
        assert set(services[name].environment) <= set(unit.environment)
    dump, backup = units["inksift-backup.service"]
    files.demand_accepted(backup)
    assert dump.program == "pg_dump"


def test_what_is_tried_again_fills_no_disk(files: ModuleType) -> None:
    """A dump that fails ends the unit before a workspace is written, and the next replaces it."""
    units = files.unit_services()["inksift-backup.service"]
    dump, backup = (" ".join(one.command) for one in units)
    assert dump.endswith("dagster-$(date +%F).dump")
    assert backup.endswith("work-$(date +%F-%H%M%S).tar")


def test_the_password_is_in_no_image_and_no_commit() -> None:
    assert "**/.env" in (ROOT / ".dockerignore").read_text().splitlines()
    assert "/docs/deploy/.env" in (ROOT / ".gitignore").read_text().splitlines()


def test_no_volume_hides_the_settings_of_a_newer_image() -> None:
    """Docker fills a volume once: what lies in it stays as the first image had it."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    places = {volume.split(":")[1] for one in services.values() for volume in one["volumes"]}
    copied = re.findall(r"^COPY docs/deploy/.* (\S+)/$", (DEPLOY / "Dockerfile").read_text(), re.M)
    assert copied == ["/dagster"]
    assert not places & set(copied)


def test_what_is_restored_belongs_to_the_services() -> None:
    restore = GUIDE.partition("## Restore")[2].partition("## ")[0]
    assert "install -d -o inksift -g inksift /var/lib/inksift/work" in restore
    assert "sudo -u inksift tar -xf" in restore


def test_a_command_that_would_not_be_taken_is_refused(files: ModuleType) -> None:
    for words in (["dagster-webserver", "--prot", "3000"], ["dagster", "code-sever"]):
        with pytest.raises(click.UsageError):
            files.demand_accepted(files.Service("x", words, {}))


def test_the_code_location_is_the_one_of_the_other_doors(files: ModuleType) -> None:
    located = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"][0]["python_module"]
    for service in (
        files.compose_services(VARIABLES)["code"],
        *files.unit_services()["inksift-code.service"],
    ):
        words = service.command
        assert words[words.index("-m") + 1] == located["module_name"] == build.__module__
        assert words[words.index("--location-name") + 1] == located["location_name"]


def test_settings_of_dagster_are_those_of_a_workspace_but_for_the_history() -> None:
    deployed = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())
    own = yaml.safe_load((ROOT / "pipelines" / "dagster.yaml").read_text())
    assert {name: value for name, value in deployed.items() if name != "storage"} == own


def test_every_variable_is_one_that_is_heard(
    files: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = files.compose_services(VARIABLES)["code"].environment
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    given = from_environment()
    assert (given.workspace, given.source) == (Path("/workspace"), Path("/pictures"))
    asked = set(re.findall(r"env: (\w+)", (DEPLOY / "dagster.yaml").read_text()))
    asked |= set(re.findall(r"env: (\w+)", (DEPLOY / "workspace.yaml").read_text()))
    known = {"DAGSTER_HOME", HOME_VARIABLE, "INKSIFT_WORKSPACE", "INKSIFT_SOURCE"}
    assert set(environment) == asked | known


def test_nothing_can_write_to_the_pictures_and_nobody_outside_reaches_the_ui() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    mounted = [volume for one in services.values() for volume in one.get("volumes", [])]
    assert next(one for one in mounted if ":/pictures" in one).endswith(":/pictures:ro")
    ports = [port for one in services.values() for port in one.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert "-h 127.0.0.1" in (DEPLOY / "inksift-webserver.service").read_text()


def test_units_write_to_their_own_places_alone() -> None:
    for path in DEPLOY.glob("*.service"):
        unit = configparser.RawConfigParser(strict=False)
        unit.read(path)
        service = unit["Service"]
        assert service["ProtectSystem"] == "strict", path
        assert service["ReadWritePaths"].split()[0] == "/var/lib/inksift", path
        assert "RestrictNamespaces" not in service  # the sandbox makes some


def test_the_guide_names_every_file_and_every_step_that_was_proved() -> None:
    for name in ("dagster.yaml", "workspace.yaml", "inksift.env", "compose.yaml"):
        assert name in GUIDE
    for words in ("inksift backup", "pg_dump", "pg_restore", "inksift verify", "instance migrate"):
        assert words in GUIDE


@pytest.mark.slow
def test_it_runs_is_lost_and_comes_back() -> None:
    """In a folder of its own: no other user, as PostgreSQL runs as, may enter those of pytest."""
    if find_spec("dagster_postgres") is None:
        pytest.skip("needs inksift[postgres]")
    deployment = load_benchmark("deployment")
    try:
        deployment.postgres("initdb")
    except SystemExit as error:
        pytest.skip(str(error))
    with TemporaryDirectory() as folder:
        seen = deployment.prove(Path(folder))
    assert seen[-1] == "what a person decided before the loss was taken in after it"
