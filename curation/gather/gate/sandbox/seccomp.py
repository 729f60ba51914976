"""A seccomp filter: what `system_calls` names is allowed, and all else is refused as if it were not
permitted.

It is a small program for the kernel's own machine (classic BPF), written here: libseccomp, which
bindings need, is not on every machine. Numbers are those of linux/seccomp.h, linux/filter.h and
linux/audit.h."""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct
import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from inksift.curation.gather.gate.sandbox.kernel import kernel_call
from inksift.curation.gather.gate.sandbox.layer import demand_refusal
from inksift.curation.gather.gate.sandbox.system_calls import NUMBERS, Where, allowed_calls

LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06  # what an instruction does
NUMBER_AT, PROCESSOR_AT, ARGUMENTS_AT = 0, 4, 16  # bytes of what the filter is asked about
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000  # answers; the last with an error number
NOT_PERMITTED, NO_SUCH_CALL = REFUSE | errno.EPERM, REFUSE | errno.ENOSYS
"""Answers that a library takes for a system without the call."""

SET_FILTER = 1
"""What the call `seccomp` is asked to do."""

FOR_ALL_THREADS, NO_SLOWER = 0b001, 0b100
"""Its flags: threads that a library has started, too; and no slower processor, which older kernels
add against programs that a stranger wrote, and the oldest do not know."""

FIRST_RECENT = 424
"""From here on every processor has the same numbers; libraries ask for these calls and, where the
system has none of them, make older ones."""

OTHER_FACE = 0x40000000
"""From here on are the calls of x86_64 with short pointers (x32)."""

PROCESSORS: Mapping[str, int] = MappingProxyType({"x86_64": 0xC000003E, "aarch64": 0xC00000B7})
"""What the kernel calls them."""

Instruction = tuple[int, int, int, int]
"""What to do, how many to skip if so and if not, and a number."""


def close_calls(*, reading: bool) -> None:
    """Refuse every call but those that decoding needs; with `reading` fonts are opened as well.
    OSError where the kernel has no filters, or runs on a processor whose calls are not known
    here."""
    machine = platform.machine()
    if machine not in NUMBERS or sys.byteorder != "little":
        raise OSError(errno.ENOSYS, f"its calls on {machine} are not known here")
    code = [struct.pack("HBBI", *one) for one in filter_program(machine, reading=reading)]
    instructions = ctypes.create_string_buffer(b"".join(code))
    program = struct.pack("HxxxxxxQ", len(code), ctypes.addressof(instructions))
    try:
        refused = _filter(NUMBERS[machine]["seccomp"], FOR_ALL_THREADS | NO_SLOWER, program)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        refused = _filter(NUMBERS[machine]["seccomp"], FOR_ALL_THREADS, program)
    if refused:
        raise OSError(errno.EBUSY, "a thread of a library cannot be confined")
    demand_refusal(lambda: socket.socket().close())


def _filter(call: int, flags: int, program: bytes) -> int:
    return kernel_call("syscall", call, SET_FILTER, flags, ctypes.c_char_p(program))


def filter_program(machine: str, *, reading: bool) -> Iterator[Instruction]:
    """The filter for a processor, as `platform.machine` calls it."""
    yield LOAD, 0, 0, PROCESSOR_AT
    yield EQUAL, 1, 0, PROCESSORS[machine]
    yield RETURN, 0, 0, KILL
    yield LOAD, 0, 0, NUMBER_AT
    yield AT_LEAST, 0, 1, OTHER_FACE
    yield RETURN, 0, 0, KILL
    yield AT_LEAST, 0, 1, FIRST_RECENT
    yield RETURN, 0, 0, NO_SUCH_CALL
    for name, where in allowed_calls(reading=reading):
        if name in NUMBERS[machine]:
            yield from _rule(NUMBERS[machine][name], where)
    yield RETURN, 0, 0, NOT_PERMITTED


def _rule(number: int, where: Where | None) -> Iterator[Instruction]:
    if where is None:
        yield EQUAL, 0, 1, number
        yield RETURN, 0, 0, ALLOW
        return
    yield EQUAL, 0, 5, number
    yield LOAD, 0, 0, ARGUMENTS_AT + 8 * where.argument
    yield AND, 0, 0, where.mask
    yield EQUAL, 0, 1, where.value
    yield RETURN, 0, 0, ALLOW
    yield RETURN, 0, 0, NOT_PERMITTED
