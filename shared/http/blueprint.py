"""Blueprints whose routes refuse what they do not declare, and say who may call them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

import marshmallow
from flask import Request
from flask_smorest import Blueprint as SmorestBlueprint
from webargs.flaskparser import FlaskParser

from shared import strict_json
from shared.errors import Invalid
from shared.http import auth
from shared.http.cors import allow_any_origin


class StrictParser(FlaskParser):
    """An unknown query parameter is an error that names it, like an unknown member of a body."""

    DEFAULT_UNKNOWN_BY_LOCATION: ClassVar[dict[str, str | None]] = {  # pyright: ignore[reportIncompatibleVariableOverride]
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": marshmallow.RAISE,
    }

    def _raw_load_json(self, req: Request) -> Any:
        # webargs' own accepts NaN and repeated members, and fails where JSON is deep or a number long.
        body = req.get_data(cache=True)
        return strict_json.parse(body) if body else marshmallow.missing


class Blueprint(SmorestBlueprint):
    """A blueprint of an API; `public` allows any origin without credentials (CORS)."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, public: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.public = public
        if public:
            self.after_request(allow_any_origin)

    def arguments(self, schema: Any, *, location: str = "json", **kwargs: Any) -> Callable[..., Any]:
        """Declare the schema of a body or query; undeclared ones are rejected (see `shared.http.request_checks`)."""
        schema = schema() if isinstance(schema, type) else schema  # once, not for every request
        if location != "query":
            # Without a body, a view is given what `{}` would give it.
            kwargs.setdefault("required", any(f.required for f in schema.fields.values()) and not schema.partial)
        inner = super().arguments(schema, location=location, **kwargs)

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            decorated = inner(view)
            if location == "query":
                vars(decorated).update(takes_query=True)
            else:
                vars(decorated).update(consumes={kwargs.get("content_type") or "application/json"})
            return decorated

        return decorate

    def staff(self, scope: str) -> Callable[..., Any]:
        """Let only a bearer token with `scope` in: 401 without a valid one, 403 without the scope. The actor is
        `auth.actor()`.
        """

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                auth.require(scope)
                return view(*args, **kwargs)

            vars(guarded).update(scope=scope)
            return self.doc(security=[{"staff": [scope]}])(guarded)

        return decorate


def load_body(schema: marshmallow.Schema, given: Any) -> Any:
    """Load data that a view read itself, with its schema. Raises Invalid."""
    try:
        return schema.load(given)
    except marshmallow.ValidationError as error:
        raise Invalid(error.normalized_messages()) from None


def consumes(*content_types: str) -> Callable[..., Any]:
    """Declare the content types of a body that a view reads itself."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        vars(view).update(consumes=set(content_types))
        return view

    return decorate
