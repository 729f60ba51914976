"""What a command and all that it starts ask of the system: addresses and files, as strace saw."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

SOCKETS = ("connect", "bind", "sendto", "sendmsg", "sendmmsg")
OPENING = ("open", "openat", "openat2")
CHANGING = (
    *("creat", "truncate", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat"),
    *("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"),
    *("mknod", "mknodat", "chmod", "fchmodat"),
)
FOR_WRITING = re.compile(r"\bO_(WRONLY|RDWR|CREAT|TRUNC)\b")
CALL = re.compile(r"(\w+)\((.*)\) += (.*)")
NAMED = re.compile(r'(?:\w+<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
"""A path, behind the open folder that it is relative to."""

FAMILY = re.compile(r"sa_family=(\w+)")
INTERNET = re.compile(r'htons\((\d+)\).*?inet_(?:addr\(|pton\(AF_INET6, )"([^"]+)"')
WITHIN_THE_MACHINE = {"AF_UNIX", "AF_NETLINK", "AF_UNSPEC"}
"""Other processes, the kernel (which interfaces there are), and nothing at all."""

NAME_PORTS = {53, 853, 5353}
RESOLVER = "resolve"
"""In the path of the socket by which systemd looks up names for others."""


class Seen(NamedTuple):
    """Each once, in no order: addresses outside this machine and on it, look-ups of names wherever
    they went, and files that were changed."""

    connections: set[str]
    here: set[str]
    look_ups: set[str]
    changed: set[str]

    def outside(self, allowed: Sequence[str]) -> list[str]:
        """The changed files that lie neither at nor below what is allowed; a prefix ends with *."""
        return sorted(path for path in self.changed if not _allowed(path, allowed))


def demand_strace() -> str:
    """The command; the test is skipped where there is none, or where it may not watch."""
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed")
    tried = subprocess.run([found, "-f", "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"strace may not watch here: {tried.stderr.strip()}")
    return found


def traced(
    strace: str, command: Sequence[object], into: Path, environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    """Python with these arguments, watched, in the new folder `into`; what it prints is in
    `into`/printed. Nobody else's variables reach it."""
    (into / "cwd").mkdir(parents=True)
    # Behind a shell's & it is ignored, and servers would ignore what is to end them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    calls = ",".join((*SOCKETS, *OPENING, *CHANGING))
    watching = [strace, "-ff", "--seccomp-bpf", "-qq", "-y", "-s", "4096", "-e", f"trace={calls}"]
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    with (into / "printed").open("w") as printed:
        return subprocess.Popen(
            [*watching, "-o", into / "calls", sys.executable, *map(str, command)],
            env={"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **kept, **environment},
            cwd=into / "cwd",
            stdout=printed,
            stderr=subprocess.STDOUT,
            text=True,
        )


def seen(into: Path) -> Seen:
    """What the calls that `traced` wrote down amount to."""
    found = Seen(set(), set(), set(), set())
    for file in into.glob("calls.*"):
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            if call := CALL.match(line):
                _take(*call.groups(), found=found, cwd=into / "cwd")
    return found


def _take(name: str, arguments: str, result: str, *, found: Seen, cwd: Path) -> None:
    if name in SOCKETS:
        _take_address(name, arguments, found)
    elif not result.startswith("-1") and (name in CHANGING or FOR_WRITING.search(arguments)):
        found.changed.update(_paths(name, arguments, cwd))


def _take_address(name: str, arguments: str, found: Seen) -> None:
    """An attempt counts as much as a connection."""
    family = FAMILY.search(arguments)
    if family is None:
        return  # by a socket that is connected already
    internet = INTERNET.search(arguments)
    if family[1] in WITHIN_THE_MACHINE:
        if family[1] == "AF_UNIX" and RESOLVER in arguments:
            found.look_ups.add(f"{name} {arguments}")
    elif internet is None:
        found.connections.add(f"{name} {arguments}")
    elif int(internet[1]) in NAME_PORTS:
        found.look_ups.add(f"{name} {internet[2]}:{internet[1]}")
    else:
        reached = found.here if _is_here(internet[2]) else found.connections
        reached.add(f"{name} {internet[2]}:{internet[1]}")


def _is_here(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback


def _paths(name: str, arguments: str, cwd: Path) -> Iterator[str]:
    """Of a link only its own place is changed, of a move both places are."""
    named = [os.path.normpath(cwd / base / path) for base, path in NAMED.findall(arguments)]
    yield from named if name.startswith("rename") else named[-1:]


def _allowed(path: str, allowed: Sequence[str]) -> bool:
    return any(
        path.startswith(each[:-1]) if each.endswith("*") else Path(path).is_relative_to(each)
        for each in allowed
    )
