"""Lines of cells from an uploaded file: text with any delimiter, encoding and line end, or an Excel workbook."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import python_calamine

from shared.errors import Invalid

MOST_LINES = 40_000
# A head is looked for in so many lines to find the delimiter.
MOST_SEARCHED = 2000
DELIMITERS = ",;\t|"
# The first bytes of a zip archive (.xlsx, .ods) and of a compound file (.xls).
WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
UTF_32_STARTS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
UTF_16_STARTS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Line:
    """One line of the file, with its number counted from 1 and its cells without surrounding blanks."""

    number: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> list[str]:
        """The cells that are not empty."""
        return [cell for cell in self.cells if cell]


def read_lines(content: bytes, count_heads: Callable[[Line], int]) -> list[Line]:
    """Returns the lines of a CSV, TSV or workbook that hold anything. Raises Invalid if the file is none of these.

    `count_heads` tells how many known heads a line has: the delimiter that gives a line the most is the file's.
    """
    is_workbook = content.startswith(WORKBOOK_STARTS)
    lines = _read_workbook(content) if is_workbook else _read_text(decode(content), count_heads)
    found = [line for line in lines if line.filled]
    if len(found) > MOST_LINES:
        raise Invalid({"file": [f"The file has more than {MOST_LINES} lines."]})
    if not found:
        raise Invalid({"file": ["The file is empty."]})
    return found


def to_text(content: bytes) -> str:
    """Returns the file as text: a workbook as CSV with the same line numbers. Raises Invalid if it cannot be opened."""
    if not content.startswith(WORKBOOK_STARTS):
        return decode(content)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(line.cells for line in _read_workbook(content))
    return text.getvalue()


def decode(content: bytes) -> str:
    """Returns the text of a file: UTF-8, UTF-16 or UTF-32 with or without a byte order mark, else Windows-1252."""
    for encoding in [*_declared_encodings(content), "utf-8-sig"]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", errors="replace")


def _declared_encodings(content: bytes) -> list[str]:
    """UTF-16 without a mark shows by the zero bytes of its ASCII characters: at odd places it is little-endian."""
    if content.startswith(UTF_32_STARTS):
        return ["utf-32"]
    if content.startswith(UTF_16_STARTS):
        return ["utf-16"]
    start = content[:2000]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) * 5 < len(start):
        return []
    return ["utf-16-le"] if odd > even else ["utf-16-be"]


def _read_text(text: str, count_heads: Callable[[Line], int]) -> list[Line]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):  # a hint that Excel writes
        return _split("\n" + rest, first.strip()[-1])
    found = [_split(text, delimiter) for delimiter in DELIMITERS]
    return max(
        found, key=lambda lines: (max(map(count_heads, lines[:MOST_SEARCHED]), default=0), *_count_wide_lines(lines))
    )


def _split(text: str, delimiter: str) -> list[Line]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    lines: list[Line] = []
    try:
        while True:
            number = reader.line_num + 1
            lines.append(Line(number, tuple(cell.strip("\ufeff \t\n\u00a0") for cell in next(reader))))
    except StopIteration:
        return lines
    except csv.Error:
        raise Invalid({"file": ["This file is neither CSV nor an Excel workbook."]}) from None


def _count_wide_lines(lines: list[Line]) -> tuple[int, int]:
    """Returns how many lines have the commonest number of cells above one, and how many cells that is.

    The right delimiter splits most lines into the same number of cells.
    """
    widths = [len(line.cells) for line in lines if len(line.cells) > 1]
    commonest = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
    return widths.count(commonest), commonest


def _read_workbook(content: bytes) -> list[Line]:
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [workbook.get_sheet_by_index(index).to_python() for index in range(len(workbook.sheet_names))]
    except (python_calamine.CalamineError, OSError, ValueError):
        raise Invalid({"file": ["This Excel workbook cannot be opened. Save it as CSV and try again."]}) from None
    rows = (row for sheet in sheets for row in sheet)
    return [Line(number, tuple(_write_cell(cell) for cell in row)) for number, row in enumerate(rows, 1)]


def _write_cell(cell: object) -> str:
    """Returns a cell of a workbook as a CSV would hold it; durations as h:mm:ss."""
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
