"""What a session's form asks, and whom it is meant for."""

from typing import Any

from psycopg import Connection

from services.registration.rules import queries
from services.registration.rules.queries import Rules, Terms
from shared import text_checks
from shared.errors import Forbidden, Invalid, NotFound

LONGEST = 2000


class WrongAudience(Forbidden):
    problem = "not-for-this-audience"


def find_terms(conn: Connection, slug: str, *, email: str | None = None) -> Terms:
    """A session and what registering for it asks, of the person with this address. Raises NotFound, also while the
    session's event is on its way.
    """
    terms = queries.select_terms(conn, slug, email=email)
    if terms is None:
        raise NotFound("There is no such session.")
    return terms


def find_terms_of_series(conn: Connection, slug: str) -> list[Terms]:
    """The sessions to come of a series. Raises NotFound where it has none."""
    found = queries.select_terms_of_series(conn, slug)
    if not found:
        raise NotFound("There is no such series, or it has no session to come.")
    return found


def lock(conn: Connection, slug: str) -> Rules:
    """The rules of a session, which nobody else changes until the transaction ends. Raises NotFound."""
    session = find_terms(conn, slug)
    queries.lock(conn, session.id)
    return queries.select_rules(conn, session.id)


def replace(conn: Connection, slug: str, rules: Rules) -> tuple[Rules, Rules]:
    """Set the rules of a session; what they were, and what they are. Raises NotFound."""
    session = find_terms(conn, slug)
    before = queries.select_rules(conn, session.id)
    queries.upsert_rules(conn, session.id, rules)
    return before, rules


def check_answers(terms: Terms, answers: dict[str, Any], *, complete: bool = True) -> dict[str, Any]:
    """The answers that were given, by the keys of the questions. Raises Invalid for one that is missing (where it must
    be `complete`), is no answer to its question, or to none of them.
    """
    wrong: dict[str, list[str]] = {
        f"answers.{key}": ["There is no such question."] for key in answers.keys() - {q["key"] for q in terms.questions}
    }
    given: dict[str, Any] = {}
    for question in terms.questions:
        answer = answers.get(question["key"])
        if answer in (None, "", []):
            if question["required"] and complete:
                wrong[f"answers.{question['key']}"] = ["Please answer this question."]
        elif (complaint := _judge(question, answer)) is not None:
            wrong[f"answers.{question['key']}"] = [complaint]
        else:
            given[question["key"]] = answer
    if wrong:
        raise Invalid(wrong)
    return given


def advise(terms: Terms, library: dict[str, Any]) -> str | None:
    """A friendly word where the series is meant for other libraries, or None. Raises WrongAudience where staff have
    made its audience a condition.
    """
    audience = terms.audience or {}
    types, sizes = audience.get("library_types") or [], audience.get("community_sizes") or []
    size = library.get("community_size")
    if (not types or library.get("type") in types) and (not sizes or size is None or size in sizes):
        return None
    meant = f"{terms.series_title or terms.title} is meant for {_describe(audience, types, sizes)}."
    if terms.audience_required:
        raise WrongAudience(meant)
    return f"{meant} You are welcome too."


def describe_audience(terms: Terms) -> str | None:
    """Whom the session's series is meant for, in words; None where it is for everybody."""
    audience = terms.audience or {}
    types, sizes = audience.get("library_types") or [], audience.get("community_sizes") or []
    return _describe(audience, types, sizes) if types or sizes or audience.get("note") else None


def _judge(question: dict[str, Any], answer: Any) -> str | None:
    """What is wrong with an answer, or None."""
    kind = question["kind"]
    if kind == "several":
        fits = isinstance(answer, list) and all(one in question["options"] for one in answer)
        return None if fits and len(set(answer)) == len(answer) else "Choose among the options, each once."
    if not isinstance(answer, str):
        return "Must be a text."
    if unseen := text_checks.find_invisible(answer, lines=True, pictures=True):
        return f"Must not hold characters that cannot be seen ({text_checks.codepoint_name(unseen)})."
    if kind == "choice":
        return None if answer in question["options"] else "Choose one of the options."
    return None if len(answer) <= LONGEST else f"Longer than {LONGEST} characters."


def _describe(audience: dict[str, Any], types: list[str], sizes: list[str]) -> str:
    if note := audience.get("note"):
        return str(note).rstrip(".")
    libraries = f"{_join(types)} libraries" if types else "libraries"
    return f"{libraries} of {_join(sizes)} communities" if sizes else libraries


def _join(words: list[str]) -> str:
    """`large`, `large or urban`, `small, mid-sized or rural`."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
