"""Where a ledger lies: a SQLAlchemy URL that lasts, and how it may be shown."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from inksift.curation.base.errors import LedgerError

EXAMPLES = (
    "sqlite:////folder/ledger.sqlite, or postgresql+psycopg://user@host/name with its driver "
    "installed"
)


def parsed(url: str | sa.URL) -> sa.URL:
    """`url`, that of a file with its whole path; LedgerError when it is none, or names no file that
    lasts."""
    try:
        known = sa.make_url(url)
        return (
            known.set(database=_whole_path(known))
            if known.get_backend_name() == "sqlite"
            else known
        )
    except (SQLAlchemyError, ValueError) as error:
        cause = str(error).partition("\n")[0]
        raise LedgerError(
            f"not a database URL ({cause}): expected, for example, {EXAMPLES}"
        ) from None


def file_of(url: sa.URL) -> Path | None:
    """The file of a parsed SQLite URL, None for a server."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def shown(url: sa.URL) -> str:
    """The URL without any password, to be told and written down.

    >>> shown(sa.make_url("postgresql://ann:secret@host/name?sslpassword=secret&sslmode=require"))
    'postgresql://ann@host/name?sslmode=require'
    """
    query = {key: value for key, value in url.query.items() if "pass" not in key.lower()}
    return url._replace(password=None, query=sa.util.immutabledict(query)).render_as_string()


def same_place(one: str, other: str) -> bool:
    """Whether two URLs as `shown` name one ledger, whoever asks and by whatever driver.

    >>> same_place("postgresql://ann@host/name", "postgresql+psycopg://bob@host/name")
    True
    """
    return _place(one) == _place(other)


def _place(url: str) -> sa.URL | None:
    known = parsed(url) if url else None
    return known and known.set(drivername=known.get_backend_name())._replace(username=None)


def _whole_path(url: sa.URL) -> str:
    name = url.database or ":memory:"
    if url.query or name == ":memory:" or name.startswith("file:"):
        raise LedgerError(
            f"{shown(url)} does not name a file that lasts: expected, for example, {EXAMPLES}"
        )
    return os.path.realpath(name)
