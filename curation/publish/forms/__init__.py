"""The forms that an export can have, one file each: a new one is its file and its line here."""

from __future__ import annotations

from inksift.curation.base.errors import ParamError
from inksift.curation.publish.forms import (
    as_coco,
    as_croissant,
    as_csv,
    as_fiftyone,
    as_folders,
    as_huggingface,
    as_imagefolder,
    as_kohya,
    as_labels,
    as_lightly,
    as_parquet,
    as_webdataset,
    as_yolo,
)
from inksift.curation.publish.forms.form import Form

FORMS = (
    as_folders.FORM,
    as_imagefolder.FORM,
    as_huggingface.FORM,
    as_webdataset.FORM,
    as_kohya.FORM,
    as_coco.FORM,
    as_yolo.FORM,
    as_fiftyone.FORM,
    as_lightly.FORM,
    as_croissant.FORM,
    as_parquet.FORM,
    as_csv.FORM,
    as_labels.FORM,
)


def form_named(name: str) -> Form:
    """The form of that name; ParamError where there is none.

    >>> form_named("csv").file
    'pictures.csv'
    """
    found = {form.name: form for form in FORMS}
    if name not in found:
        raise ParamError(f"no form called {name}; there are: {', '.join(found)}")
    return found[name]
