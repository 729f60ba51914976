"""Arrays by the type of their numbers; what they mean stands where they are used."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

AnyFloats = npt.NDArray[np.floating]
Floats32 = npt.NDArray[np.float32]
Floats64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Pixels = npt.NDArray[np.uint8]
