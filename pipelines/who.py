"""Whose decisions they are, where nobody says so."""

import getpass

from inksift.curation.base.errors import ParamError


def login() -> str:
    """The name of whoever runs the command; ParamError where nothing tells."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise ParamError("cannot tell who you are: say so with --who NAME") from None
