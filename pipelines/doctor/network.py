"""What keeps libraries from reporting, and which addresses the servers would take."""

import os
import socket
from collections.abc import Mapping
from importlib.util import find_spec

from inksift.curation.base.switches import Switches, every_switch
from inksift.pipelines.doctor.finding import Finding

LIBRARIES = "libraries"
PORTS = "ports"


def libraries_held() -> list[Finding]:
    """Every library that does something of itself, and the switches that keep it from that."""
    return [_held(switches) for switches in every_switch()]


def ports(servers: Mapping[str, int]) -> list[Finding]:
    """Whether the ports that commands take by default are free, by the name of the command."""
    return [_port(name, port) for name, port in servers.items()]


def _held(switches: Switches) -> Finding:
    if find_spec(switches.library) is None:
        return Finding(LIBRARIES, switches.library, "ok", "not installed")
    other = [name for name, value in switches.variables.items() if _is_other(name, value)]
    if other:
        told = f"{', '.join(other)} not set as it should be: it {switches.otherwise}"
        return Finding(LIBRARIES, switches.library, "warning", told, "set it in the environment")
    held = ", ".join(f"{name}={os.environ[name]}" for name in switches.variables)
    return Finding(LIBRARIES, switches.library, "ok", f"told by {held}")


def _is_other(name: str, value: str) -> bool:
    """Whether a variable says something else; a folder may be a person's."""
    found = os.environ.get(name, "")
    return not found if os.path.isabs(value) else found != value


def _port(command: str, port: int) -> Finding:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            tried.bind(("127.0.0.1", port))
        except OSError as error:
            told = f"127.0.0.1:{port} is not free ({error.strerror})"
            return Finding(PORTS, command, "warning", told, f"`inksift {command} --port` another")
    return Finding(PORTS, command, "ok", f"127.0.0.1:{port} is free")
