"""YAML that people write: safe to read, without aliases and repeated keys, which are text as it
stands there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from inksift.curation.base.errors import ParamError

_LARGEST_FILE_BYTES = 1_000_000  # what people write by hand is a thousandth of this
_TEXT = "tag:yaml.org,2002:str"
_STAR = "; a value that begins with * stands in quotes"
_UNREADABLE = (yaml.YAMLError, ValueError, RecursionError, OSError)


class _UniqueKeys(yaml.SafeLoader):
    """Safe YAML without aliases (they can grow without bound) and without repeated keys.

    A key is the text that stands there, so that 1, true and no are names like any other.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise ParamError("aliases (*name) are not allowed: write the value out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for name, times in Counter(key.value for key in keys).items():
            if times > 1:
                raise ParamError(f"line {node.start_mark.line + 1}: the key {name} stands twice")
        for key in keys:
            key.tag = _TEXT
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, what: str) -> Any:
    """The content of a YAML file that is `what` it says; ParamError names the file, the line or the
    key."""
    try:
        return yaml.load(_short_text(path, what), Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except _UNREADABLE as error:
        raise ParamError(
            f"{path} is not a YAML file that inksift can read: {_one_line(error)}"
        ) from error
    except ParamError as error:
        raise ParamError(f"{path}: {error}") from None


def yaml_value(text: str, where: str) -> Any:
    """The value that a short text stands for; ParamError says `where` it cannot be read."""
    try:
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except _UNREADABLE as error:
        raise ParamError(f"cannot read the value in {where}: {_one_line(error)}") from error


def _short_text(path: Path, what: str) -> str:
    if path.stat().st_size > _LARGEST_FILE_BYTES:
        raise ParamError(f"larger than 1 MB: {what} is a short YAML file")
    return path.read_text(encoding="utf-8")


def _one_line(error: Exception) -> str:
    told = " ".join(str(error).split())
    return f"{told}{_STAR}" if "scanning an alias" in told else told
