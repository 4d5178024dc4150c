"""Alert rules fire when they should and not before, and name a runbook that is there."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.servers.databases import ROOT
from tests.watching import promql

CONFIG = ROOT / "deploy/prometheus/prometheus.yml"
ALERTS = {rule["alert"]: rule for rule in promql.rules() if "alert" in rule}
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)

REQUESTS = 'http_requests_total{service="catalog",status="%s"}'
SECONDS = 'http_request_seconds_%s{service="catalog"%s}'
OTHERS = [
    f'build_info{{service="{service}",process="{process}"}}'
    for service in ("catalog", "registration", "notifications")
    for process in ("api", "worker")
    if (service, process) != ("catalog", "worker")
]

# The series (in promtool's notation: first value, step, count), when the rule is evaluated, and whether it
# fires; for each alert a case in which it does, and one beside it in which it does not.
CASES: list[tuple[str, dict[str, str], str, bool]] = [
    ("RequestsFail", {REQUESTS % 200: "0+980x120", REQUESTS % 500: "0+20x120"}, "70m", True),
    ("RequestsFail", {REQUESTS % 200: "0+9999x120", REQUESTS % 500: "0+1x120"}, "70m", False),
    ("RequestsFailSlowly", {REQUESTS % 200: "0+998x4400", REQUESTS % 503: "0+2x4400"}, "73h", True),
    ("RequestsFailSlowly", {REQUESTS % 200: "0+9999x4400", REQUESTS % 503: "0+1x4400"}, "73h", False),
    (
        "RequestsAreSlow",
        {SECONDS % ("bucket", ',le="0.25"'): "0+80x120", SECONDS % ("count", ""): "0+100x120"},
        "70m",
        True,
    ),
    (
        "RequestsAreSlow",
        {SECONDS % ("bucket", ',le="0.25"'): "0+95x120", SECONDS % ("count", ""): "0+100x120"},
        "70m",
        False,
    ),
    (
        "RequestsAreSlow",  # who scrapes may wait
        {SECONDS % ("count", ',route="/catalog/metrics"'): "0+100x120"},
        "70m",
        False,
    ),
    (
        "RequestsAreSlowForLong",
        {SECONDS % ("bucket", ',le="0.25"'): "0+93x400", SECONDS % ("count", ""): "0+100x400"},
        "370m",
        True,
    ),
    (
        "RequestsAreSlowForLong",
        {SECONDS % ("bucket", ',le="0.25"'): "0+97x400", SECONDS % ("count", ""): "0+100x400"},
        "370m",
        False,
    ),
    ("EventsAreNotPublished", {'outbox_oldest_seconds{service="catalog"}': "0+60x10"}, "5m", True),
    ("EventsAreNotPublished", {'outbox_oldest_seconds{service="catalog"}': "100x10"}, "5m", False),
    ("EventsAreNotHandled", {'inbox_oldest_seconds{service="registration"}': "0+60x10"}, "5m", True),
    ("EventsAreNotHandled", {'inbox_oldest_seconds{service="registration"}': "100x10"}, "5m", False),
    ("MailsAreLate", {"mails_oldest_due_seconds": "0+60x20"}, "10m", True),
    ("MailsAreLate", {"mails_oldest_due_seconds": "200x20"}, "10m", False),
    ("MailsAreRefused", {"mails_resting": "1x10"}, "5m", True),
    ("MailsAreRefused", {"mails_resting": "0x3 1x0 0x7"}, "5m", False),
    (
        "MailsFail",
        {'mails_total{kind="a",state="failed"}': "0+1x80", 'mails_total{kind="a",state="sent"}': "0+2x80"},
        "70m",
        True,
    ),
    (
        "MailsFail",
        {'mails_total{kind="a",state="failed"}': "0+1x80", 'mails_total{kind="a",state="sent"}': "0+200x80"},
        "70m",
        False,
    ),
    ("MailsAreInDoubt", {'mails_waiting{kind="a",state="held"}': "1x5"}, "2m", True),
    ("MailsAreInDoubt", {'mails_waiting{kind="a",state="in_doubt"}': "1x5"}, "2m", False),
    ("SomethingIsInQuarantine", {'quarantine_depth{service="catalog",kind="event"}': "2x5"}, "2m", True),
    ("SomethingIsInQuarantine", {'quarantine_depth{service="catalog",kind="event"}': "0x5"}, "2m", False),
    ("SitesAreNotTold", {"webhooks_failing": "1x100"}, "65m", True),
    ("SitesAreNotTold", {"webhooks_failing": "1x20 0x80"}, "65m", False),
    ("NothingIsScraped", {'up{job="catalog-api",instance="a"}': "0x10"}, "5m", True),
    ("NothingIsScraped", {'up{job="catalog-api",instance="a"}': "1x10"}, "5m", False),
    ("AProcessIsMissing", dict.fromkeys(OTHERS, "1x10"), "5m", True),
    (
        "AProcessIsMissing",
        dict.fromkeys([*OTHERS, 'build_info{service="catalog",process="worker"}'], "1x10"),
        "5m",
        False,
    ),
    ("DatabaseIsAway", {'database_up{service="catalog"}': "0x10"}, "3m", True),
    ("DatabaseIsAway", {'database_up{service="catalog"}': "1x10"}, "3m", False),
    ("BrokerIsAway", {'worker_loop_well{service="catalog",loop="relay",instance="a"}': "0x10"}, "3m", True),
    (
        "BrokerIsAway",  # one worker of two reaches it: events go out
        {
            'worker_loop_well{service="catalog",loop="relay",instance="a"}': "0x10",
            'worker_loop_well{service="catalog",loop="relay",instance="b"}': "1x10",
        },
        "3m",
        False,
    ),
    ("EventsAreRefused", {'events_refused_total{service="catalog"}': "0+1x20"}, "10m", True),
    ("EventsAreRefused", {'events_refused_total{service="catalog"}': "3x20"}, "10m", False),
    (
        "PoolIsExhausted",
        {'database_pool_errors_total{service="catalog",process="api",reason="timeout"}': "0+5x20"},
        "10m",
        True,
    ),
    (
        "PoolIsExhausted",
        {'database_pool_errors_total{service="catalog",process="api",reason="timeout"}': "7x20"},
        "10m",
        False,
    ),
    (
        "PoolIsShort",
        {
            'database_pool_wait_seconds_bucket{service="catalog",process="api",le="0.1"}': "0+90x60",
            'database_pool_wait_seconds_count{service="catalog",process="api"}': "0+100x60",
        },
        "40m",
        True,
    ),
    (
        "PoolIsShort",
        {
            'database_pool_wait_seconds_bucket{service="catalog",process="api",le="0.1"}': "0+999x60",
            'database_pool_wait_seconds_count{service="catalog",process="api"}': "0+1000x60",
        },
        "40m",
        False,
    ),
    (
        "JobDoesNotRun",
        {
            'job_last_success_timestamp_seconds{service="catalog",name="a"}': "0x60",
            'job_interval_seconds{service="catalog",name="a"}': "60x60",
        },
        "15m",
        True,
    ),
    (
        "JobDoesNotRun",
        {
            'job_last_success_timestamp_seconds{service="catalog",name="a"}': "0+60x60",
            'job_interval_seconds{service="catalog",name="a"}': "60x60",
        },
        "15m",
        False,
    ),
]


def promtool(*arguments: str | Path) -> str:
    """Return promtool's output. Fails if promtool finds a fault."""
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_configuration_and_its_rules_are_what_prometheus_takes() -> None:
    assert "SUCCESS" in promtool("check", "config", CONFIG)


def test_every_alert_is_shown_to_fire_and_not_to_fire() -> None:
    shown = {(name, fires) for name, _, _, fires in CASES}

    assert shown == {(name, fires) for name in ALERTS for fires in (True, False)}


@pytest.mark.parametrize(("name", "series", "after", "fires"), CASES, ids=lambda value: str(value)[:30])
def test_an_alert_fires_when_it_should(
    name: str, series: dict[str, str], after: str, fires: bool, tmp_path: Path
) -> None:
    """promtool compares texts as a whole; so those of the rules are left out here, and how they read is looked at."""
    given: dict[str, Any] = yaml.safe_load(promql.RULES.read_text())
    for group in given["groups"]:
        group["rules"] = [_silent(rule) for rule in group["rules"] if rule.get("alert", name) == name]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(given))
    test = {
        "interval": "1m",
        "input_series": [{"series": one, "values": values} for one, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}})',
                "eval_time": after,
                "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
            }
        ],
    }
    asked = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "test.yml").write_text(json.dumps(asked))

    promtool("test", "rules", tmp_path / "test.yml")


def _silent(rule: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key != "annotations"}


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_how_urgent_it_is_and_where_it_is_said_what_to_do(name: str) -> None:
    rule = ALERTS[name]
    page, _, part = rule["annotations"]["runbook_url"].removeprefix("{{ $externalLabels.docs }}/").partition("#")
    file = ROOT / "docs" / page

    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    assert file.is_file(), page
    assert not part or part in {anchor(heading) for heading in HEADING.findall(file.read_text())}


def anchor(heading: str) -> str:
    """Return the anchor that GitHub makes for a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize(("board", "panel"), list(promql.panels()), ids=lambda value: str(value)[:12])
def test_a_panel_asks_the_question_that_its_queries_answer(board: str, panel: dict[str, Any]) -> None:
    assert panel["title"].split(" (")[0].endswith("?")
    assert panel["targets"]
    assert all(target["legendFormat"] for target in panel["targets"])
    assert panel["fieldConfig"]["defaults"]["unit"]
