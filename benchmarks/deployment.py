"""Does docs/deploy/ work: services up, a run, a backup, a loss, a restore, an upgrade?

    python benchmarks/deployment.py [FOLDER]

Needs PostgreSQL's programs and `inksift[postgres]`; no container engine. Every service of
compose.yaml runs as a process with the command and the environment that stand there: only the
names of hosts, ports and places are those of this machine. Prints a line for each thing that was
seen to work, and ends with an error at the first that does not."""

from __future__ import annotations

import argparse
import glob
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from deployment_files import DEPLOY, SERVICES, Service, compose_services

from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.sample import SampleParams, draw_sample
from inksift.curation.store.published import read_decisions
from inksift.curation.store.workspace import Workspace
from inksift.pipelines import cli

BINARIES = Path(sys.executable).parent
USER = "nobody" if os.geteuid() == 0 else None
"""Who PostgreSQL runs as: it refuses root."""
SETTINGS = {
    "object_counts": {"download": False},
    "classifier": {"image_side_px": 32, "max_epochs": 2, "threads": 1},
    "explanations": {"tsne_layers": ["features"]},
}
"""A run of seconds; what it finds matters to nobody here."""
JOB = "curate"
PATIENT = {"DAGSTER_GRPC_TIMEOUT_SECONDS": "900", "DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS": "900"}
"""For a machine that does much else: Dagster gives a code location 60 seconds to answer."""


@dataclass(frozen=True)
class Waits:
    """How long what is asynchronous may take on a slow machine."""

    service_s: float = 900.0
    """Until a service answers."""
    run_s: float = 1_800.0
    """Until a run is over."""
    look_s: float = 1.0
    """Between two looks."""


WAITS = Waits()


class Here(NamedTuple):
    """Where things are on this machine that compose.yaml has in volumes and hosts."""

    root: Path
    ports: Mapping[str, int]
    password: str

    @property
    def pictures(self) -> Path:
        return self.root / "drawn" / "images"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def home(self) -> Path:
        return self.root / "dagster"

    def service(self, told: Service) -> Service:
        """The same service, on this machine."""
        return Service(
            told.name,
            [self._here(word) for word in told.command],
            {name: self._here(value) for name, value in told.environment.items()},
        )

    def _here(self, word: str) -> str:
        places = {
            "/pictures": str(self.pictures),
            "/workspace": str(self.work),
            "/dagster": str(self.home),
            "/dagster/workspace.yaml": str(self.home / "workspace.yaml"),
            "0.0.0.0": "127.0.0.1",
            "code": "127.0.0.1",
            "postgres": "127.0.0.1",
            "4000": str(self.ports["code"]),
            "3000": str(self.ports["webserver"]),
            "5432": str(self.ports["postgres"]),
        }
        return places.get(word, word)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where to work; a new one if missing")
    chosen = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as temporary:
        prove((chosen or Path(temporary)).resolve())


def prove(root: Path) -> list[str]:
    """Everything, one after the other; what was seen to work."""
    here = _prepared(root)
    seen: list[str] = []

    def tell(line: str) -> None:
        seen.append(line)
        print(f"ok  {line}", flush=True)

    with database(here):
        tell("PostgreSQL answers")
        with services(here):
            run = launch(here, JOB)
            tell(f"web server, daemon and code location: the run {run[:8]} of `{JOB}` succeeded")
            tell(f"{runs_in_database(here)} run in the history in PostgreSQL")
        decided = decide(here)
        kept = back_up(here)
        tell(f"backed up: {', '.join(path.name for path in kept)}")
        lose(here)
        tell("lost: workspace, ledger and history")
        restore(here, kept)
        assert decided == decisions(here), "decisions are not those that were backed up"
        tell(f"restored: `inksift verify` finds nothing, {len(decided[0])} decisions are the same")
        inksift(here, "setup")
        command(here, [str(BINARIES / "dagster"), "instance", "migrate"])
        with services(here):
            again = launch(here, "decide")
            assert {run, again} <= set(known_runs(here)), "the history was not restored"
            tell(f"upgraded and up again: it knows the run {run[:8]}, and `decide` succeeded")
        count = read_decisions(Workspace(here.work))["decided_by"].str.startswith("human").sum()
        assert count, "what a person decided before the loss was not taken in"
        tell("what a person decided before the loss was taken in after it")
    return seen


def _prepared(root: Path) -> Here:
    """Pictures, a setup and the home of Dagster, as the guide says."""
    root.mkdir(exist_ok=True)
    root.chmod(0o755)  # PostgreSQL's user has to reach its folder
    ports = {name: free_port() for name in ("postgres", "code", "webserver")}
    here = Here(root, ports, "secret word")
    draw_sample(root / "drawn", SampleParams(images=24, imbalance=6, max_side_px=200))
    for folder in (here.work, here.home):
        folder.mkdir()
    setup = {"source": str(here.pictures), "settings": SETTINGS}
    (here.work / "inksift.yaml").write_text(yaml.safe_dump(setup))
    shutil.copy(DEPLOY / "dagster.yaml", here.home)
    located = yaml.safe_load((DEPLOY / "workspace.yaml").read_text())
    located["load_from"][0]["grpc_server"]["port"] = ports["code"]
    (here.home / "workspace.yaml").write_text(yaml.safe_dump(located))
    return here


def told(here: Here) -> dict[str, Service]:
    """The services of compose.yaml, as they run here."""
    variables = {"POSTGRES_PASSWORD": here.password, "INKSIFT_PICTURES": str(here.pictures)}
    return {name: here.service(one) for name, one in compose_services(variables).items()}


# PostgreSQL


@contextmanager
def database(here: Here) -> Iterator[None]:
    """A server of its own, with the user, the password and the database of compose.yaml."""
    folder, words = here.root / "postgres", told(here)["postgres"].environment
    folder.mkdir()
    secret = here.root / "password"
    secret.write_text(words["POSTGRES_PASSWORD"])
    if USER:
        shutil.chown(folder, USER)
        shutil.chown(secret, USER)
    data, user = str(folder / "data"), words["POSTGRES_USER"]
    create = [postgres("initdb"), "-D", data, "-U", user, "-A", "scram-sha-256"]
    run([*create, f"--pwfile={secret}"], user=USER)
    server = [postgres("postgres"), "-D", data, "-p", str(here.ports["postgres"])]
    server += ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
    with process(server, dict(os.environ), here.root / "postgres.log", user=USER):
        wait_for("PostgreSQL", lambda: _answers(here))
        query(here, f"CREATE DATABASE {words['POSTGRES_DB']}", database="postgres")
        yield


def _answers(here: Here) -> bool:
    ready = [postgres("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(here.ports["postgres"])]
    return subprocess.run(ready, check=False).returncode == 0


def query(here: Here, statement: str, *, database: str = "") -> str:
    """What PostgreSQL answers, as text."""
    environment = told(here)["code"].environment | ({"PGDATABASE": database} if database else {})
    return run([postgres("psql"), "-tAc", statement], environment=environment).strip()


def runs_in_database(here: Here) -> int:
    return int(query(here, "SELECT count(*) FROM runs"))


def postgres(program: str) -> str:
    """Where a program of PostgreSQL lies."""
    found = shutil.which(program) or next(
        iter(sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{program}"), reverse=True)), None
    )
    if found is None:
        raise SystemExit(f"no {program}: install PostgreSQL")
    return found


# Services


@contextmanager
def services(here: Here) -> Iterator[None]:
    """Code location, web server and daemon, until all of them answer."""
    known = told(here)
    with ExitStack() as stack:
        for name in SERVICES:
            words = known[name].command
            program = [str(BINARIES / words[0]), *words[1:]]
            log = here.root / f"{name}.log"
            environment = os.environ | PATIENT | known[name].environment
            stack.enter_context(process(program, environment, log))
            if name == "code":
                wait_for("the code location", lambda: _listens(here.ports["code"]))
        wait_for("the web server", lambda: _loads(here))
        wait_for("the daemon", lambda: _daemon_is_healthy(here))
        yield


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _loads(here: Here) -> bool:
    if not _listens(here.ports["webserver"]):
        return False
    entries = ask(here, "{workspaceOrError {... on Workspace {locationEntries {name loadStatus "
                        "locationOrLoadError {__typename}}}}}")  # fmt: skip
    (entry,) = entries["workspaceOrError"]["locationEntries"]
    assert entry["locationOrLoadError"]["__typename"] == "RepositoryLocation", entry
    return bool(entry["name"] == "inksift" and entry["loadStatus"] == "LOADED")


def _daemon_is_healthy(here: Here) -> bool:
    health = ask(here, "{instance {daemonHealth {allDaemonStatuses {required healthy}}}}")
    daemons = health["instance"]["daemonHealth"]["allDaemonStatuses"]
    return all(one["healthy"] for one in daemons if one["required"])


def launch(here: Here, job: str) -> str:
    """Launch a job as the UI does and wait for it; the id of the run."""
    mutation = """mutation($params: ExecutionParams!) {
      launchRun(executionParams: $params) {
        __typename ... on LaunchRunSuccess {run {runId}} ... on PythonError {message}}}"""
    selector = {
        "repositoryLocationName": "inksift",
        "repositoryName": "__repository__",
        "jobName": job,
    }
    answer = ask(here, mutation, {"params": {"selector": selector, "runConfigData": {}}})
    assert answer["launchRun"]["__typename"] == "LaunchRunSuccess", answer
    run_id = str(answer["launchRun"]["run"]["runId"])
    wait_for(f"the run of {job}", lambda: _over(here, run_id), seconds=WAITS.run_s)
    return run_id


def _over(here: Here, run_id: str) -> bool:
    status = ask(here, f'{{runOrError(runId: "{run_id}") {{... on Run {{status}}}}}}')
    state = status["runOrError"]["status"]
    assert state not in ("FAILURE", "CANCELED"), (here.root / "code.log").read_text()[-3_000:]
    return bool(state == "SUCCESS")


def known_runs(here: Here) -> list[str]:
    """The runs that the UI lists."""
    answer = ask(here, "{runsOrError {... on Runs {results {runId}}}}")
    return [one["runId"] for one in answer["runsOrError"]["results"]]


def ask(here: Here, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the web server answers, by GraphQL as the UI asks."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{here.ports['webserver']}/graphql",
        json.dumps({"query": query, "variables": variables or {}}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=WAITS.service_s) as answer:
        found = json.load(answer)
    assert "errors" not in found, found
    return dict(found["data"])


# Backup and restore


def decide(here: Here) -> tuple[dict[str, str], list[Any]]:
    """A person rejects a kept picture; what is decided then."""
    found = read_decisions(Workspace(here.work))
    picture = found.loc[found["outcome"] == "kept", "image_id"].iloc[0]
    Ledger.of(Workspace(here.work)).record([Decision(picture, "outcome", "rejected")], "ann")
    return decisions(here)


def decisions(here: Here) -> tuple[dict[str, str], list[Any]]:
    """The outcome of every file, and every entry of the ledger."""
    found = read_decisions(Workspace(here.work))
    return dict(zip(found["path"], found["outcome"], strict=True)), Ledger.of(
        Workspace(here.work)
    ).entries()


def back_up(here: Here) -> list[Path]:
    """The two commands of inksift-backup.service."""
    workspace, history = here.root / "work.tar", here.root / "dagster.dump"
    dump = [postgres("pg_dump"), "--format=custom", f"--file={history}"]
    command(here, dump)
    inksift(here, "backup", str(workspace))
    return [workspace, history]


def lose(here: Here) -> None:
    shutil.rmtree(here.work)
    query(here, "DROP DATABASE dagster WITH (FORCE)", database="postgres")


def restore(here: Here, kept: list[Path]) -> None:
    """As the guide says: unpack, create the database, read the dump, verify."""
    workspace, history = kept
    here.work.mkdir()
    with tarfile.open(workspace) as tar:
        tar.extractall(here.work, filter="fully_trusted")
    query(here, "CREATE DATABASE dagster", database="postgres")
    command(here, [postgres("pg_restore"), "--dbname=dagster", str(history)])
    assert inksift(here, "verify") == "everything matches\n"


def inksift(here: Here, *words: str) -> str:
    """A command of inksift in the service `code`, as `docker compose exec code` gives it."""
    return command(here, [sys.executable, "-m", cli.__name__, *words])


def command(here: Here, words: list[str]) -> str:
    return run(words, environment=told(here)["code"].environment)


# Processes


@contextmanager
def process(
    words: list[str], environment: Mapping[str, str], log: Path, *, user: str | None = None
) -> Iterator[None]:
    """A process that is ended with the block, in the way that systemd and Docker end one."""
    with log.open("ab") as file:
        started = subprocess.Popen(words, env=environment, stdout=file, stderr=file, user=user)
    try:
        yield
        assert started.poll() is None, f"{words[0]} ended by itself: {log.read_text()[-2_000:]}"
    finally:
        started.terminate()
        try:
            started.wait(60)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def run(
    words: list[str], *, environment: Mapping[str, str] | None = None, user: str | None = None
) -> str:
    """What a command prints; its complaint where it fails."""
    known = os.environ | dict(environment or {})
    ended = subprocess.run(
        words, env=known, user=user, capture_output=True, text=True, check=False, cwd="/"
    )
    assert ended.returncode == 0, f"{' '.join(words)}: {ended.stdout}{ended.stderr}"
    return ended.stdout


def wait_for(what: str, there: Any, *, seconds: float = WAITS.service_s) -> None:
    """AssertionError where it does not come in time."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, f"{what} did not come within {seconds:.0f} s"
        time.sleep(WAITS.look_s)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


if __name__ == "__main__":
    main()
