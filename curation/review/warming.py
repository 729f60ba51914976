"""The first screen, encoded while a person still opens the address."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from inksift.curation.base.beats import going_on_beside
from inksift.curation.base.errors import InksiftError
from inksift.curation.review.catalogue import Catalogue

FIRST_SCREEN = 120
"""Pictures of the first screen of the grid and some beyond it, in a large window."""

log = logging.getLogger("inksift")


@contextmanager
def warmed(catalogue: Catalogue) -> Iterator[None]:
    """Within, the small pictures that the grid begins with are encoded, one after the other."""
    with going_on_beside(partial(_encode, catalogue)):
        yield


def _encode(catalogue: Catalogue, ended: threading.Event) -> None:
    try:
        run, pictures = catalogue.state().run, catalogue.pictures
        for file in run.order[:FIRST_SCREEN]:
            image_id = run.image_id(int(file))
            if ended.is_set():
                return
            if image_id in run.pictures:
                pictures.thumbnail(image_id)
    except (InksiftError, KeyError) as error:  # whoever asks is told; KeyError: another run ended
        log.debug("the first screen is not encoded: %s", error)
