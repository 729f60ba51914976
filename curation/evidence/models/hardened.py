"""Ultralytics, imported so that it leaves Pillow and torch as they are and loads no pickles."""

from __future__ import annotations

from types import ModuleType

from PIL import Image

from inksift.curation.base.errors import MissingError
from inksift.curation.base.switches import hardening_of_ultralytics, set_switches


def import_ultralytics() -> ModuleType:
    """Ultralytics without network, pip, pickles or the home folder; where somebody else imported
    it before in this process it is as they had it, and pickles are refused all the same.

    MissingError where torch has no safe loading, which ultralytics would skip in silence.
    """
    import torch

    if not hasattr(torch.serialization, "get_unsafe_globals_in_checkpoint"):
        raise MissingError(
            f"torch {torch.__version__} cannot load weights safely: install torch 2.6 or newer"
        )
    set_switches([hardening_of_ultralytics()])  # a process in which inksift is a guest has none
    # It puts functions of its own in place of these two for the whole process: the one installs a
    # package when a file is no picture, the other retries what fails.
    opened, saved = Image.open, torch.save
    import ultralytics

    Image.open, torch.save = opened, saved
    module: ModuleType = ultralytics
    return module
