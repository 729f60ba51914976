"""What code inside a decode worker can still do: nothing but decode. Where the system lacks a layer
the others hold, and the worker says which one is missing."""

from __future__ import annotations

import errno
import os
import platform
import re
import resource
import socket
import struct
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from inksift.curation.gather.gate.answer import Decoded
from inksift.curation.gather.gate.pool import Gate, layers_in_force
from inksift.curation.gather.gate.sandbox import limits, seccomp
from inksift.curation.gather.gate.sandbox.layer import Layer, demand_refusal, lacking, taken
from inksift.curation.gather.gate.sandbox.system_calls import CLONE_THREAD, NUMBERS
from tests.files import saved
from tests.odd_workers import SETTINGS, odd_worker

SECRET = "a password of the ledger"
LAYERS = (
    "environment",
    "network namespace",
    "resource limits",
    "process limit",
    "no new privileges",
    "Landlock",
    "seccomp",
)
ESCAPES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "read a file": ("open(secret).read()", ("Landlock", "seccomp")),
    "list a folder": ("os.listdir(os.path.dirname(secret))", ("Landlock", "seccomp")),
    "write a file": ("open(secret + '.new', 'w').close()", ("Landlock", "seccomp")),
    "append to a file": ("open(secret, 'a').write('more')", ("Landlock", "seccomp")),
    "remove a file": ("os.remove(secret)", ("Landlock", "seccomp")),
    "change the file at hand": ("[os.fchmod(one, 0o600) for one in handles()]", ("seccomp",)),
    "reach this machine": (
        "socket.create_connection(address, 1)",
        ("network namespace", "seccomp"),
    ),
    "send a datagram": (
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'.', address)",
        ("network namespace", "seccomp"),
    ),
    "reach a local server": ("socket.socket(socket.AF_UNIX).connect(place)", ("seccomp",)),
    "run a program": ("os.execv('/bin/true', ['true'])", ("Landlock", "seccomp")),
    "start a process": ("os.fork() or os._exit(0)", ("seccomp",)),
    "read another's environment": (
        "open(f'/proc/{parent}/environ', 'rb').read()",
        ("Landlock", "seccomp"),
    ),
    "read its own first environment": (
        "open('/proc/self/environ').read()",
        ("Landlock", "seccomp"),
    ),
    "end its parent": ("os.kill(parent, 0)", ("Landlock", "seccomp")),
    "end everybody": ("os.kill(-1, 0)", ("seccomp",)),
    "trace its parent": ("call('ptrace', 16, parent, 0, 0)", ("Landlock", "seccomp")),
    "make memory a program": ("mmap.mmap(-1, 4096, prot=mmap.PROT_EXEC)", ("seccomp",)),
    "allow a core dump": (
        "resource.setrlimit(resource.RLIMIT_CORE, (1, 1))",
        ("no new privileges",),
    ),
    "make a namespace": ("call('unshare', 0x00020000)", ("no new privileges", "seccomp")),
}
"""Harmless attempts in Python, and the layers of which one is enough to refuse it."""

BEFORE = """
import json, mmap, resource, socket
from inksift.curation.gather.gate.sandbox.kernel import kernel_call as call
secret, place, address, parent = {known!r}

def is_open(one):
    try: return bool(os.fstat(one))
    except OSError: return False

def handles():
    found = [one for one in range(3, 12) if is_open(one)]
    if not found: raise AssertionError('nothing is at hand')
    return found
"""
TRY = """
try: return {'error': 'broken:done', 'note': repr(eval(data))}, b''
except (OSError, ValueError) as error:
    return {'error': 'broken:refused', 'note': str(error)}, b''
"""
"""The bytes of the "file" are the attempt."""

SVG_WITH_TEXT = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text y="20">Hi</text></svg>'
)


def _ask(gate: Gate, folder: Path, data: bytes) -> Decoded:
    path = folder / "file"
    path.write_bytes(data)
    with path.open("rb") as file:
        return gate.decode(file.fileno(), sha256(data).hexdigest())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("escapes")


@pytest.fixture(scope="module")
def gate(folder: Path) -> Iterator[Gate]:
    """One worker in which the bytes of a file are run, beside servers that it should not reach."""
    secret = folder / "secret"
    secret.write_text(SECRET)
    place = str(folder / "socket")
    with (
        pytest.MonkeyPatch.context() as patch,
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as local,
    ):
        local.bind(place)
        local.listen()
        patch.setenv("INKSIFT_TEST_SECRET", SECRET)
        known = (str(secret), place, server.getsockname(), os.getpid())
        command = odd_worker(folder, TRY, before=BEFORE.format(known=known))
        with Gate(SETTINGS, workers=1, command=command) as gate:
            yield gate


@pytest.mark.parametrize("escape", ESCAPES)
def test_no_escape_succeeds(escape: str, gate: Gate, folder: Path) -> None:
    attempt, layers = ESCAPES[escape]
    missing = lacking(layer for layer in gate.layers() if layer.name in layers)
    if len(missing) == len(layers):
        pytest.skip(f"this system lacks {', '.join(missing)}")
    answer = _ask(gate, folder, attempt.encode())
    assert (answer.error, bool(answer.note)) == ("broken:refused", True)
    assert (folder / "secret").read_text() == SECRET
    assert not (folder / "secret.new").exists()


def test_nothing_is_in_the_environment(gate: Gate, folder: Path) -> None:
    answer = _ask(gate, folder, b"json.dumps(sorted(os.environ))")
    assert answer.error == "broken:done"
    assert answer.note in ("'[]'", """'["HOME"]'""")


def test_fonts_alone_can_be_read_and_none_be_written(gate: Gate, folder: Path) -> None:
    if lacking(layer for layer in gate.layers() if layer.name == "Landlock"):
        pytest.skip("this kernel has no Landlock")
    if not Path("/usr/share/fonts").is_dir():
        pytest.skip("this machine has no fonts")
    read, written = (
        _ask(gate, folder, attempt).error
        for attempt in (b"os.listdir('/usr/share/fonts')", b"open('/usr/share/fonts/new', 'w')")
    )
    assert (read, written) == ("broken:done", "broken:refused")


def test_limits_are_set(gate: Gate, folder: Path) -> None:
    if lacking(layer for layer in gate.layers() if layer.name == "process limit"):
        pytest.skip("this system counts the processes of a user together")
    attempt = b"[resource.getrlimit(one) for one in (resource.RLIMIT_CORE, resource.RLIMIT_NPROC)]"
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    most = min(limits.MOST_PROCESSES, hard if hard >= 0 else limits.MOST_PROCESSES)
    assert _ask(gate, folder, attempt).note == f"[(0, 0), ({most}, {most})]"


def test_a_worker_names_every_layer(gate: Gate) -> None:
    assert tuple(layer.name for layer in gate.layers()) == LAYERS
    assert all(layer.in_force != bool(layer.why_not) for layer in gate.layers())


def test_layers_are_asked_of_a_worker_of_its_own() -> None:
    layers = layers_in_force(SETTINGS)
    assert tuple(layer.name for layer in layers) == LAYERS
    assert {"environment", "resource limits", "no new privileges"} <= {
        layer.name for layer in layers if layer.in_force
    }


# A system that lacks a layer

WITHOUT_LANDLOCK = (
    "from inksift.curation.gather.gate.sandbox import landlock\n"
    "def absent(*_): raise OSError(38, 'no such call')\n"
    "landlock.kernel_call = absent\n"
)
WITHOUT_SECCOMP = (
    "from inksift.curation.gather.gate.sandbox import seccomp\n"
    "seccomp.platform.machine = lambda: 'riscv64'\n"
)
WITHOUT_NAMESPACES = (
    "from inksift.curation.gather.gate.sandbox import privileges\n"
    "def denied(*_): raise OSError(1, 'not permitted')\n"
    "privileges.kernel_call = denied\n"
)
WITHOUT = {
    "Landlock": (WITHOUT_LANDLOCK, {"Landlock": "no such call"}),
    "seccomp": (WITHOUT_SECCOMP, {"seccomp": "its calls on riscv64 are not known here"}),
    "namespaces": (
        WITHOUT_NAMESPACES,
        {"network namespace": "not permitted", "no new privileges": "not permitted"},
    ),
    "both": (
        WITHOUT_LANDLOCK + WITHOUT_SECCOMP,
        {"Landlock": "no such call", "seccomp": "its calls on riscv64 are not known here"},
    ),
}


@pytest.mark.parametrize("case", WITHOUT)
def test_each_layer_may_be_missing_by_itself(case: str, gate: Gate, tmp_path: Path) -> None:
    before, missing = WITHOUT[case]
    elsewhere = {layer.name for layer in gate.layers() if not layer.in_force}
    command = odd_worker(tmp_path, "", before=before)
    with Gate(SETTINGS, workers=1, command=command) as other:
        layers = other.layers()
        drawn = _ask(other, tmp_path, saved(Image.new("RGB", (40, 30), "teal"), "PNG"))
    elsewhere.add("process limit")  # which needs a namespace unless root asks
    told = {layer.name: layer.why_not for layer in layers if layer.name not in elsewhere}
    assert {name: why for name, why in told.items() if why} == {
        name: why for name, why in missing.items() if name not in elsewhere
    }
    assert (drawn.error, drawn.width) == ("", 40)


def test_without_landlock_no_file_is_opened_and_text_is_a_row_with_the_reason(
    gate: Gate, tmp_path: Path
) -> None:
    pytest.importorskip("resvg_py")
    if lacking(layer for layer in gate.layers() if layer.name == "seccomp"):
        pytest.skip("this kernel has no seccomp")
    command = odd_worker(tmp_path, "", before=WITHOUT_LANDLOCK)
    with Gate(SETTINGS, workers=1, command=command) as other:
        text = _ask(other, tmp_path, SVG_WITH_TEXT)
        plain = _ask(other, tmp_path, SVG_WITH_TEXT.replace(b"text", b"desc"))
    assert (text.error, plain.error) == ("decoder_missing", "")
    assert "no Landlock" in text.note


def test_without_seccomp_the_network_is_gone_all_the_same(gate: Gate, tmp_path: Path) -> None:
    if lacking(layer for layer in gate.layers() if layer.name == "network namespace"):
        pytest.skip("this kernel lets nobody give up the network")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        before = WITHOUT_SECCOMP + BEFORE.format(known=("", "", address, 0))
        command = odd_worker(tmp_path, TRY, before=before)
        with Gate(SETTINGS, workers=1, command=command) as other:
            answer = _ask(other, tmp_path, b"socket.create_connection(address, 1)")
    assert answer.error == "broken:refused"


def test_what_comes_too_late_is_no_fault_of_the_file(tmp_path: Path) -> None:
    before = (
        "from inksift.curation.gather.gate import decode\n"
        "def late(*_): import this\n"
        "decode.load_picture = late\n"
    )
    with Gate(SETTINGS, workers=1, command=odd_worker(tmp_path, "", before=before)) as gate:
        if len(lacking(one for one in gate.layers() if one.name in ("Landlock", "seccomp"))) == 2:
            pytest.skip("this kernel closes no files")
        answer = _ask(gate, tmp_path, saved(Image.new("RGB", (9, 9)), "PNG"))
    assert answer.error == "refused_by_sandbox"


def test_a_layer_that_stops_nothing_is_not_in_force() -> None:
    told = taken("any", lambda: demand_refusal(lambda: None))
    assert told == Layer("any", False, "the system accepted it, and stops nothing")


# The filter, on processors that this machine does not have


def _verdict(machine: str, call: int, *arguments: int, kind: str = "", reading: bool = True) -> int:
    """What the kernel would answer, by an interpreter of the few instructions that filters use."""
    code = list(seccomp.filter_program(machine, reading=reading))
    words = struct.pack(
        "<iIQ6Q",
        call,
        seccomp.PROCESSORS[kind or machine],
        0,
        *arguments,
        *[0] * (6 - len(arguments)),
    )
    place, value = 0, 0
    while True:
        what, if_so, if_not, number = code[place]
        place += 1
        if what == seccomp.RETURN:
            return number
        if what == seccomp.LOAD:
            (value,) = struct.unpack_from("<I", words, number)
        elif what == seccomp.AND:
            value &= number
        else:
            holds = value == number if what == seccomp.EQUAL else value >= number
            place += if_so if holds else if_not


@pytest.mark.parametrize("machine", sorted(NUMBERS))
def test_the_filter_allows_what_is_listed_and_nothing_else(machine: str) -> None:
    numbers = NUMBERS[machine]
    assert _verdict(machine, numbers["pread64"]) == seccomp.ALLOW
    assert _verdict(machine, numbers["clone"], CLONE_THREAD | 0x100) == seccomp.ALLOW
    assert _verdict(machine, numbers["clone"], 0x11) == seccomp.NOT_PERMITTED
    assert _verdict(machine, numbers["kill"], os.getpid()) == seccomp.ALLOW
    assert _verdict(machine, numbers["kill"], os.getpid() + 1) == seccomp.NOT_PERMITTED
    assert _verdict(machine, numbers["openat"], 0, 0, os.O_CLOEXEC) == seccomp.ALLOW
    assert _verdict(machine, numbers["openat"], 0, 0, os.O_RDWR) == seccomp.NOT_PERMITTED
    assert _verdict(machine, numbers["openat"], reading=False) == seccomp.NOT_PERMITTED
    assert _verdict(machine, numbers["mmap"], 0, 9, 3) == seccomp.ALLOW
    assert _verdict(machine, numbers["mprotect"], 0, 9, 5) == seccomp.NOT_PERMITTED
    allowed = [
        call for call in range(seccomp.FIRST_RECENT) if _verdict(machine, call) == seccomp.ALLOW
    ]
    assert set(allowed) < set(numbers.values())
    assert _verdict(machine, 435) == seccomp.NO_SUCH_CALL
    assert _verdict(machine, -1) == seccomp.KILL
    (other,) = set(NUMBERS) - {machine}
    assert _verdict(machine, numbers["read"], kind=other) == seccomp.KILL


HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}


@pytest.mark.parametrize("machine", sorted(HEADERS))
def test_the_numbers_are_those_of_the_kernel(machine: str) -> None:
    header = Path(HEADERS[machine])
    if not header.is_file():
        pytest.skip(f"this machine has no {header}")
    text = header.read_text()
    told = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", text, re.M)
    numbers = {name: int(number) for name, number in told}
    numbers.setdefault("newfstatat", numbers.get("fstatat", 0))
    assert {name: numbers[name] for name in NUMBERS[machine]} == NUMBERS[machine]


def test_this_processor_is_told_where_it_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "s390x")
    with pytest.raises(OSError, match="s390x") as caught:
        seccomp.close_calls(reading=False)
    assert caught.value.errno == errno.ENOSYS


def test_an_honest_answer_stands_after_the_escapes(gate: Gate, folder: Path) -> None:
    assert _ask(gate, folder, b"1 + 1")[:2] == ("broken:done", "2")


def test_no_limit_on_processes_is_taken_that_others_could_use_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full() -> None:
        raise BlockingIOError(errno.EAGAIN, "no more processes")

    before = resource.getrlimit(resource.RLIMIT_NPROC)
    monkeypatch.setattr(limits, "_start_one", full)
    told = taken("process limit", limits.limit_processes)
    assert (told.in_force, "counted together" in told.why_not) == (False, True)
    assert resource.getrlimit(resource.RLIMIT_NPROC) == before
