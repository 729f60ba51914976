"""Third-party runtimes, told before their first import what they must not do.

Each of them reads its switches when it is first imported, so inksift imports them here only:
onnxruntime (1.29 and later) otherwise sends telemetry and keeps a device id in the user's cache;
ultralytics otherwise probes public name servers, installs packages, writes to the home folder, and
replaces functions of Pillow and torch.
"""

from __future__ import annotations

import os
from types import ModuleType

from PIL import Image
from platformdirs import user_cache_path

from inksift.curation.base.errors import MissingError

_ONNXRUNTIME = {"ORT_DISABLE_TELEMETRY": "1"}
_ULTRALYTICS = {
    "ULTRALYTICS_SAFE_LOAD": "1",
    "YOLO_AUTOINSTALL": "False",
    "YOLO_OFFLINE": "True",
    "YOLO_VERBOSE": "False",
}


def import_onnxruntime() -> ModuleType:
    """ONNX Runtime, without its telemetry."""
    os.environ |= _ONNXRUNTIME
    import onnxruntime

    module: ModuleType = onnxruntime
    return module


def import_ultralytics() -> ModuleType:
    """Ultralytics without network, pip, pickles or the home folder.

    MissingError where torch has no safe loading, which ultralytics would skip in silence.
    """
    import torch

    if not hasattr(torch.serialization, "get_unsafe_globals_in_checkpoint"):
        raise MissingError(
            f"torch {torch.__version__} cannot load weights safely: install torch 2.6 or newer"
        )
    os.environ |= _ULTRALYTICS
    os.environ["YOLO_CONFIG_DIR"] = str(user_cache_path("inksift") / "ultralytics")
    # It puts functions of its own in place of these two for the whole process: the one installs a
    # package when a file is no picture, the other retries what fails.
    opened, saved = Image.open, torch.save
    import ultralytics

    Image.open, torch.save = opened, saved
    module: ModuleType = ultralytics
    return module
