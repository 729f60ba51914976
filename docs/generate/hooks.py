"""What mkdocs is told beside `mkdocs.yml`: the generated pages, and the rooms in the navigation."""

from __future__ import annotations

import pages  # beside this file
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PYTHON_API = "reference/python/"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the page of every room where the navigation names their folder."""
    for section in config.nav or ():
        for entry in next(iter(section.values())):
            if isinstance(entry, dict) and PYTHON_API in entry.values():
                title = next(iter(entry))
                every = [f"{PYTHON_API}{name}.md" for name in ("inksift", *pages.rooms())]
                entry[title] = [f"{PYTHON_API}index.md", *every]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those that lie in the folder."""
    for address, text in pages.generated().items():
        files.append(File.generated(config, address, content=text))
    return files
