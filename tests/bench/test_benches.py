"""That the benches measure what they say they do, and write where they should."""

from itertools import islice
from pathlib import Path

import psycopg

from tests.bench import report
from tests.bench.catalog import data, programme
from tests.bench.catalog.multiply import multiply
from tests.bench.catalog.questions import PROBES, Questions
from tests.servers.engines import Engines

COUNTS = """
    SELECT (SELECT count(*) FROM sessions JOIN entries USING (id)),
           (SELECT count(*) FROM sessions JOIN entry_terms ON entry_id = id),
           (SELECT count(*) FROM sessions JOIN involvements ON entry_id = id),
           (SELECT count(*) FROM sessions JOIN recordings ON session_id = sessions.id)
"""
STRAYS = """
    SELECT entry.slug FROM entries AS entry JOIN sessions AS session USING (id)
      JOIN entries AS series ON series.id = session.series_id
      JOIN entries AS initiative ON initiative.id = session.initiative_id
     WHERE (entry.slug, entry.title, series.slug, initiative.slug)
           <> (entry.document ->> 'slug', entry.document ->> 'title', entry.document #>> '{series,slug}',
               entry.document #>> '{initiative,slug}')
        OR entry.slug NOT LIKE 'series-%'
"""


def test_a_bench_writes_its_own_section_and_leaves_the_others(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\nHead.\n\n## One\n\nfirst\n\n## Two\n\nsecond\n")

    report.write_section("One", "again", page=page)
    report.write_section("Three", "third", page=page)

    assert page.read_text() == "# Page\n\nHead.\n\n## One\n\nagain\n\n## Two\n\nsecond\n\n## Three\n\nthird\n"


def test_no_question_is_asked_twice_and_all_are_the_same_at_every_run() -> None:
    first, second = (islice(Questions(set(PROBES)).of_any_kind(), 1500) for _ in range(2))

    asked = list(first)

    assert len(set(asked)) == 1500
    assert asked == list(second)


def test_the_copies_of_a_catalog_are_whole(engines: Engines, fresh_database: str) -> None:
    document = programme.documents()[0]
    data.take_in(engines, fresh_database, [document | {"sessions": document["sessions"][:10]}])
    with psycopg.connect(engines.database_url(fresh_database), autocommit=True) as conn:
        conn.execute("SET search_path TO catalog, public")
        before = conn.execute(COUNTS).fetchone()
        multiply(conn, ["alpha", "beta"])

        assert before
        assert before[0] == 10
        assert conn.execute(COUNTS).fetchone() == tuple(3 * count for count in before)
        assert conn.execute(STRAYS).fetchall() == []
        assert len(conn.execute("SELECT FROM entries WHERE title ~ '^(Alpha|Beta) '").fetchall()) == 2 * (10 + 20 + 1)
