"""Pictures in the Dagster UI."""

import dagster as dg

from inksift.curation.drawing.contact_sheet import markdown_image


def picture(data: bytes, title: str) -> dg.MarkdownMetadataValue:
    """A plot or a contact sheet, shown in place by the UI or behind its [Show Markdown] button."""
    mime = "image/jpeg" if data.startswith(b"\xff\xd8") else "image/png"
    return dg.MetadataValue.md(markdown_image(data, mime, title))
