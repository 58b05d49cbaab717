"""What the user says about columns: `--map "HEADER=TARGET"`. Pure."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from leadnurture.crm.spreadsheet.meanings import ColumnError, Meaning, meaning_of_target, squashed


def mapped_columns(headers: Sequence[str], maps: Mapping[str, str]) -> dict[int, Meaning]:
    """Return the meaning of each column (by its index) that the user names.

    Raises ColumnError for a header that the file does not have and a target that does not exist.
    """
    meanings: dict[int, Meaning] = {}
    for header, target in maps.items():
        meaning = meaning_of_target(target.strip())
        meanings |= dict.fromkeys(_places(headers, header.strip()), meaning)
    return meanings


def _places(headers: Sequence[str], wanted: str) -> list[int]:
    """Return where a header stands: as it is written or, if it is not there so, in other case and punctuation."""
    exact = [place for place, header in enumerate(headers) if header == wanted]
    alike = [place for place, header in enumerate(headers) if squashed(header) == squashed(wanted)]
    if not exact and not alike:
        near = get_close_matches(wanted, headers, n=1, cutoff=0.5)
        meant = f"did you mean '{near[0]}'?" if near else f"its columns are: {', '.join(headers)}"
        raise ColumnError(f"--map: the file has no column '{wanted}'", hint=meant)
    return exact or alike
