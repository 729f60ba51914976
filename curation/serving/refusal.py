"""A request that is refused, and the words for it: a page for a person, JSON for a program."""

from __future__ import annotations

import re
from html import escape

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>inksift</title>
</head>
<body>
<main>
<h1>Not open to this request</h1>
<p>{words}</p>
<p><a href="/">Try again</a></p>
</main>
</body>
</html>
"""


_COMMAND = re.compile(r"`([^`]+)`")


class RequestRefusedError(Exception):
    """A request that is not let through: a status of HTTP, and one or two sentences for whoever
    sent it."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words

    def answer(self, headers: Headers) -> Response:
        """The refusal, as a page where the request's `headers` ask for one. It ends the connection,
        since a body may still be on its way."""
        if "text/html" in headers.get("accept", ""):
            words = _COMMAND.sub(r"<code>\1</code>", escape(self.words))
            page = _PAGE.format(words=words)
            return HTMLResponse(page, self.status, {"connection": "close"})
        return JSONResponse({"error": self.words}, self.status, {"connection": "close"})
