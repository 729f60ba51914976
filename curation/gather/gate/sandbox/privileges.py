"""Rights, the network and the environment: what a process may simply put down."""

from __future__ import annotations

import ctypes
import os
import socket
import struct

from inksift.curation.gather.gate.sandbox.kernel import kernel_call
from inksift.curation.gather.gate.sandbox.layer import demand_refusal

KEPT_NAMES = frozenset({"HOME"})
"""Of the environment: below it people keep fonts."""

NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000
"""CLONE_NEWUSER and CLONE_NEWNET of Linux: a network of its own, without a way out."""

NO_NEW_PRIVILEGES = 38
"""PR_SET_NO_NEW_PRIVS of Linux."""

CAPABILITIES_VERSION = 0x20080522
"""Of the sets of capabilities below: three of two words each."""


def empty_environment() -> None:
    """Forget every variable but HOME."""
    for name in set(os.environ) - KEPT_NAMES:
        del os.environ[name]


def leave_network() -> None:
    """Move into a network that not even this machine is in. OSError where the system does not let
    everybody do so."""
    kernel_call("unshare", NEW_USER_AND_NETWORK)
    demand_refusal(_reach_this_machine)


def _reach_this_machine() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", 9))  # which sends nothing


def drop_privileges() -> None:
    """Have no capability, and gain none by any program or file."""
    kernel_call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    header = struct.pack("Ii", CAPABILITIES_VERSION, 0)
    kernel_call("capset", ctypes.c_char_p(header), ctypes.c_char_p(bytes(24)))
