"""Networks exported once for all runs: an export costs more than a run that measures nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inksift.curation.evidence.models import inference
from tests.once import made_once


@contextmanager
def exports_kept(factory: pytest.TempPathFactory) -> Iterator[None]:
    """A workspace without a network's export gets that of an earlier one, a file of its own."""
    export = inference._exported

    def kept(network: inference.NetworkSource, file: Path) -> inference.RunNetwork:
        folder = made_once(
            factory, f"export-{network.name}", lambda made: export(network, made / file.name)
        )
        shutil.copytree(folder, file.parent, dirs_exist_ok=True)
        return inference.Session(file.read_bytes())

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(inference, "_exported", kept)
        yield
