"""The forms by which people register: for a session, for a series, with colleagues; and what became of it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import marshmallow as ma
from flask import Response

from services.registration.availability import domain as availability
from services.registration.catalog_projection import queries as projection
from services.registration.groups import group_urls
from services.registration.groups.queries import Group
from services.registration.learners import access
from services.registration.links import page_urls
from services.registration.registrations import form_context, receipts
from services.registration.registrations.domain import Made
from services.registration.registrations.refusals import refuse
from services.registration.rules import admission
from services.registration.rules import domain as rules
from services.registration.rules.queries import Terms
from services.registration.seats import queries
from services.registration.sign_up import domain
from services.registration.sign_up.schemas import GroupForm, ReceiptQuery, SeriesForm, SessionForm, SessionQuery
from shared.errors import DomainError, NotFound
from shared.http.forms import Form, parse_form
from shared.http.pages import Pages, parse_query, respond
from shared.http.request_limits import rate_limited
from shared.http.responses import see_other
from shared.runtime import connection

pages = Pages("registering", url_prefix="/registration")

BLANK_ROWS, MOST_ROWS = 4, 50


@pages.get("/sessions/<slug>")
def show_session_form(slug: str) -> Response:
    """The form for a session, or why there is none."""
    given = parse_query(SessionQuery())
    with connection() as conn:
        form = form_context.known(conn, invitation=given["invitation"])
    return _ask_for_session(slug, form)


@pages.form("/sessions/<slug>")
@rate_limited
def register(slug: str) -> Response:
    """Register for a session; who is registered already learns that, and nothing changes."""
    return _take(SessionForm(), lambda wanted: [domain.register(wanted, slug=slug)], partial(_ask_for_session, slug))


@pages.get("/sessions/<slug>/group")
def show_group_form(slug: str) -> Response:
    """The form for colleagues."""
    with connection() as conn:
        mine = form_context.known(conn)
    values = {f"registrar.{name}": mine.text(name) for name in ("name", "email")}
    for name, text in mine.values.items():
        if name.startswith("library."):
            values[name] = text
    return _ask_for_group(slug, Form.of(values))


@pages.form("/sessions/<slug>/group")
@rate_limited
def register_group(slug: str) -> Response:
    """Register colleagues, all or none; unless their registrar is signed in, they are asked by mail to confirm."""
    return _take(GroupForm(), partial(domain.register_group, slug=slug), partial(_ask_for_group, slug))


@pages.get("/series/<slug>")
def show_series_form(slug: str) -> Response:
    """One form for all sessions of a series that are open."""
    with connection() as conn:
        form = form_context.known(conn)
    return _ask_for_series(slug, form)


@pages.form("/series/<slug>")
@rate_limited
def register_series(slug: str) -> Response:
    """Register for all of them, or where one refuses, for none."""
    return _take(SeriesForm(), partial(domain.register_series, slug=slug), partial(_ask_for_series, slug))


@pages.get("/done")
def show_receipt() -> Response:
    """What became of a form; whoever is signed in gets the way to what is theirs besides."""
    receipt = receipts.read(parse_query(ReceiptQuery())["receipt"])
    reader = access.signed_in()
    with connection() as conn:
        standing = {one.id: one for one in queries.select_many(conn, list(receipt.registrations))}
        made = [standing[id] for id in receipt.registrations if id in standing]
        known = projection.select_slugs(conn, receipt.known)
        if not made and not known:
            raise NotFound("There is no such registration any more.")
        occasions = projection.select_occasions(conn, {*known, *(one.session_slug for one in made)})
        terms = rules.find_terms(conn, made[0].session_slug if made else known[0])
    new = [one for one in made if receipt.registrations[one.id]]
    return respond(
        "registered.html",
        made=made,
        new=new,
        known=known,
        reader=reader,
        manage=page_urls.manage,
        occasions=occasions,
        series_slug=terms.series_slug,
        advice=rules.describe_audience(terms) if any(_is_for_others(terms, one.library) for one in new) else None,
    )


def _take(schema: ma.Schema, carry_out: Callable[[Any], list[Made] | Group], ask: Callable[..., Response]) -> Response:
    """Carry out what the form wishes, and lead to what became of it; where that is refused, ask again."""
    wanted, form = parse_form(schema)
    status = 422
    if form:
        try:
            found = carry_out(wanted)
            if isinstance(found, Group):
                return see_other(group_urls.receipt(found))
            return see_other(receipts.address(found, reader=access.signed_in()))
        except DomainError as error:
            status = refuse(form, error)
    return ask(form, status=status)


def _is_for_others(terms: Terms, library: dict[str, Any]) -> bool:
    return not terms.audience_required and rules.advise(terms, library) is not None


def _ask_for_session(slug: str, form: Form, *, status: int = 200) -> Response:
    with connection() as conn:
        terms = rules.find_terms(conn, slug)
        occasion = projection.select_occasions(conn, [slug])[slug]
        seats = availability.describe(conn, terms)
        standing = None if status != 200 else form_context.standing(conn, terms.id, form)
    return respond(
        "register.html",
        status=status,
        form=form,
        terms=terms,
        occasion=occasion,
        seats=seats,
        standing=standing,
        manage=page_urls.manage(standing) if standing else None,
        audience=rules.describe_audience(terms),
        titles=form_context.titles(terms.questions),
        **form_context.choices(),
    )


def _ask_for_group(slug: str, form: Form, *, status: int = 200) -> Response:
    with connection() as conn:
        terms = rules.find_terms(conn, slug)
        occasion = projection.select_occasions(conn, [slug])[slug]
        seats = availability.describe(conn, terms)
    rows = min(form.count("people") + (1 if status != 200 else BLANK_ROWS), MOST_ROWS)
    return respond(
        "register-group.html",
        status=status,
        form=form,
        terms=terms,
        occasion=occasion,
        seats=seats,
        rows=rows,
        most=MOST_ROWS,
        titles=form_context.titles(terms.questions, rows=rows),
        **form_context.choices(),
    )


def _ask_for_series(slug: str, form: Form, *, status: int = 200) -> Response:
    with connection() as conn:
        series = rules.find_terms_of_series(conn, slug)
        occasions = projection.select_occasions(conn, [one.slug for one in series])
        seats = availability.describe_all(conn, series)
    chosen = [one for one in series if one.policy == "open" and admission.is_open(one)]
    questions = list({question["key"]: question for one in chosen for question in one.questions}.values())
    return respond(
        "register-series.html",
        status=status,
        form=form,
        title=series[0].series_title,
        slug=slug,
        chosen=chosen,
        others=[one for one in series if one not in chosen],
        occasions=occasions,
        seats=seats,
        questions=questions,
        audience=rules.describe_audience(series[0]),
        titles=form_context.titles(questions),
        **form_context.choices(),
    )
