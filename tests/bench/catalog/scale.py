"""A hundred times as many sessions: what one client waits for an answer that nobody has asked for before."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench import report, running
from tests.bench.catalog import servers
from tests.bench.catalog.data import HUNDRED_THOUSAND, THOUSAND
from tests.bench.catalog.setting import Setting
from tests.bench.client import Client
from tests.bench.rows import Row, not_slower


@dataclass
class Figure:
    name: str
    ask: Callable[[], str]
    most: float
    rounds: list[report.Round] = field(default_factory=list)


def measure(setting: Setting) -> list[Row]:
    """Each question goes to both catalogs, one after the other."""
    figures = _figures(setting)
    with running.running() as processes:
        large, small = (servers.start_api(setting.engines, name, processes) for name in (HUNDRED_THOUSAND, THOUSAND))
        clients = Client(large.port), Client(small.port)
        for number in range(setting.effort.rounds):
            setting.say(f"100,000 sessions, round {number + 1} of {setting.effort.rounds}")
            for figure in figures:
                figure.rounds.append(_round(clients, figure.ask, setting.effort.questions))
    return [not_slower(figure.name, figure.rounds, most=figure.most) for figure in figures]


def _figures(setting: Setting) -> list[Figure]:
    questions = setting.questions
    figures = [Figure("a new list by filters, 100,000 sessions; 1,000", questions.filtered, 2)]
    if "search" in questions.knows:
        figures.append(Figure("a search, 100,000 sessions; 1,000", questions.search, 2))
    if "facets" in questions.knows:
        figures.append(Figure("a new list with facets, 100,000 sessions; 1,000", questions.faceted, 5))
    return figures


def _round(clients: tuple[Client, Client], ask: Callable[[], str], count: int) -> report.Round:
    """Median milliseconds of both."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(count):
        question = ask()
        for client, seconds in zip(clients, taken, strict=True):
            seconds.append(client.get(question).seconds)
    large, small = (statistics.median(seconds) * 1000 for seconds in taken)
    return large, small
