"""Errors of the domain. Entry points translate them once: to a problem document, or to an exit code."""

from collections.abc import Mapping, Sequence
from typing import Any


class DomainError(Exception):
    """A refusal that the caller can understand. `problem` names it in the field's terms, e.g. `registration-closed`."""

    status = 400
    problem = "bad-request"

    def __init__(self, detail: str, *, problem: str | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problem = problem or self.problem
        self.extra = extra


class NotFound(DomainError):
    status, problem = 404, "not-found"


class Forbidden(DomainError):
    status, problem = 403, "forbidden"


class Conflict(DomainError):
    status, problem = 409, "conflict"


class Gone(DomainError):
    status, problem = 410, "gone"


class Moved(DomainError):
    """The entry has another slug now; the same request is to be sent to that one."""

    status, problem = 308, "moved"

    def __init__(self, slug: str) -> None:
        super().__init__(f"It is now called {slug}.")
        self.slug = slug


class PreconditionFailed(DomainError):
    status, problem = 412, "precondition-failed"


class PreconditionRequired(DomainError):
    status, problem = 428, "precondition-required"


class Invalid(DomainError):
    """Well formed but not valid. `errors` maps a path in the input to its messages; marshmallow's, which are nested,
    are taken as well.
    """

    status, problem = 422, "invalid"

    def __init__(self, errors: Mapping[str, Sequence[str] | Any], detail: str = "The input is not valid.") -> None:
        super().__init__(detail)
        self.errors = messages_by_path(errors)


class TooMany(DomainError):
    """More than is taken now; `seconds` says when it is worth another try."""

    status, problem = 429, "too-many"

    def __init__(self, detail: str, *, seconds: int, problem: str | None = None) -> None:
        super().__init__(detail, problem=problem)
        self.seconds = seconds


class ProviderAway(DomainError):
    """The identity provider does not answer; `seconds` says when it is worth another try."""

    status, problem = 503, "sign-in-away"

    def __init__(self, detail: str, *, seconds: int) -> None:
        super().__init__(detail)
        self.seconds = seconds


class Unauthorized(DomainError):
    status, problem = 401, "unauthorized"


class PermanentError(Exception):
    """An event that no later attempt can handle: it is quarantined at once."""


class UnsafeSettings(Exception):
    """The environment has settings that are not allowed; `sentences` name all of them, and say what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = sentences


def messages_by_path(messages: Any, path: str = "") -> dict[str, Any]:
    """marshmallow's nested messages as one message list a path: `{"sessions.3.title": ["Missing data …"]}`."""
    if not isinstance(messages, Mapping):
        return {path: messages}
    flat: dict[str, Any] = {}
    for name, inner in messages.items():
        step = "" if name == "_schema" else str(name)
        flat.update(messages_by_path(inner, ".".join(filter(None, (path, step)))))
    return flat
