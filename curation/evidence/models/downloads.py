"""Weights from the network: tried again, bounded in time and size, checked, and published whole."""

from __future__ import annotations

import hashlib
import logging
import time
from io import BytesIO
from pathlib import Path

import httpx

from inksift.curation.base.errors import StoreError, WeightsError
from inksift.curation.evidence.models.pinned import Weights
from inksift.curation.evidence.models.weights import (
    cache_folder,
    how_to_get,
    matches,
    search_weights,
    weights_called,
)
from inksift.curation.store.files import write_atomically

MAX_BYTES = 400 * 2**20
"""Bytes of an answer after which it is not the weights asked for."""

MAX_SECONDS = 1800.0
"""Seconds that one download may take."""

PAUSES_S = (1.0, 3.0)
"""Seconds before the second and the third try."""

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
log = logging.getLogger("inksift")


class _PassingError(Exception):
    """A failure that another attempt may cure."""


def fetch_weights(name: str) -> Path:
    """Weights `name` in the user's cache, downloaded unless they are there already and sound.

    WeightsError names the file, its address and where to put it, when there is no network or the
    server misbehaves. Several processes may fetch the same file at once: each publishes a whole
    file, and the last one stays."""
    weights = weights_called(name)
    found = search_weights(name)
    if found is not None:
        return found
    if not weights.url:
        raise WeightsError(how_to_get(name))
    target = cache_folder() / weights.file
    try:
        write_atomically(target, _download(weights))
    except StoreError as error:
        raise WeightsError(f"cannot store {target}: {error.__cause__}") from error
    return target


def _download(weights: Weights) -> bytes:
    for pause in (*PAUSES_S, None):
        try:
            return _attempt(weights)
        except _PassingError as problem:
            if pause is None:
                raise WeightsError(_give_up(weights, str(problem))) from problem
            log.info("%s: %s; trying again in %.0f s", weights.url, problem, pause)
            time.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def _attempt(weights: Weights) -> bytes:
    try:
        data = _body(weights)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.TooManyRedirects) as error:
        raise WeightsError(_give_up(weights, str(error))) from error
    except httpx.HTTPError as error:
        raise _PassingError(f"{type(error).__name__} {error}".strip()) from error
    found = hashlib.sha256(data).hexdigest()
    if not matches(found, weights):
        raise _PassingError(
            f"digest mismatch, expected SHA-256 {' or '.join(weights.digests)}, found {found}"
        )
    return data


def _body(weights: Weights) -> bytes:
    deadline, body = time.monotonic() + MAX_SECONDS, BytesIO()
    headers = {"Accept-Encoding": "identity"}
    with httpx.stream(
        "GET", weights.url, headers=headers, follow_redirects=True, timeout=TIMEOUT
    ) as answer:
        if answer.is_client_error:
            raise WeightsError(_give_up(weights, f"the server answered {answer.status_code}"))
        answer.raise_for_status()
        for chunk in answer.iter_raw():
            body.write(chunk)
            if body.tell() > MAX_BYTES:
                raise WeightsError(
                    _give_up(weights, f"the server sent more than {MAX_BYTES} bytes")
                )
            if time.monotonic() > deadline:
                raise WeightsError(_give_up(weights, f"not finished after {MAX_SECONDS:.0f} s"))
    return body.getvalue()


def _give_up(weights: Weights, problem: str) -> str:
    return (
        f"could not download weights {weights.name}: {problem}\n"
        f"download {weights.url} by other means and put {weights.file} into --weights-dir or "
        f"{cache_folder()}"
    )
