"""The schemas of JSON read form data too, and the form is shown again as it was typed."""

from typing import Any

import marshmallow as ma
import pytest
from flask import Flask
from marshmallow.validate import Length
from werkzeug.datastructures import MultiDict

from shared.http.forms import Form, nest, parse_form
from shared.http.page_messages import PageMessage, word_for_pages


class Inner(ma.Schema):
    name = ma.fields.String(required=True)
    role = ma.fields.String(allow_none=True, load_default=None)


class Outer(ma.Schema):
    title = ma.fields.String(required=True)
    note = ma.fields.String(allow_none=True)
    number = ma.fields.Integer()
    wanted = ma.fields.Boolean(load_default=False)
    kinds = ma.fields.List(ma.fields.String())
    inner = ma.fields.Nested(Inner)
    rows = ma.fields.List(ma.fields.Nested(Inner))
    answers = ma.fields.Dict(keys=ma.fields.String())


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ([("title", " A ")], {"title": " A "}),
        ([("title", "")], {}),
        ([("title", "A"), ("note", "  ")], {"title": "A", "note": None}),
        ([("note", "a\r\nb")], {"note": "a\nb"}),
        ([("number", "7")], {"number": "7"}),
        ([("wanted", "true")], {"wanted": True}),
        ([("kinds", "a"), ("kinds", "b"), ("kinds", "")], {"kinds": ["a", "b"]}),
        ([("inner.name", "x"), ("inner.role", "")], {"inner": {"name": "x", "role": None}}),
        (
            [("rows.0.name", "x"), ("rows.0.role", ""), ("rows.1.name", ""), ("rows.2.name", "z")],
            {"rows": [{"name": "x", "role": None}, {"name": "z", "role": None}]},
        ),
        ([("answers.a", "x"), ("answers.b[]", "1"), ("answers.b[]", "2")], {"answers": {"a": "x", "b": ["1", "2"]}}),
        ([("unknown", "x")], {}),
    ],
)
def test_a_form_means_what_json_would(sent: list[tuple[str, str]], meant: dict[str, Any]) -> None:
    nothing = {"wanted": False, "note": None, "kinds": [], "rows": [], "answers": {}}

    assert nest(Outer(), MultiDict(sent)) == {**nothing, **meant}


def test_a_document_is_shown_by_the_names_of_its_fields() -> None:
    form = Form.of(
        {"title": "A", "note": None, "wanted": True, "kinds": ["a", "b"], "rows": [{"name": "x"}, {"name": "y"}]}
    )

    assert (form.text("title"), form.text("note"), form.text("wanted")) == ("A", "", "true")
    assert form.texts("kinds") == ["a", "b"]
    assert (form.text("rows.1.name"), form.count("rows"), form.count("nothing")) == ("y", 2, 0)


def test_what_is_wrong_stands_at_its_field() -> None:
    form = Form().add_errors({"rows.1.name": ["Missing."], "title": "Too long."})

    assert not form
    assert (form.errors_for("rows.1.name"), form.errors_for("rows"), form.errors_for("row")) == (
        ["Missing."],
        ["Missing."],
        [],
    )
    assert form.errors_for("title") == ["Too long."]


class Line(Inner):
    answers = ma.fields.Dict(keys=ma.fields.String(), load_default=dict)


class List(ma.Schema):
    lines = ma.fields.List(ma.fields.Nested(Line))


def test_rows_that_were_left_empty_shift_no_message_to_another_row() -> None:
    sent = {"lines.0.name": "x", "lines.1.name": "", "lines.1.role": "", "lines.2.name": "", "lines.2.role": "host"}

    with Flask("forms").test_request_context(method="POST", data=sent):
        loaded, form = parse_form(List())

    assert loaded is None
    assert form.errors == {"lines.1.name": ["Please fill this in."]}
    assert (form.text("lines.1.role"), form.count("lines")) == ("host", 2)


CLOSES = PageMessage("Must be after opens_at.", on_page="Must be after registration opens.")
NONE = PageMessage("Needs {min} or more.", on_page="Please choose at least {min}.")


class Window(ma.Schema):
    opens = ma.fields.List(ma.fields.Integer(), required=True, validate=Length(min=1, error=NONE))
    closes = ma.fields.Integer()

    @ma.validates_schema
    def check(self, data: dict[str, object], **_: object) -> None:
        raise ma.ValidationError({"closes": [CLOSES]})


def test_pages_show_their_own_wording_and_the_api_keeps_its_own() -> None:
    schema = word_for_pages(Window())
    empty = schema.validate({"opens": []})
    missing = schema.validate({})
    wrong = schema.validate({"opens": [1], "closes": 1})

    assert (empty, missing, wrong) == (
        {"opens": ["Needs 1 or more."]},
        {"opens": ["Missing data for required field."]},
        {"closes": ["Must be after opens_at."]},
    )
    assert [Form(errors=errors).errors for errors in (empty, missing, wrong)] == [
        {"opens": ["Please choose at least 1."]},
        {"opens": ["Please fill this in."]},
        {"closes": ["Must be after registration opens."]},
    ]


def test_no_page_recognizes_an_error_by_its_english_text() -> None:
    assert Form(errors={"opens": ["Missing data for required field."]}).errors == {
        "opens": ["Missing data for required field."]
    }


def test_wording_a_schema_for_pages_changes_no_other_instance() -> None:
    word_for_pages(Window())

    assert type(Window().validate({})["opens"][0]) is str
