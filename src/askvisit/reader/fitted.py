"""The weights fitted for a reader."""

import warnings
from pathlib import Path
from shlex import quote

from askvisit.calibration import SMALL, Calibration, calibration_for, shipped
from askvisit.errors import index_option
from askvisit.reader.protocol import Reader


def fitted_for(reader: Reader, fitted_by_user: Path | None = None) -> Calibration:
    """Return the weights fitted for a reader.

    Warns if they were fitted for other files of it, or if there are none: then those of the
    bundled `small` reader are returned.
    """
    fitted = calibration_for(reader.name, fitted_by_user)
    if fitted is not None and fitted.sha256 in (None, reader.sha256):
        return fitted
    missing = f"no weights are fitted for the reader {reader.name}"
    if fitted is not None:
        missing = f"the weights were fitted for other files of the reader {reader.name}"
    options = f"--reader {quote(reader.name)}"
    if fitted_by_user is not None:
        options += f" {index_option(fitted_by_user.parent)}"
    warnings.warn(
        f"{missing}, so its confidence is a guess; fit them "
        f"with: askvisit calibrate QUESTIONS.jsonl {options}",
        stacklevel=3,
    )
    if fitted is not None:
        return fitted
    return shipped(SMALL)
