"""An S3 server for tests and benchmarks: moto's, on 127.0.0.1, which counts what it hands out and
fails when told to."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

Answer = Callable[..., Iterable[bytes]]

ACCESS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "only for moto",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""What a client needs; moto takes anything."""


class Faulty:
    """A WSGI application around moto's, whose answers to reads go wrong as listed in `faults` by
    key, or else in `every`, one a request: "error" (500), "cut" (half the body), "slow", "gone"
    (404), "" for none."""

    def __init__(self, app: Answer) -> None:
        self._app = app
        self.faults: dict[str, list[str]] = defaultdict(list)
        self.every: list[str] = []
        self.asked: Counter[tuple[str, str]] = Counter()
        self.read: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        path = unquote_to_bytes(environ.get("RAW_URI", environ["PATH_INFO"]).partition("?")[0])
        bucket, _, key = path.decode("utf-8", "surrogateescape").lstrip("/").partition("/")
        is_read = method == "GET" and bool(key) and "list-type" not in environ["QUERY_STRING"]
        with self._lock:
            self.asked[method if key else "LIST", key] += 1
            fault = self._fault(key) if is_read else ""
        if fault in ("error", "gone"):
            return _refuse(start_response, fault)
        if fault == "slow":
            time.sleep(1)
        body = b"".join(self._app(environ, start_response))
        body = body[: len(body) // 2] if fault == "cut" else body
        if is_read:
            with self._lock:
                self.read[bucket] += len(body)
        return [body]

    @property
    def bytes_read(self) -> int:
        """Of all objects."""
        return self.read.total()

    def _fault(self, key: str) -> str:
        planned = self.faults.get(key) or self.every
        return planned.pop(0) if planned else ""


def _refuse(start_response: Any, fault: str) -> list[bytes]:
    status, code = {
        "error": ("500 Internal Server Error", "InternalError"),
        "gone": ("404 Not Found", "NoSuchKey"),
    }[fault]
    body = f"<Error><Code>{code}</Code><Message>as planned</Message></Error>".encode()
    start_response(status, [("Content-Type", "application/xml")])
    return [body]


class Server:
    """A running server: its address, a client of it, and what goes wrong in it."""

    def __init__(self, port: int = 0) -> None:
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Silent(WSGIRequestHandler):
            def log(self, *_: object) -> None:
                """Nothing."""

        self.faulty = Faulty(DomainDispatcherApplication(create_backend_app))
        self._server = make_server(
            "127.0.0.1", port, self.faulty, threaded=True, request_handler=Silent
        )
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def environment(self) -> dict[str, str]:
        """What tells a client of this server."""
        return {**ACCESS, "AWS_ENDPOINT_URL": self.url}

    def client(self) -> Any:
        """A client that goes by no environment."""
        return _client_of(self.url)

    def forget(self) -> None:
        """Count from nothing, without faults."""
        self.faulty.faults.clear()
        self.faulty.every.clear()
        self.faulty.asked.clear()
        self.faulty.read.clear()

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@cache
def _client_of(url: str) -> Any:
    """Made once a server: it costs as much as many requests."""
    import botocore.session

    session = botocore.session.Session()
    return session.create_client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="only for moto",
    )
