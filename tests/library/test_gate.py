"""The gate survives its workers: whatever one file does to one of them, the others' answers
stand."""

from __future__ import annotations

import itertools
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
import warnings
import zlib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image, ImageFile

from inksift.curation.base.engine import per_item
from inksift.curation.base.errors import GateError
from inksift.curation.base.thumbnail_codec import unpack
from inksift.curation.gather.gate import decode as decoding
from inksift.curation.gather.gate import pool as gates
from inksift.curation.gather.gate.answer import Decoded, checked
from inksift.curation.gather.gate.pool import WORKER, Gate
from inksift.curation.gather.gate.worker import examine
from inksift.curation.gather.signals import SIGNALS
from tests.odd_workers import SETTINGS, odd_worker


def _picture(seed: int = 0, kind: str = "PNG") -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def _ask(gate: Gate, folder: Path, contents: Sequence[bytes]) -> list[Decoded]:
    def ask(numbered: tuple[int, bytes]) -> Decoded:
        path = folder / str(numbered[0])
        path.write_bytes(numbered[1])
        with path.open("rb") as file:
            return gate.decode(file.fileno(), sha256(numbered[1]).hexdigest())

    return per_item(ask, list(enumerate(contents)), workers=gate.workers)


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    with Gate(SETTINGS, workers=1) as gate:
        yield gate


def test_measures_a_picture(gate: Gate, tmp_path: Path) -> None:
    (decoded,) = _ask(gate, tmp_path, [_picture()])
    assert (decoded.error, decoded.note, decoded.format, decoded.mode) == ("", "", "PNG", "RGB")
    assert (decoded.width, decoded.height) == (40, 30)
    assert set(decoded.signals) == {signal.name for signal in SIGNALS}
    with Image.open(BytesIO(_picture())) as image:
        assert np.array_equal(unpack(decoded.thumbnail), np.asarray(image))


def test_other_bytes_than_promised_are_refused(gate: Gate, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(_picture())
    with path.open("rb") as file:
        assert gate.decode(file.fileno(), "0" * 64).error == "changed_during_run"


def test_answers_do_not_depend_on_the_number_of_workers(tmp_path: Path) -> None:
    contents = [
        _picture(seed, kind)
        for seed, kind in enumerate(("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"))
    ]
    answers = []
    for workers in (1, 2, 4):
        with Gate(SETTINGS, workers=workers) as gate:
            answers.append(_ask(gate, tmp_path, contents * 2))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][:7] == answers[0][7:]


EXCEPTIONS = (
    OSError,
    ValueError,
    SyntaxError,
    IndexError,
    RuntimeError,
    NotImplementedError,
    OverflowError,
    struct.error,
    zlib.error,
    EOFError,
    RecursionError,
    Exception,
)


@pytest.mark.parametrize("kind", EXCEPTIONS, ids=lambda kind: kind.__name__)
def test_any_exception_of_a_decoder_is_a_broken_file(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object) -> None:
        raise kind("bad\x1bbytes")

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    row, thumbnail = examine(_picture(kind="BMP"), SETTINGS)
    assert row["error"] == f"broken:{kind.__name__}"
    assert checked(json.loads(json.dumps(row)), thumbnail).note == "bad\\x1bbytes"


@pytest.mark.parametrize(
    ("kind", "error"), [(MemoryError, "memory"), (Image.DecompressionBombError, "too_many_pixels")]
)
def test_bombs_and_bloat_have_reasons_of_their_own(
    kind: type[Exception], error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object) -> None:
        raise kind

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    assert examine(_picture(kind="BMP"), SETTINGS)[0]["error"] == error


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_a_wish_to_stop_is_not_a_broken_file(
    kind: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object) -> None:
        raise kind

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    with pytest.raises(kind):
        examine(_picture(kind="BMP"), SETTINGS)


def test_strict_even_if_something_made_pillow_lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    whole = _picture(kind="JPEG")
    assert examine(whole[: len(whole) // 2], SETTINGS)[0]["error"] == "broken:OSError"


DEATHS = {
    "os.kill(os.getpid(), signal.SIGSEGV)": "killed by SIGSEGV",
    "os.kill(os.getpid(), signal.SIGKILL)": "killed by SIGKILL",
    "os.abort()": "killed by SIGABRT",
    "os._exit(0)": "ended with exit code 0",
    "raise KeyboardInterrupt": "KeyboardInterrupt",
}


@pytest.mark.parametrize("death", DEATHS)
def test_a_worker_dies_of_one_file_alone(death: str, tmp_path: Path) -> None:
    contents = [_picture(seed) for seed in range(5)]
    deadly = {contents[index] for index in (0, 2, 4)}
    marks = [sha256(data).hexdigest() for data in deadly]
    body = f"import hashlib\nif hashlib.sha256(data).hexdigest() in {marks}: {death}"
    with Gate(SETTINGS, workers=2, command=odd_worker(tmp_path, body)) as gate:
        answers = _ask(gate, tmp_path, contents)
    assert [answer.error for answer in answers] == [
        "decoder_died",
        "",
        "decoder_died",
        "",
        "decoder_died",
    ]
    assert DEATHS[death] in answers[2].note or "killed by SIGINT" in answers[2].note


def test_a_machine_on_which_every_worker_dies_is_an_error_and_no_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "DEATHS_BEFORE_DOUBT", 5)
    contents = [_picture(seed) for seed in range(12)]
    command = odd_worker(tmp_path, "os._exit(3)")
    with (
        Gate(SETTINGS, workers=2, command=command) as gate,
        pytest.raises(GateError, match="on a sound picture"),
    ):
        _ask(gate, tmp_path, contents)


def test_many_deadly_files_in_a_row_are_no_reason_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "DEATHS_BEFORE_DOUBT", 3)
    contents = [_picture(seed, "BMP") for seed in range(7)]
    command = odd_worker(tmp_path, "if data[:2] == b'BM': os._exit(3)")
    with Gate(SETTINGS, workers=2, command=command) as gate:
        answers = _ask(gate, tmp_path, [*contents, _picture()])
    assert [answer.error for answer in answers] == ["decoder_died"] * 7 + [""]


def test_a_worker_that_cannot_start_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise RuntimeError('no such library')"]
    with (
        Gate(SETTINGS, workers=1, command=command) as gate,
        pytest.raises(GateError, match="no such library"),
    ):
        _ask(gate, tmp_path, [_picture()])


@pytest.mark.parametrize(
    "hang",
    [
        "time.sleep(60)",
        "while True: pass",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
    ],
)
def test_a_hanging_file_is_given_up_in_time(hang: str, tmp_path: Path) -> None:
    slow = _picture(1)
    body = (
        f"import hashlib\nif hashlib.sha256(data).hexdigest() == {sha256(slow).hexdigest()!r}:\n   "
        f" {hang}"
    )
    settings = SETTINGS._replace(timeout_s=1)
    with Gate(settings, workers=1, command=odd_worker(tmp_path, body)) as gate:
        _ask(gate, tmp_path, [_picture(0)])
        start = time.monotonic()
        (answer,) = _ask(gate, tmp_path, [slow])
        assert time.monotonic() - start < 2
        (after,) = _ask(gate, tmp_path, [_picture(2)])
    assert (answer.error, after.error) == ("timeout", "")


def test_what_a_worker_complains_about_is_noted_and_not_shown(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    body = "os.write(2, b'libtiff: \\x1b[31mbad tag\\nsecond line\\n')\nos.write(1, b'noise')"
    with Gate(SETTINGS, workers=1, command=odd_worker(tmp_path, body)) as gate:
        (answer,) = _ask(gate, tmp_path, [_picture()])
    assert (answer.error, answer.note) == ("", "libtiff: \\x1b[31mbad tag")
    assert capfd.readouterr() == ("", "")


def test_a_flood_of_complaints_blocks_nothing(tmp_path: Path) -> None:
    body = (
        "for _ in range(100):\n    try: os.write(2, b'x' * 65536)\n    except BlockingIOError: pass"
    )
    with Gate(SETTINGS, workers=1, command=odd_worker(tmp_path, body)) as gate:
        (answer,) = _ask(gate, tmp_path, [_picture()])
    assert answer.error == ""
    assert len(answer.note) <= 200


HONEST_CONTENT = {"pixels": "0" * 64, "grey": "00" * 1024, "width": 40, "height": 30}
LYING_CONTENTS = [
    HONEST_CONTENT | {field: value}
    for field, value in (
        *itertools.product(("pixels", "grey"), (None, "", "x", "0" * 63, "00" * 1025, 1, [], {})),
        *itertools.product(("width", "height"), (None, "x", -1, 1.5, float("inf"), 2**70, [])),
        ("more", 1),
    )
]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *itertools.product(
            ("width", "content", "signals", "format"),
            (None, "x", -1.5, float("nan"), 2**70, [], {}),
        ),
        *(("content", content) for content in LYING_CONTENTS),
        *(("error", told) for told in ("no_such", "timeout", "decoder_died", {"a": 1}, 7)),
    ],
)
def test_a_lying_worker_is_not_believed(field: str, value: Any) -> None:
    row, thumbnail = examine(_picture(), SETTINGS)
    with pytest.raises((ValueError, TypeError, KeyError)):
        checked(row | {field: value}, thumbnail)


@pytest.mark.parametrize(
    "lie",
    ["b'\\xff' * 8", "worker.LENGTHS.pack(2, 0) + b'[]'", "worker.LENGTHS.pack(3, 0) + b'{}}'"],
)
def test_a_worker_that_talks_nonsense_is_dead(lie: str, tmp_path: Path) -> None:
    command = odd_worker(
        tmp_path,
        f"own.sendall({lie}); time.sleep(9)",
        before="import socket; own = socket.socket(fileno=os.dup(0))",
    )
    with Gate(SETTINGS, workers=1, command=command) as gate:
        (answer,) = _ask(gate, tmp_path, [_picture()])
    assert answer.error == "decoder_died"
    assert answer.note.startswith("answered nonsense")


def test_no_worker_outlives_the_gate(tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    with Gate(SETTINGS, workers=2) as gate:
        _ask(gate, tmp_path, [_picture(seed) for seed in range(4)])
        assert set(psutil.Process().children()) > before
    assert set(psutil.Process().children()) <= before


def test_a_worker_ends_when_its_parent_does() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        environment = os.environ | {"PYTHONPATH": str(Path(decoding.__file__).parents[4])}
        worker = subprocess.Popen(
            [*WORKER, json.dumps(SETTINGS)], stdin=theirs.fileno(), env=environment
        )
    ours.recv(8)
    ours.close()
    assert worker.wait(timeout=60) == 0


def test_a_worker_is_confined(tmp_path: Path) -> None:
    body = (
        "import json, resource, sys\n"
        "kinds = (resource.RLIMIT_AS, resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, "
        "resource.RLIMIT_NOFILE)\n"
        "limits = [resource.getrlimit(kind)[0] for kind in kinds]\n"
        "limits.append(resource.getrlimit(resource.RLIMIT_CPU)[0] < 60)\n"
        "heavy = {'torch', 'pandas', 'dagster', 'pydantic', 'sklearn'} & set(sys.modules)\n"
        "return {'error': 'broken:told', 'note': json.dumps([limits, sorted(heavy)])}, b''"
    )
    with Gate(SETTINGS, workers=1, command=odd_worker(tmp_path, body)) as gate:
        (answer,) = _ask(gate, tmp_path, [_picture()])
    assert json.loads(answer.note) == [[2 * 2**30, 0, 0, 32, True], []]


def test_a_decoder_that_bloats_is_stopped(tmp_path: Path) -> None:
    body = (
        "try: bytearray(3 * 2**30)\nexcept MemoryError: return {'error': 'memory', 'note': ''}, b''"
    )
    with Gate(SETTINGS, workers=1, command=odd_worker(tmp_path, body)) as gate:
        (answer,) = _ask(gate, tmp_path, [_picture()])
    assert answer.error == "memory"


def test_workers_start_from_any_folder_and_ignore_what_lies_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('run from the current folder')")
    monkeypatch.chdir(tmp_path)
    with Gate(SETTINGS, workers=1) as gate:
        assert _ask(gate, tmp_path, [_picture()])[0].error == ""


def test_a_stop_reaches_the_caller_and_leaves_no_worker(tmp_path: Path) -> None:
    script, pipe = tmp_path / "run.py", tmp_path / "pipe"
    os.mkfifo(pipe)
    told = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    hang = odd_worker(
        tmp_path,
        "os.write(told, b'.'); time.sleep(600)",
        before=f"told = os.open({str(pipe)!r}, os.O_WRONLY)",
    )
    script.write_text(
        "import hashlib, signal, sys\n"
        f"sys.path.insert(0, {str(Path(decoding.__file__).parents[4])!r})\n"
        "from inksift.curation.gather.gate.pool import Gate\n"
        "from inksift.curation.gather.gate.worker import Settings\n"
        # A suite that was started in the background inherits an ignored SIGINT and hands it on.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"command = {hang!r}\n"
        f"with Gate(Settings(*{list(SETTINGS._replace(timeout_s=600))!r}), workers=1, "
        "command=command) as gate, open(__file__, 'rb') as file:\n"
        "    gate.decode(file.fileno(), hashlib.sha256(open(__file__, 'rb').read()).hexdigest())\n"
    )
    with subprocess.Popen([sys.executable, str(script)], stderr=subprocess.DEVNULL) as process:
        try:
            while not select.select([told], [], [], 0.1)[0]:
                assert process.poll() is None
            children = psutil.Process(process.pid).children()
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) != 0
        finally:
            process.kill()
            os.close(told)
    assert children
    psutil.wait_procs(children, timeout=60)
    assert not any(child.is_running() for child in children)


def test_warnings_do_not_depend_on_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    with warnings.catch_warnings(), Gate(SETTINGS, workers=1) as gate:
        (answer,) = _ask(gate, tmp_path, [_picture()])
    assert answer.error == ""


def test_a_worker_finds_the_library_and_no_module_of_ours_by_a_bare_name() -> None:
    first = gates._environment()["PYTHONPATH"].split(os.pathsep)[0]
    assert (Path(first) / "curation" / "gather" / "gate" / "worker.py").is_file()


def test_a_worker_imports_nothing_that_it_does_not_decode_with() -> None:
    program = "import sys, inksift.curation.gather.gate.worker; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    heavy = {"scipy", "pandas", "pyarrow", "pydantic", "torch", "dagster", "imagehash"}
    assert done.returncode == 0
    assert "cv2" in done.stdout.split()
    assert not heavy & set(done.stdout.split())
