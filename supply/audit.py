"""Advisories that are known of what supply/everything.txt pins, by pip-audit.

    python supply/audit.py

It exits 1 only where there is one. pip-audit says "no known vulnerabilities" also of packages that
its database did not answer for: here those are named, and a database that answered for none is
told from a clean lock.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent / "everything.txt"
UNREACHED = (
    "The database of advisories could not be reached, so nothing is known of these packages."
)
NO_CONNECTION = "Could not connect"
"""What pip-audit says, among other things, where no database answers."""
Answer = dict[str, Any]
"""What pip-audit says of one package: `name`, and `vulns` or `skip_reason`."""


def audited(lock: Path) -> list[Answer]:
    """pip-audit's answer for every package of a lock, none where it reached no database.

    Exits with pip-audit's own words where anything else is wrong.
    """
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--disable-pip"]
    options = ["--format", "json", "--progress-spinner", "off"]
    said = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    if said.stdout.strip():
        return list(json.loads(said.stdout)["dependencies"])
    if NO_CONNECTION not in said.stderr:
        sys.exit(said.stderr or f"pip-audit ended with {said.returncode} and said nothing")
    return []


def advisories(answers: Sequence[Answer]) -> Iterator[str]:
    """One line for each advisory, with the releases that mend it."""
    for answer in answers:
        for found in answer.get("vulns", ()):
            mended = ", ".join(found["fix_versions"]) or "no release"
            yield f"{answer['name']} {answer['version']}: {found['id']}, mended by {mended}"


def told(answers: Sequence[Answer]) -> Iterator[str]:
    """What the audit has to say, line by line."""
    unanswered = [answer["name"] for answer in answers if "skip_reason" in answer]
    known = len(answers) - len(unanswered)
    if not known:
        yield UNREACHED
        return
    yield from advisories(answers)
    yield f"{known} packages looked up, {len(list(advisories(answers)))} advisories."
    if unanswered:
        yield f"Not known to the database: {', '.join(unanswered)}."


if __name__ == "__main__":
    answers = audited(LOCK)
    print("\n".join(told(answers)))
    sys.exit(1 if any(advisories(answers)) else 0)
