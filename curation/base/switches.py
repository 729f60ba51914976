"""What libraries are told before their first import: to report nothing, to look for nothing newer,
to install nothing, and to write nowhere but in inksift's own cache.

Each reads its switches when it is first imported. Those that only silence a library are set with
`import inksift`, which comes before anything that inksift imports. Those that change what others
who use the library in the same process get are set in processes that are inksift's alone: commands,
what they start, and the code location in Dagster."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from platformdirs import user_cache_path


class Switches(NamedTuple):
    """The environment variables that hold a library, and what it does of itself without them."""

    library: str
    variables: dict[str, str]
    otherwise: str


SILENCING = (
    Switches(
        "onnxruntime",
        {"ORT_DISABLE_TELEMETRY": "1"},
        "looks up a server for telemetry, and keeps a device id in the user's cache",
    ),
    Switches(
        "albumentations",
        {"ALBUMENTATIONS_NO_TELEMETRY": "1", "ALBUMENTATIONS_OFFLINE": "1"},
        "sends what is augmented how, with a user id that it keeps in the home folder",
    ),
    Switches("ray", {"RAY_USAGE_STATS_ENABLED": "0"}, "sends what the cluster is used for"),
)


FOR_OWN_PROCESSES = (
    Switches(
        "dagster",
        {"DAGSTER_DISABLE_TELEMETRY": "1"},
        "sends which commands and settings are used, unless the instance says no",
    ),
)


def silence() -> None:
    """Set the switches that cost nobody anything but a report to the authors of a library."""
    set_switches(SILENCING)


def own_this_process() -> None:
    """Set those switches too that only a process of inksift's own may set. A folder that a person
    named stays."""
    set_switches([*SILENCING, *FOR_OWN_PROCESSES, hardening_of_ultralytics()])
    for folder in _folders():
        for name, value in folder.variables.items():
            os.environ.setdefault(name, value)


def every_switch() -> list[Switches]:
    """All of them."""
    return [*SILENCING, hardening_of_ultralytics(), *FOR_OWN_PROCESSES, *_folders()]


def set_switches(switches: Iterable[Switches]) -> None:
    """Set them for this process and those that it starts, whatever the environment says."""
    for each in switches:
        os.environ.update(each.variables)


def hardening_of_ultralytics() -> Switches:
    """No network, pip, pickles or home folder."""
    return Switches(
        "ultralytics",
        {
            "ULTRALYTICS_SAFE_LOAD": "1",
            "YOLO_AUTOINSTALL": "False",
            "YOLO_OFFLINE": "True",
            "YOLO_VERBOSE": "False",
            "YOLO_CONFIG_DIR": _own_folder("ultralytics"),
        },
        "asks public name servers whether there is a network, sends events, installs packages, "
        "runs pickles, and keeps settings in the home folder",
    )


def _folders() -> list[Switches]:
    """Libraries that send nothing, and write where they choose."""
    return [
        Switches(
            "matplotlib",
            {"MPLCONFIGDIR": _own_folder("matplotlib")},
            "keeps its list of fonts in the home folder",
        ),
        Switches(
            "torch",
            {"TORCHINDUCTOR_CACHE_DIR": _own_folder("torch")},
            "leaves a folder in the temporary one",
        ),
    ]


def _own_folder(name: str) -> str:
    return str(user_cache_path("inksift") / name)
