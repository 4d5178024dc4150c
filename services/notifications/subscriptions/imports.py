"""Readers who confirmed elsewhere, taken in with their proof."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from services.notifications.subscriptions import queries
from services.notifications.subscriptions.queries import SignUp
from services.notifications.suppressions import queries as suppressions
from shared.email_addresses import fold_email
from shared.errors import Invalid

FATES = ("new", "known", "left", "suppressed")


def import_readers(
    conn: Connection, given: Sequence[dict[str, Any]], *, now: datetime, dry_run: bool
) -> dict[str, int]:
    """Take in those who are new, and tell how many were what. Who is known stays as they are; who has left, or gets no
    mail, is left alone. Raises Invalid, naming each that is wrong by its path; then nobody is taken in.
    """
    emails = _fold(given, now)
    known = queries.select_statuses(conn, emails)
    suppressed = suppressions.select_among(conn, emails)
    fates: Counter[str] = Counter(dict.fromkeys(FATES, 0))
    for email, one in zip(emails, given, strict=True):
        fates[fate := _fate(email, known, suppressed)] += 1
        if fate == "new" and not dry_run:
            _insert(conn, email, one)
    return dict(fates)


def _fold(given: Sequence[dict[str, Any]], now: datetime) -> list[str]:
    errors: dict[str, Any] = {}
    emails: dict[str, int] = {}
    for number, one in enumerate(given):
        if one["confirmed_at"] > now:
            errors[f"readers.{number}.confirmed_at"] = ["Must not be in the future."]
        try:
            first = emails.setdefault(fold_email(one["email"]), number)
        except Invalid as wrong:
            errors[f"readers.{number}.email"] = wrong.errors["email"]
        else:
            if first != number:
                errors[f"readers.{number}.email"] = [f"The same address as readers.{first}."]
    if errors:
        raise Invalid(errors)
    return list(emails)


def _fate(email: str, known: dict[str, queries.Status], suppressed: set[str]) -> str:
    if email in known:
        return "left" if known[email] == "ended" else "known"
    return "suppressed" if email in suppressed else "new"


def _insert(conn: Connection, email: str, one: dict[str, Any]) -> None:
    wish = SignUp(
        email=email,
        name=one["name"],
        library_types=one["library_types"],
        topics=one["topics"],
        digest=one["digest"],
    )
    queries.insert_imported(
        conn, wish, confirmed_at=one["confirmed_at"], given_from=one["given_from"], wording=one["wording"]
    )
