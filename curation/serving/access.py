"""Who may use a running server: whoever holds the random token that it was started with."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Access:
    """One start of the server: where it listens, the token, and the command that prints the
    address. What browsers are given is derived from that."""

    host: str
    port: int
    token: str = field(repr=False)
    command: str = "inksift review"

    @property
    def origin(self) -> str:
        """Scheme, host and port, as a browser states them."""
        return f"http://{self.host}:{self.port}"

    @property
    def address(self) -> str:
        """The address to open first. It holds the token: for the person at the terminal, and never
        for a log."""
        return f"{self.origin}/?token={self.token}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """What the header Host may say; any other name that leads here belongs to somebody else."""
        return f"{self.host}:{self.port}", f"localhost:{self.port}"

    @property
    def cookie(self) -> str:
        """The name of the session cookie. Browsers share cookies among the ports of a host, so it
        names the port."""
        return f"inksift-{self.port}"

    @property
    def session(self) -> str:
        """The value of the session cookie."""
        return self._derived("session")

    @property
    def csrf(self) -> str:
        """What every change must bring in the header X-Inksift-Token; only our own pages are told
        it."""
        return self._derived("csrf")

    def _derived(self, purpose: str) -> str:
        return hmac.digest(self.token.encode(), purpose.encode(), "sha256").hex()
