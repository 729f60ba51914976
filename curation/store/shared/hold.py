"""One run at a time in a shared workspace: the lock is an object that is put where there is none,
or in place of one whose holder is gone. It is renewed for as long as the run lasts."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from inksift.curation.base.beats import now_and_then
from inksift.curation.base.errors import LockedError, StoreError
from inksift.curation.store.objects.interface import ObjectError, ObjectStore
from inksift.curation.store.shared.holder import is_gone, read_holder, this_holder

EXPIRES_S = 600
"""Seconds without a renewal after which the holder counts as gone, wherever it was. Clocks that
differ by minutes do no harm."""


class Hold:
    """A lock that this process has, by the ETag that it was put with last, "" where it is gone."""

    def __init__(self, objects: ObjectStore, key: str, where: str) -> None:
        self._objects, self._key, self._where = objects, key, where
        self._me = this_holder(secrets.token_hex(8))
        self.lost = False
        self._tag = self._take()

    def renew(self) -> None:
        """Put it anew; it is `lost` where somebody took it, whose it then stays."""
        try:
            if self._tag and not self.lost:
                self._tag = self._objects.put(self._key, self._content(), replaces=self._tag)
        except ObjectError as error:
            with suppress(ObjectError):
                self.lost = error.fault in ("changed", "gone") and not self._is_mine()

    def give_back(self) -> None:
        """Remove it, where it is still ours."""
        with suppress(ObjectError):
            if self._tag and self._is_mine():
                self._objects.delete(self._key)

    def demand(self) -> None:
        """LockedError where it was lost."""
        if self.lost:
            raise LockedError(
                f"another run took {self._where} while this one did not answer for "
                f"{EXPIRES_S // 60} minutes: run again; nothing that was measured is lost"
            )

    def _take(self) -> str:
        if tag := self._put_first():
            self._demand_conditions()
            return tag
        holder, tag = read_holder(self._objects, self._key)
        if holder.get("token") == self._me["token"]:  # the answer was lost, and the put repeated
            return tag
        if tag and not holder:
            raise StoreError(
                f"{self._key} is not inksift's: choose an empty or new folder for --workspace"
            )
        if tag and not is_gone(holder):
            raise LockedError(_refusal(self._where, holder, self._key))
        try:
            return self._objects.put(self._key, self._content(), replaces=tag)
        except ObjectError as error:
            if error.fault != "changed":
                raise
            raise LockedError(f"another run has just taken {self._where}: try again") from error

    def _put_first(self) -> str:
        """The ETag of the lock, put where there was none; "" where there is one."""
        try:
            return self._objects.put(self._key, self._content(), replaces="")
        except ObjectError as error:
            if error.fault != "changed":
                raise
            return ""

    def _demand_conditions(self) -> None:
        """StoreError where the lock that is there now can be put over as if there were none."""
        kept = False
        try:
            kept = not self._put_first()
        finally:
            if not kept:
                with suppress(ObjectError):
                    self._objects.delete(self._key)
        if not kept:
            raise StoreError(
                f"{self._where}: this store puts an object over another although it was asked not "
                "to, so that runs would undo each other's work: use another store, or a folder"
            )

    def _is_mine(self) -> bool:
        holder, self._tag = read_holder(self._objects, self._key)
        return bool(holder.get("token") == self._me["token"])

    def _content(self) -> bytes:
        return json.dumps({**self._me, "until": time.time() + EXPIRES_S}).encode()


@contextmanager
def shared_hold(objects: ObjectStore, key: str, *, where: str) -> Iterator[Hold]:
    """Hold the lock while the block runs, and renew it in a thread that does nothing else;
    LockedError where another run has it. `where` is what the workspace is called."""
    mine = Hold(objects, key, where)
    try:
        with now_and_then(mine.renew, otherwise=f"the lock of {where} is not renewed yet"):
            yield mine
    finally:
        mine.give_back()


def _refusal(where: str, holder: dict[str, Any], key: str) -> str:
    return (
        f"another run holds {where}: pid {holder['pid']} on {holder['host']}.\n"
        f"Wait for it, choose another --workspace, or wait {EXPIRES_S // 60} minutes if that "
        f"machine is gone, or remove {key}"
    )
