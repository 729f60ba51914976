"""Pictures of the source and of the trusted test folder side by side."""

import pandas as pd

from inksift.curation.dedup.pairs import SIZES


def union(*tables: pd.DataFrame) -> pd.DataFrame:
    """Rows of tables with one contract, one row per picture."""
    return pd.concat(tables, ignore_index=True).drop_duplicates("image_id", ignore_index=True)


def readable(images: pd.DataFrame, test_images: pd.DataFrame) -> pd.DataFrame:
    """SIZES of the pictures of IMAGES that can be read."""
    return SIZES.check(union(*(table[table["readable"]] for table in (images, test_images))))
