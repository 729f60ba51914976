"""How long the report takes to build, how large it is, and how soon a browser lets a person filter
its pictures.

    python benchmarks/report_page.py [--pictures 10000] [--workspace DIR]

Two reports: one on so many drawn rejects, each voted on, a third of them copies shown beside the
kept one; and, with --workspace, that of a finished run, from its tables. Each is built twice, as
what lies beside the page is not drawn again, and opened three times from disk in a fresh Chromium;
`interactive` is when the filter answers, counted from the start of the navigation, the median of
three. `filtered` is how long a search over all pictures takes, typing pause included, until the
tiles that it finds stand in the page. Seconds of building are of the CPU; sizes are in MB of 10^6
bytes, memory is the largest that the building process ever had, and the page's JavaScript heap."""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import drawn_rejects
from browser import CHROMIUM, QUIET
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from inksift.curation.base.rgb import Rgb
from inksift.curation.report.beside import Shelf
from inksift.curation.report.findings import Findings, published_thresholds
from inksift.curation.report.page import ReportParams, build_report
from inksift.curation.store.parquet import read_parquet
from inksift.curation.store.published import REPORT_DATA, REPORT_PAGE
from inksift.curation.store.published_folder import PublishedFolder
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.medium.votes import VOTE_QUALITY
from inksift.curation.verdict.removal_rates import REMOVAL_RATES
from inksift.curation.verdict.signal_limits import limits_by_name

OPENED = 3
READY = """async () => {
    const mark = () => performance.getEntriesByName("pictures ready")[0];
    while (!mark()) await new Promise(requestAnimationFrame);
    return mark().startTime;
}"""
SEARCH = """async () => {
    const start = performance.now(), before = document.getElementById("found").textContent;
    const box = document.querySelector("#finder [name=text]");
    box.value = "77";
    box.dispatchEvent(new Event("input", {bubbles: true}));
    const unchanged = () => document.getElementById("found").textContent === before;
    while (unchanged()) await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""


def main() -> None:
    """Build the reports, open them, print a line on each."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        name, pictures = f"{options.pictures:,} drawn rejects", options.pictures
        _measure(name, lambda shelf: _drawn(pictures, shelf), Path(folder) / "drawn", browser)
        if options.workspace:
            finished = Workspace(options.workspace)
            _measure(
                str(options.workspace),
                lambda shelf: _finished(finished, shelf),
                Path(folder) / "finished",
                browser,
            )
        browser.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--workspace", type=Path)
    return parser.parse_args()


def _measure(name: str, build: Callable[[Shelf], str], folder: Path, browser: Browser) -> None:
    workspace = Workspace(folder)
    seconds, again = (_publish(workspace, build) for _ in range(2))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    opened = [_open(folder / REPORT_PAGE, browser) for _ in range(OPENED)]
    interactive, filtered, heap = (
        statistics.median(values) for values in zip(*opened, strict=True)
    )
    beside = [path.stat().st_size for path in (folder / REPORT_DATA).glob("*")]
    page = (folder / REPORT_PAGE).stat().st_size
    print(
        f"{name}: built in {seconds:.1f} s, again in {again:.1f} s, {peak / 1e6:.0f} MB at most; "
        f"the page {page / 1e6:.1f} MB, {len(beside):,} files beside it {sum(beside) / 1e6:.1f} MB;"
        f" interactive after {interactive:.0f} ms, filtered in {filtered:.0f} ms, "
        f"{heap / 1e6:.0f} MB of heap"
    )


def _publish(workspace: Workspace, build: Callable[[Shelf], str]) -> float:
    """CPU seconds."""
    started = time.process_time()
    shelf = PublishedFolder(workspace, REPORT_DATA, ".js")
    page = build(shelf)
    shelf.enlist()
    workspace.publish(REPORT_PAGE, page.encode())
    shelf.clear()
    return time.process_time() - started


def _open(place: Path, browser: Browser) -> tuple[float, float, float]:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(place.as_uri())
        ready = page.evaluate(READY)
        filtered = page.evaluate(SEARCH)
        return ready, filtered, page.evaluate("performance.memory.usedJSHeapSize")


def _drawn(pictures: int, shelf: Shelf) -> str:
    shown, decisions = drawn_rejects.drawings(), drawn_rejects.decided(pictures)
    findings = Findings(
        votes=drawn_rejects.voted(decisions),
        quality=VOTE_QUALITY.frame([]),
        removal_rates=REMOVAL_RATES.frame([]),
    )

    def read(image_id: str) -> Rgb:
        return shown[int(image_id, 16) % len(shown)]

    images = drawn_rejects.found(decisions)
    return build_report(
        decisions, images, read=read, params=ReportParams(), findings=findings, shelf=shelf
    )


def _finished(workspace: Workspace, shelf: Shelf) -> str:
    tables = {place.stem: read_parquet(place) for place in workspace.tables.glob("*.parquet")}
    reject_threshold, keep_threshold = published_thresholds(workspace) or (None, None)
    findings = Findings(
        duplicates=tables["duplicates"],
        apart=tables["kept_apart"],
        families=tables["families"],
        search=tables["pair_search"],
        signals=tables["signals"],
        limits=limits_by_name(tables["signal_limits"]),
        comparison=tables["cluster_comparison"],
        votes=tables["votes"],
        quality=tables["vote_quality"],
        queue=tables["queue"],
        targets=tables["targets"],
        removal_rates=tables["removal_rates"],
        reject_threshold=reject_threshold,
        keep_threshold=keep_threshold,
        human=tables["human_decisions"],
        machine=tables["machine_verdicts"],
    )
    read = Thumbnails(workspace, tables["thumbnails"])
    return build_report(
        tables["verdicts"],
        tables["images"],
        read=read,
        params=ReportParams(),
        findings=findings,
        shelf=shelf,
    )


if __name__ == "__main__":
    main()
