"""The lists in services/<name>/README.md say what the code does; that they are up to date is held with docs/."""

import pytest

from deploy import docs, service_lists
from deploy.docs import SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_every_job_says_what_it_does(service: str) -> None:
    assert [job.name for job in docs._service(service).jobs if not service_lists.summary(job.run.__doc__)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_list_that_was_changed_by_hand_is_made_again(service: str) -> None:
    known = docs._service(service)
    text = service_lists.file_of(known).read_text()
    row = next(line for line in text.splitlines() if line.startswith(f"| `{known.jobs[0].name}` |"))

    assert service_lists.write(known, text.replace(f"{row}\n", "")) == text


def test_a_readme_without_a_place_for_a_list_is_refused() -> None:
    known = docs._service("catalog")
    text = service_lists.file_of(known).read_text()

    with pytest.raises(ValueError, match="end of jobs"):
        service_lists.write(known, text.replace("<!-- end of jobs -->", ""))


def test_a_summary_is_the_first_sentence_on_one_line() -> None:
    assert service_lists.summary("""Publishes drafts, e.g. of\n    sessions. Any worker may.\n    """) == (
        "Publishes drafts, e.g. of sessions."
    )
