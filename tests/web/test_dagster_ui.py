"""`inksift ui` as a process: Dagster works in a browser behind the door, strangers get nothing, and
all that it started ends with it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil
import pytest
from playwright.sync_api import Browser as Chrome
from playwright.sync_api import Page, expect

from inksift.curation.serving.access import Access
from tests.exported import drawn

pytestmark = pytest.mark.slow

SECONDS = 240
LAUNCH = """mutation { launchRun(executionParams: {selector: {repositoryName: "__repository__",
repositoryLocationName: "inksift", pipelineName: "curate"}, runConfigData: {}}) { __typename } }"""
START = """mutation { startSensor(sensorSelector: {repositoryName: "__repository__",
repositoryLocationName: "inksift", sensorName: "new_files"}) { __typename } }"""
RUNS = "{ runsOrError { ... on Runs { results { runId status } } } }"


class Ui(NamedTuple):
    """A running `inksift ui`, and the way into it."""

    process: subprocess.Popen[str]
    access: Access

    def ask(self, query: str) -> Any:
        """What GraphQL answers to who shows the token."""
        token = {"authorization": f"Bearer {self.access.token}"}
        answer = httpx.post(
            f"{self.access.origin}/graphql", json={"query": query}, headers=token, timeout=SECONDS
        )
        return answer.json()


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Ui]:
    environment = os.environ | {"INKSIFT_SOURCE": str(folder / "images")}
    words = ["ui", "--workspace", str(folder / "work"), "--port", "0", *options]
    process = subprocess.Popen(
        [sys.executable, "-m", "inksift", *words],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout
    try:
        address = next(line for line in process.stdout if "/?token=" in line)
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)", address)
        assert found
        yield Ui(process, Access("127.0.0.1", int(found[1]), found[2]))
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for label in ("fox", "owl"):
        for number in range(2):
            file = folder / "images" / label / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(drawn("png", number))
    return folder


@pytest.fixture(scope="module")
def ui(project: Path) -> Iterator[Ui]:
    with running(project) as started:
        yield started


def attacks(access: Access) -> dict[str, Callable[[httpx.Client], httpx.Response]]:
    """What strangers, and pages of theirs in the owner's browser, may send."""
    graphql, cookie = "/graphql", {"cookie": f"{access.cookie}={access.session}"}
    evil = {"origin": "https://evil.example"}
    own = {"origin": access.origin}
    return {
        "reads without a session": lambda http: http.get("/"),
        "asks without a session": lambda http: http.post(graphql, json={"query": RUNS}),
        "changes without a session": lambda http: http.post(
            graphql, json={"query": START}, headers=own
        ),
        "changes by GET": lambda http: http.get(graphql, params={"query": START}, headers=cookie),
        "launches by GET": lambda http: http.get(graphql, params={"query": LAUNCH}, headers=cookie),
        "changes from another origin": lambda http: http.post(
            graphql, json={"query": START}, headers=cookie | evil
        ),
        "changes from no origin": lambda http: http.post(
            graphql, json={"query": START}, headers=cookie
        ),
        "changes by a form": lambda http: http.post(
            graphql, params={"query": START}, data={"a": "b"}, headers=cookie | own
        ),
        "changes as plain text": lambda http: http.post(
            graphql, content=START, headers={"content-type": "application/graphql"} | cookie | own
        ),
        "under another name": lambda http: http.post(
            graphql, json={"query": START}, headers={"host": "evil.example"} | cookie | own
        ),
        "reads under another name": lambda http: http.get(
            "/", headers={"host": "evil.example"} | cookie
        ),
        "tells of an asset that was made": lambda http: http.post(
            "/report_asset_materialization/listing", json={}, headers=cookie | evil
        ),
        "guesses a session": lambda http: http.get(
            "/", headers={"cookie": f"{access.cookie}={'0' * 64}"}
        ),
        "guesses a token": lambda http: http.get("/", params={"token": "0" * 32}),
        "other methods": lambda http: http.request("DELETE", "/runs", headers=cookie | own),
    }


def test_strangers_read_and_change_nothing(ui: Ui) -> None:
    with httpx.Client(base_url=ui.access.origin, timeout=SECONDS) as http:
        answers = {name: attack(http) for name, attack in attacks(ui.access).items()}
    assert {name for name, answer in answers.items() if answer.status_code < 400} == set()
    assert ui.ask(RUNS)["data"]["runsOrError"]["results"] == []


def test_a_browser_works(ui: Ui, chrome: Chrome) -> None:
    page = chrome.new_page()
    heard: list[str | bytes] = []
    page.on("websocket", lambda one: one.on("framereceived", lambda frame: heard.append(frame)))
    page.goto(f"{ui.access.origin}/?token={ui.access.token}")
    page.goto(f"{ui.access.origin}/locations/inksift/jobs/curate/playground")
    expect(page.get_by_role("button", name="Launch run")).to_be_visible(timeout=SECONDS * 1000)
    _materialise(page, ui)
    assert heard  # live updates come over a WebSocket
    page.close()


def _materialise(page: Page, ui: Ui) -> None:
    page.goto(f"{ui.access.origin}/assets/listing")
    page.get_by_role("button", name=re.compile("Materialize")).first.click(timeout=SECONDS * 1000)
    (run,) = _until(lambda: ui.ask(RUNS)["data"]["runsOrError"]["results"])
    page.goto(f"{ui.access.origin}/runs/{run['runId']}")
    expect(page.get_by_text("RUN_SUCCESS").first).to_be_visible(timeout=SECONDS * 1000)


def _until(look: Callable[[], Any]) -> Any:
    for _ in range(SECONDS):
        if found := look():
            return found
        time.sleep(1)
    raise AssertionError("it did not come about")


def test_visitors_look_and_change_nothing(project: Path) -> None:
    with running(project, "--read-only") as visited:
        assert "runsOrError" in visited.ask(RUNS)["data"]
        for change in (LAUNCH, START):
            (told,) = visited.ask(change)["data"].values()
            assert told["__typename"] == "UnauthorizedError"
        children = psutil.Process(visited.process.pid).children()
        assert not [one for one in children if "dagster._daemon" in one.cmdline()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_all_that_it_started_ends_with_it(project: Path, number: signal.Signals) -> None:
    with running(project, "--read-only") as started:
        children = psutil.Process(started.process.pid).children(recursive=True)
        assert children
        started.process.send_signal(number)
        assert not psutil.wait_procs(children, timeout=SECONDS)[1]
        assert started.process.wait(SECONDS) == (-9 if number == signal.SIGKILL else 0)
