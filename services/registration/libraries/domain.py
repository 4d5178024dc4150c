"""Reading the Public Libraries Survey (PLS) of the Institute of Museum and Library Services, and what a library's
size of community is.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from services.registration.libraries import queries, regions
from services.registration.libraries.queries import Row
from shared.errors import Invalid

LARGE, MID_SIZED = 100_000, 25_000
# Locale codes of the National Center for Education Statistics: 11 and 12 are large and mid-sized cities, 41 to 43
# rural.
URBAN, RURAL = {"11", "12"}, {"41", "42", "43"}
LOCALES = ("LOCALE", "LOCALE_MOD", "LOCALE_ADD", "LOCALE_CODE")
REQUIRED = {"FSCSKEY", "LIBNAME", "CITY", "STABR", "POPU_LSA"}


def import_survey(conn: Connection, content: bytes) -> dict[str, int]:
    """Take in a file of the survey (CSV); how many libraries were new or different, and how many there are now.

    Raises Invalid where a column or a key is missing.
    """
    changed = queries.upsert_all(conn, _read(content))
    return {"changed": changed, "libraries": queries.count(conn)}


def find(conn: Connection, text: str, *, state: str | None, limit: int) -> list[dict[str, Any]]:
    """The libraries that somebody who typed this may mean."""
    words = re.findall(r"\w+", text.lower())
    return queries.select_matching(conn, words, state=state, limit=limit) if words else []


def complete(conn: Connection, library: dict[str, Any]) -> dict[str, Any]:
    """What somebody said of their library, with what the directory knows where they did not say it.

    Raises Invalid where the key that they chose is not in it.
    """
    if not (key := library.get("fscskey")):
        return library
    known = queries.select(conn, key)
    if known is None:
        raise Invalid({"library.fscskey": ["There is no such library in the directory."]})
    return {
        **library,
        "community_size": library.get("community_size") or known["community_size"],
        "state": library.get("state") or known["state"],
        "country": library.get("country") or "US",
    }


def size_of(population: int | None, locale: str | None) -> str:
    """`rural` or `urban` by the locale; else `large` from 100,000 people served, `mid-sized` from 25,000, or `small`.

    A city's locale counts as urban where at least 100,000 are served: a branch of a village in a city is none.
    """
    served = population or 0
    if locale in RURAL:
        return "rural"
    if locale in URBAN and served >= LARGE:
        return "urban"
    return "large" if served >= LARGE else "mid-sized" if served >= MID_SIZED else "small"


def _read(content: bytes) -> Iterator[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    reader = csv.DictReader(io.StringIO(text))
    names = {name.strip().upper(): name for name in reader.fieldnames or [] if name}
    if missing := REQUIRED - names.keys():
        raise Invalid({name: ["This column is missing."] for name in sorted(missing)})
    locale_column = next((names[name] for name in LOCALES if name in names), None)
    for line, row in enumerate(reader, 2):
        key, name = (row[names[column]] or "" for column in ("FSCSKEY", "LIBNAME"))
        if not key.strip() or not name.strip():
            raise Invalid({f"line {line}": ["FSCSKEY and LIBNAME may not be empty."]})
        population = _number(row[names["POPU_LSA"]])
        locale = _text(row[locale_column]) if locale_column else None
        state = _text(row[names["STABR"]])
        if state and regions.read(state) is None:
            raise Invalid({f"line {line}": ["STABR is no state or province."]})
        yield (
            key.strip(),
            " ".join(name.split()),
            _text(row[names["CITY"]]),
            regions.read(state) if state else None,
            population,
            locale,
            size_of(population, locale),
        )


def _text(cell: str | None) -> str | None:
    """A text; the survey writes `M` where one is missing."""
    text = " ".join((cell or "").split())
    return None if text in ("", "M") else text


def _number(cell: str | None) -> int | None:
    """A number; the survey writes negative ones where it is missing, or does not apply."""
    try:
        number = int(float((cell or "").replace(",", "")))
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 2**31 else None
