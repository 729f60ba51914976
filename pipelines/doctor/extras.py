"""Which optional parts are installed, and whether the setup of the workspace needs one that is
not."""

from inksift.curation.base.location import Url
from inksift.curation.store.setup import Setup
from inksift.pipelines.doctor.finding import Finding
from inksift.pipelines.doctor.versions import missing, required

_GROUP = "extras"
ADDED_BY = {
    "formats": "JPEG XL, HEIC and SVG",
    "remote": "sources and workspaces in an object store",
    "ray": "work on a cluster",
    "postgres": "a ledger or a Dagster history on a server",
    "exports": "loaders that prove exports",
}


def extras(setup: Setup) -> list[Finding]:
    """Every extra for users, and what it adds."""
    return [_extra(name, what, needed=name in _needed(setup)) for name, what in ADDED_BY.items()]


def _extra(name: str, what: str, *, needed: bool) -> Finding:
    lacking = [f"{each.name} {missing(each)}" for each in required(name) if missing(each)]
    if not lacking:
        return Finding(_GROUP, name, "ok", f"installed: {what}")
    told, remedy = f"{what}: {', '.join(lacking)}", f"`pip install 'inksift[{name}]'` adds it"
    return Finding(_GROUP, name, "problem" if needed else "ok", told, remedy)


def _needed(setup: Setup) -> set[str]:
    asked = {
        "remote": isinstance(setup.source, Url) or isinstance(setup.test, Url),
        "ray": setup.engine.kind == "ray",
        "postgres": setup.ledger.startswith("postgresql"),
    }
    return {name for name, needed in asked.items() if needed}
