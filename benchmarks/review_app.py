"""How soon the review app answers a person, and how much memory its server takes.

    python benchmarks/review_app.py [--pictures 100000] [--keep FOLDER]

`inksift review` is started on a workspace with so many drawn rejects, a third of them copies. Its
grid is opened three times in a fresh Chromium of 1280 x 800, and everything is counted from the
start of the navigation: `interactive` is when a key first moves the focus, `first screen` when
every picture in sight is there, as the page itself notes at the load of each. Beside it, what other
work on the machine does not change: the processor time of the server and of the page's main thread,
and how many requests of how many bytes were made by then. Then a person scrolls through 40 screens
by the wheel without a rest: the longest wait for a frame, and how long the pictures in sight take
once the wheel rests. A picture is rejected by key ten times, 1,000 are found by a search, rejected
as one and taken back, and every hundredth thumbnail is asked for. Memory is the resident set of the
server at the end, in MB of 10^6 bytes. With --keep the workspace is made in FOLDER, or used where
it is there."""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import drawn_rejects
import pandas as pd
import psutil
from browser import CHROMIUM, QUIET
from playwright.sync_api import Browser, Page, sync_playwright

from inksift.curation.base.tables import DUPLICATES
from inksift.curation.base.thumbnail_codec import pack
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import to_parquet
from inksift.curation.store.thumbnails import locate_thumbnails
from inksift.curation.store.workspace import Workspace

OPENED, SCREENS, DECIDED = 3, 40, 10
EVERY = 100
BATCH = 64
INTERACTIVE = "() => document.querySelector('#grid[aria-activedescendant]') && performance.now()"
SEEN = """() => {
  const { top, bottom } = document.querySelector("#grid").getBoundingClientRect();
  const tiles = [...document.querySelectorAll(".tile")].filter((tile) => {
    const box = tile.getBoundingClientRect();
    return box.bottom > top && box.top < bottom;
  });
  const there = ({ firstElementChild: image }) => image.complete && image.naturalWidth > 0;
  return tiles.length > 20 && tiles.every(there) && performance.now();
}"""
NOTED = f"""() => {{
  const seen = {SEEN};
  const note = () => (window.seenAt ??= seen() || null);
  document.addEventListener("load", () => setTimeout(note), true);
}}"""
"""Notes when the first screen is there, without asking again and again."""

FETCHED = """() => {
  const there = ({ responseEnd }) => responseEnd <= window.seenAt;
  const all = performance.getEntriesByType("resource").filter(there);
  return [all.length, all.reduce((sum, one) => sum + one.transferSize, 0)];
}"""
FRAMES = """() => {
  window.longest = 0;
  let last = performance.now();
  const frame = (now) => {
    window.longest = Math.max(window.longest, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""


def main() -> None:
    """Make the workspace, serve it, go through it, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = options.keep or Path(folder) / "workspace"
        workspace = (
            Workspace(root)
            if root.exists()
            else reviewable(root, drawn_rejects.decided(options.pictures))
        )
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        with served(workspace) as (process, address):
            print(f"{options.pictures:,} drawn rejects: ", end="", flush=True)
            server = psutil.Process(process.pid)
            print(_gone_through(browser, address, workspace, server), end="; ", flush=True)
            print(f"server memory {server.memory_info().rss / 1e6:.0f} MB")
        browser.close()


def reviewable(root: Path, decisions: pd.DataFrame) -> Workspace:
    """A workspace in which a run ended with these decisions."""
    workspace = Workspace(root)
    tables = {
        "images": drawn_rejects.found(decisions),
        "duplicates": _copies(decisions),
        "votes": drawn_rejects.voted(decisions),
        "human_decisions": HUMAN_DECISIONS.frame([]),
        "machine_verdicts": decisions,
        "verdicts": decisions,
        "thumbnails": _thumbnails(workspace, decisions["image_id"].tolist()),
    }
    for name, frame in tables.items():
        write_atomically(workspace.tables / f"{name}.parquet", to_parquet(frame))
    return workspace


def _copies(decisions: pd.DataFrame) -> pd.DataFrame:
    kept = decisions["path"].where(decisions["duplicate_of"] == "", decisions["duplicate_of"])
    keep = decisions["duplicate_of"] == ""
    return DUPLICATES.check(
        decisions.assign(
            group=pd.factorize(kept)[0],
            keep=keep,
            relation=keep.map({True: "none", False: "duplicate"}).astype("str"),
            distance=3,
            similarity=0.98,
            transform=keep.map({True: "", False: "rescaled"}).astype("str"),
            kept_because="",
            close_call="",
            conflict="",
        ).astype(dict.fromkeys(("kept_because", "close_call", "conflict"), "str"))
    )


def _thumbnails(workspace: Workspace, image_ids: list[str]) -> pd.DataFrame:
    shown = [pack(drawing) for drawing in drawn_rejects.drawings()]
    stored = workspace.measurements("thumbnails", "drawn")
    for start in range(0, len(image_ids), BATCH):
        some = image_ids[start : start + BATCH]
        rows = pd.DataFrame(
            {"image_id": some, "thumbnail": [shown[int(one, 16) % len(shown)] for one in some]}
        )
        stored.add(rows, rows_per_group=1)
    return locate_thumbnails(workspace, stored, image_ids)


@contextmanager
def served(workspace: Workspace) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`inksift review` on a workspace, and the address that lets in."""
    command = [
        sys.executable,
        "-m",
        "inksift",
        "review",
        "--workspace",
        str(workspace.root),
        "--port",
        "0",
    ]
    with subprocess.Popen(
        [*command, "--who", "benchmark"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            printed = process.stdout.readline() + process.stdout.readline()
            yield process, re.findall(r"http://\S+", printed)[0]
        finally:
            process.terminate()


def _gone_through(
    browser: Browser, address: str, workspace: Workspace, server: psutil.Process
) -> str:
    ready = _worked(server)
    opened = [_opened(browser, address, server) for _ in range(OPENED)]
    interactive, first, by_server, by_page = (
        ", ".join(f"{one:.0f}" for one in some) for some in list(zip(*opened, strict=True))[:4]
    )
    requests, fetched = opened[-1].requests, opened[-1].fetched / 1e6
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.goto(address)
        page.wait_for_function(SEEN)
        longest, settled = _scrolled(page)
        page.keyboard.press("Home")
        decided = [_decided(page) for _ in range(DECIDED)]
        bulk = _thousand_rejected(page)
        for image_id in pd.read_parquet(workspace.tables / "thumbnails.parquet")["image_id"][
            ::EVERY
        ]:
            context.request.get(f"{address.partition('/?')[0]}/thumbnails/{image_id}")
    return (
        f"server ready after {ready:.1f} s of processor time, "
        f"interactive after {interactive} ms, first screen after {first} ms, of which processor "
        f"time of the server {by_server} ms, of the page {by_page} ms, "
        f"{requests} requests of {fetched:.1f} MB; scrolling: longest "
        f"frame {longest:.0f} ms, pictures there {settled * 1000:.0f} ms after it, a decision "
        f"{statistics.median(decided) * 1000:.0f} ms, 1,000 at once {bulk[0] * 1000:.0f} ms and "
        f"back {bulk[1] * 1000:.0f} ms"
    )


class Opened(NamedTuple):
    """Milliseconds from the start of the navigation until a key moves the focus, and until every
    picture in sight is there; by then, milliseconds of processor time of the server and of the
    main thread of the page, requests, and their bytes."""

    interactive: float
    first_screen: float
    by_server: float
    by_page: float
    requests: int
    fetched: int


def _opened(browser: Browser, address: str, server: psutil.Process) -> Opened:
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page, before = context.new_page(), _worked(server)
        page.add_init_script(f"({NOTED})()")
        metrics = context.new_cdp_session(page)
        metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(address, wait_until="commit")
        while not (ready := page.evaluate(INTERACTIVE)):
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(50)
        seen = page.wait_for_function("() => window.seenAt", polling=100).json_value()
        told = metrics.send("Performance.getMetrics")["metrics"]
        tasks = next(one["value"] for one in told if one["name"] == "TaskDuration")
        worked = (_worked(server) - before, tasks)
        by_server, by_page = (1000 * seconds for seconds in worked)
        requests, fetched = page.evaluate(FETCHED)
        return Opened(float(ready), float(seen), by_server, by_page, requests, fetched)


def _worked(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _scrolled(page: Page) -> tuple[float, float]:
    """The longest milliseconds between two frames, and the seconds until the pictures are there."""
    page.mouse.move(640, 400)
    page.evaluate(FRAMES)
    for _ in range(SCREENS):
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(30)
    longest = float(page.evaluate("window.longest"))
    began = time.perf_counter()
    page.wait_for_function(SEEN)
    return longest, time.perf_counter() - began


def _decided(page: Page, key: str = "x", answers: str = "**/grid/decisions") -> float:
    """Seconds from the key to the answer of the server."""
    began = time.perf_counter()
    with page.expect_response(answers):
        page.keyboard.press(key)
    return time.perf_counter() - began


def _thousand_rejected(page: Page) -> tuple[float, float]:
    """Seconds to reject all whose paths have a number in common, and to take that back."""
    page.locator("#search").fill("crawl 000")
    page.wait_for_function(
        "() => document.querySelector('#selected').innerText.startsWith('1,000')"
    )
    page.locator("#grid").focus()
    page.keyboard.press("Control+a")
    return _decided(page), _decided(page, "u", "**/grid/undo")


if __name__ == "__main__":
    main()
