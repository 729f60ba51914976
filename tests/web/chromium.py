"""A headless browser for tests; those that need it are skipped where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
LEFT_OUT = [
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "AimEnabled"),
    *("OptimizationHints", "NetworkTimeServiceQuerying", "PreconnectToSearch"),
]
"""Features of Chromium. The first three start two processes for every window that look at no page:
half of what a window costs, measured once by hand. The rest are those of Playwright's own list,
which this one replaces: of two, Chromium hears the last."""

QUIET = [
    f"--disable-features={','.join(LEFT_OUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


expect.set_options(timeout=60_000)
"""A busy machine is no failure: what is waited for comes, or the test hangs for a minute."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that asks nobody anything on its own."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), headless=True, args=QUIET
        )
        yield browser
        browser.close()


def events_of(page: Page) -> list[str]:
    """Every request (but for what an address holds itself), console line, error and dialog of the
    page from now on."""
    events: list[str] = []
    page.on(
        "request",
        lambda request: request.url.startswith("data:image/") or events.append(request.url),
    )
    page.on("console", lambda message: events.append(message.text))
    page.on("pageerror", lambda error: events.append(str(error)))
    page.on("dialog", lambda dialog: (events.append(dialog.message), dialog.dismiss()))
    return events
