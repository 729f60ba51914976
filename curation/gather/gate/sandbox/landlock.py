"""Landlock: no path can be opened any more, but for the fonts of this machine. Files come as open
handles.

Numbers are those of linux/landlock.h, the same on every processor."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from inksift.curation.gather.gate.sandbox.kernel import kernel_call
from inksift.curation.gather.gate.sandbox.layer import demand_refusal

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # calls, by their numbers
ASK_VERSION, PATH_BENEATH = 1, 1  # a flag of the first call, and the kind of rule of the second
RIGHTS = ((1, 13), (2, 14), (3, 15), (5, 16))
"""From which version so many rights to files can be taken away."""

NETWORK_VERSION, SCOPES_VERSION = 4, 6  # from which TCP, and sockets and signals of others, can be
TWO = 0b11
"""Rights of each of these: to bind and connect; abstract sockets and signals."""

READ_FILE_AND_FOLDER = 0b1100
"""The rights to read a file and to list a folder."""


def font_folders() -> list[str]:
    """Where Linux has its fonts, and what tells which of them is which."""
    home = os.environ.get("HOME", "")
    own = (".fonts", ".local/share/fonts", ".config/fontconfig")
    shared = ("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig")
    return [*shared, *(str(Path(home, name)) for name in own if home)]


def close_files(readable: Sequence[str]) -> None:
    """Open nothing from now on but to read below these folders. OSError where the kernel has no
    Landlock."""
    version = _call(CREATE_RULESET, None, 0, ASK_VERSION)
    bits = max(count for since, count in RIGHTS if since <= version)
    network = TWO * (version >= NETWORK_VERSION)
    scopes = TWO * (version >= SCOPES_VERSION)
    attributes = struct.pack("QQQ", 2**bits - 1, network, scopes)
    rules = _call(CREATE_RULESET, ctypes.c_char_p(attributes), len(attributes), 0)
    try:
        for folder in readable:
            with suppress(OSError):  # there is none
                _allow_reading(rules, folder)
        _call(RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)
    demand_refusal(lambda: os.close(os.open("/", os.O_RDONLY)))


def _allow_reading(rules: int, folder: str) -> None:
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", READ_FILE_AND_FOLDER, handle)
        _call(ADD_RULE, rules, PATH_BENEATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(handle)


def _call(number: int, *arguments: object) -> int:
    return kernel_call("syscall", number, *arguments)
