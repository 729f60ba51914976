"""Which of two copies bears a watermark, by all that is known of the pair."""

from __future__ import annotations

import pandas as pd

SMOOTHER = 0.3
"""Binary logarithm of roughness: letters are rough where the drawing below is smooth, so that the
marked one is smoother by no more. Chosen on degraded twins."""


def which_marked(ties: pd.DataFrame) -> pd.Series:
    """`marked` of PAIRS, "" where the one that is said to bear the mark is the smoother: what looks
    like a watermark then is what a palette or a filter did to the other.

    >>> rows = pd.DataFrame({"marked": ["first", "second"], "grain": [0.8, 0.8]})
    >>> which_marked(rows).tolist()
    ['', 'second']
    """
    rougher = ties["grain"].where(ties["marked"] == "second", -ties["grain"])
    return ties["marked"].mask(rougher < -SMOOTHER, "")
