"""The review app, served in the background of a Python session."""

import atexit
import threading
import time
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from inksift.curation.store.workspace import Workspace

_SECONDS_BETWEEN_LOOKS = 0.02
_SECONDS_TO_STOP = 10
"""More than the last answers may take."""


class Review:
    """A review app that is served on 127.0.0.1, as long as the process lives or until it is
    stopped: with `stop()`, or at the end of a `with` block."""

    def __init__(self, workspace: "Workspace", *, port: int, who: str, ledger_url: str) -> None:
        from inksift.curation.serving.server import access_to, listening, server_of
        from inksift.pipelines.reviewing import review_app

        with ExitStack() as opened:
            app = opened.enter_context(review_app(workspace, ledger_url=ledger_url, who=who))
            listener = opened.enter_context(listening(port))
            access = access_to(listener)
            self._server = server_of(app(access))
            self._thread = threading.Thread(
                target=self._server.run, kwargs={"sockets": [listener]}, daemon=True
            )
            self._thread.start()
            while not self._server.started and self._thread.is_alive():
                time.sleep(_SECONDS_BETWEEN_LOOKS)
            self._open = opened.pop_all()
        self._url, self._workspace = access.address, workspace.root
        atexit.register(self.stop)

    @property
    def url(self) -> str:
        """The address to open. It holds the token that lets in, so it is for you alone."""
        return self._url

    def stop(self) -> None:
        """Answer what was asked, and end; nothing where it has ended."""
        from inksift.pipelines.shared import share_ledger

        atexit.unregister(self.stop)
        self._server.should_exit = True
        self._thread.join(_SECONDS_TO_STOP)
        self._open.close()
        share_ledger(self._workspace)  # what a run that was killed left unfinished stays here

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "served" if self._thread.is_alive() else "stopped"
        return f"<inksift review app, {state}; its address is in .url>"
