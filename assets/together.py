"""Pictures of the source and of the trusted test folder side by side."""

import pandas as pd


def together(*tables: pd.DataFrame) -> pd.DataFrame:
    """Rows of tables with one contract, one row per picture."""
    return pd.concat(tables, ignore_index=True).drop_duplicates("image_id", ignore_index=True)


def readable(images: pd.DataFrame, test_images: pd.DataFrame) -> pd.DataFrame:
    """The IMAGES that can be read, one row per picture; paths in the test folder begin with ../ and so are its own."""
    tested = test_images.assign(path="../" + test_images["path"])
    return together(images[images["readable"]], tested[tested["readable"]])
