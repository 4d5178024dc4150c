"""Valid and invalid trace contexts: https://www.w3.org/TR/trace-context/"""

import pytest

from shared import traceparent

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize("form", ["00-{}-{}-01", "cc-{}-{}-01", "cc-{}-{}-01-what-the-future-brings"])
def test_a_trace_is_read_also_in_a_later_version(form: str) -> None:
    given = form.format(TRACE, SPAN)

    assert traceparent.parse(given) == f"00-{TRACE}-{SPAN}-01"
    assert traceparent.trace_ids(given) == {"trace_id": TRACE, "span_id": SPAN}


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "ann@library.example",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"cc-{TRACE}-{SPAN}-01more",
        f"00-{TRACE}-{SPAN}-01\n",
    ],
)
def test_what_is_no_trace_is_ignored(given: str | None) -> None:
    assert traceparent.parse(given) is None
    assert traceparent.trace_ids(given) == {}


def test_a_new_one_is_one() -> None:
    made = traceparent.generate()

    assert traceparent.parse(made) == made != traceparent.generate()
