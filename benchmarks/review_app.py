"""How soon the review app answers a person, and how much memory its server takes.

    python benchmarks/review_app.py [--pictures 10000]

`inksift review` is started on a workspace with so many drawn rejects, a third of them copies shown
beside the kept one. Its first page is opened three times in a fresh Chromium; `interactive` is when
a key first moves the focus, counted from the start of the navigation. Then a person goes through 20
pages, a picture is rejected by key ten times, all of a page at once, and every tenth thumbnail is
asked for. Memory is the resident set of the server at the end, in MB of 10^6 bytes."""

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

import drawn_rejects
import pandas as pd
import psutil
from browser import CHROMIUM, QUIET
from playwright.sync_api import Browser, Page, sync_playwright

from curation.base.tables import DUPLICATES
from curation.base.thumbnail_codec import pack
from curation.people.ledger.entries import HUMAN_DECISIONS
from curation.store.files import write_atomically
from curation.store.parquet import to_parquet
from curation.store.thumbnails import locate_thumbnails
from curation.store.workspace import Workspace

OPENED, PAGES, DECIDED = 3, 20, 10
EVERY = 10
BATCH = 64
INTERACTIVE = "() => document.activeElement.matches('.pick input') && performance.now()"


def main() -> None:
    """Make the workspace, serve it, go through it, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=10_000)
    pictures = parser.parse_args().pictures
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace = _reviewable(Path(folder) / "workspace", pictures)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        with _served(workspace) as (process, address):
            print(
                f"{pictures:,} drawn rejects: {_gone_through(browser, address, workspace)}; ",
                end="",
            )
            print(f"server memory {psutil.Process(process.pid).memory_info().rss / 1e6:.0f} MB")
        browser.close()


def _reviewable(root: Path, pictures: int) -> Workspace:
    workspace, decisions = Workspace(root), drawn_rejects.decided(pictures)
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
def _served(workspace: Workspace) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [
        sys.executable,
        "-m",
        "pipelines.cli",
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


def _gone_through(browser: Browser, address: str, workspace: Workspace) -> str:
    interactive = [_opened(browser, address) for _ in range(OPENED)]
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        paged = [_turned(page) for _ in range(PAGES)]
        decided = [_decided(page) for _ in range(DECIDED)]
        bulk = _all_rejected(page)
        for image_id in pd.read_parquet(workspace.tables / "thumbnails.parquet")["image_id"][
            ::EVERY
        ]:
            context.request.get(f"{address.partition('/?')[0]}/thumbnails/{image_id}")
    return (
        f"interactive after {', '.join(f'{ms:.0f}' for ms in interactive)} ms, "
        f"next page {statistics.median(paged) * 1000:.0f} ms, a decision "
        f"{statistics.median(decided) * 1000:.0f} ms, "
        f"all of a page {bulk * 1000:.0f} ms"
    )


def _opened(browser: Browser, address: str) -> float:
    """Milliseconds from the start of the navigation until a key moves the focus."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address, wait_until="commit")
        while not (ready := page.evaluate(INTERACTIVE)):
            page.keyboard.press("j")
        return float(ready)


def _turned(page: Page) -> float:
    """Seconds until the next page is there, its pictures included."""
    began = time.perf_counter()
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("n")
    return time.perf_counter() - began


def _decided(page: Page) -> float:
    """Seconds from the key to the answer of the server."""
    began = time.perf_counter()
    with page.expect_response("**/decisions"):
        page.keyboard.press("r")
    return time.perf_counter() - began


def _all_rejected(page: Page) -> float:
    page.keyboard.press("Control+a")
    return _decided(page)


if __name__ == "__main__":
    main()
