"""Which column of a report's table holds what: by its head in five languages, else by what is in its cells."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, time, tzinfo
from enum import StrEnum
from functools import lru_cache

from services.registration.attendance_reports.duration_cells import EMPTY, Unit, read_duration
from services.registration.attendance_reports.report_lines import Line
from services.registration.attendance_reports.time_cells import WrittenTime, read_time, read_zone

ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+\.[^\s@<>()\[\],;:\"]+")
# So many cells of a column are looked at to see what it holds, and so many of them must agree.
MOST_LOOKED_AT, ENOUGH = 200, 0.8


class Role(StrEnum):
    """What a column holds. The values are what the API and the page for choosing columns call them."""

    REGISTRANT_EMAIL = "registrant_email"
    EMAIL = "email"
    ACCOUNT = "account"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    JOINED = "joined"
    LEFT = "left"
    DURATION = "duration"
    ATTENDED = "attended"
    WAITING_ROOM = "waiting_room"
    REGISTERED = "registered"
    APPROVAL = "approval"


EMAILS = (Role.REGISTRANT_EMAIL, Role.EMAIL, Role.ACCOUNT)
WHO = {*EMAILS, Role.NAME, Role.FIRST_NAME, Role.LAST_NAME}
EVIDENCE = {Role.JOINED, Role.LEFT, Role.DURATION, Role.ATTENDED}


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


# Columns about the session, its host or a library: not about the person of the row.
_FOREIGN = _words(
    r"\b(?:host|organi[sz]er|anfitrion|gastgeber|hote|anfitriao)\b",
    r"\b(?:webinar|event|topic|thema|titel|tema|sujet|besprechungstitel|scheduled)\b",
    r"\b(?:meeting|session|room|file) (?:name|title|topic|id)\b|\bdateiname\b|\breunion(?: name)?$",
    r"\b(?:company|organi[sz]ation|institution|library|empresa|country|region|pais|land|pays)\b",
    r"\b(?:phone|telefono?|telefone|unique|max|concurrent|cancelled|approved|denied|total users)\b|\bregistered$",
)
_EMAIL = r"e ?mail|\bmail|\bcorreo\b|\bcourriel|\bcorreio\b|\bcourrier\b"
# The first pattern that a folded head matches decides; heads are in English, German, Spanish, French and Portuguese.
_PATTERNS = {
    Role.WAITING_ROOM: _words(r"waiting ?room|\blobby\b|warteraum|wartebereich|sala de espera|salle d attente"),
    Role.APPROVAL: _words(r"approval|genehmig|aprobacion|approbation|aprovacao"),
    Role.REGISTRANT_EMAIL: _words(rf"(?:registrant|registration|anmelde\w*|inscrit\w*|registro).*(?:{_EMAIL})"),
    Role.ACCOUNT: _words(r"\bupn\b|participant id|teilnehmer id|sign in name|login$"),
    Role.EMAIL: _words(_EMAIL),
    Role.REGISTERED: _words(r"\bregist\w+ (?:date|time|on|at)\b|registered|anmeld|registrier|inscri|de registro"),
    Role.LEFT: _words(
        r"\bleave|\bleft\b|\bexit|\blogout|\btime out\b|\bout time\b|verlass|austritt",
        r"\bsalida\b|\bsalio\b|\babandon|\bdepart\b|\bsortie\b|\bdeconnexion|\bsaida\b|\bsaiu\b",
    ),
    Role.DURATION: _words(
        r"duration|dauer|duracion|\bduree|duracao|\bminut|\btotal time|\battend\w* time|\bhours attended",
        r"\btime in (?:\w+ )?(?:session|meeting)|tiempo (?:en|total)|temps (?:passe|total|de presence)",
        r"\btempo (?:na|total)",
    ),
    Role.JOINED: _words(
        r"\bjoin|\bentry\b|\bentered\b|\blogin time|\btime in\b|\bin time\b|beitritt|\bbeigetreten",
        r"\bentrada\b|\bentro\b|\bunion\b|\bse uni\w+|\bincorporacion\b|\bingres[so]\w*|\bentrou\b|\bacesso\b",
        r"\barrivee\b|\bentree\b|\bconnexion|premiere participation|\brejoint\b",
    ),
    Role.ATTENDED: _words(
        r"^(?:attended|attendance|attendance status|present|presence|was present|showed up|came)$",
        r"^(?:asistio|asistencia|presente|presencia|teilgenommen|anwesend|anwesenheit|a participe)$",
        r"^(?:participou|presenca|compareceu)$",
    ),
    Role.FIRST_NAME: _words(r"first ?name|given ?name|vorname|prenom|primeiro nome|primer nombre|nombre de pila"),
    Role.LAST_NAME: _words(
        r"last ?name|surname|family ?name|nachname|familienname|\bapellidos?\b|nom de famille|sobrenome|ultimo nome"
    ),
    Role.NAME: _words(
        r"name\b|nombre\b|\bnom\b|\bnome\b", r"^(?:participant|teilnehmer|attendee|asistente|participante)$"
    ),
}


@dataclass(frozen=True)
class Columns:
    """The places of the columns of a table by role, counted from 0; the unit of bare numbers; the zone of its times."""

    titles: tuple[str, ...]
    places: dict[Role, list[int]] = field(default_factory=dict)
    unit: Unit = Unit.MINUTE
    zone: tzinfo | None = None

    def cell(self, line: Line, role: Role) -> str:
        """Returns the first filled cell of this role, or an empty text."""
        return next(iter(self.cells(line, role)), "")

    def cells(self, line: Line, role: Role) -> list[str]:
        """Returns the filled cells of this role."""
        places = self.places.get(role, ())
        return [line.cells[place] for place in places if place < len(line.cells) and line.cells[place]]

    @property
    def roles(self) -> set[Role]:
        """The roles that a column has."""
        return set(self.places)

    def title(self, role: Role) -> str:
        """Returns the head of the first column of this role, as the file writes it."""
        return self.titles[self.places[role][0]]


def fold_head(title: str) -> str:
    """Returns the words of a head in lower case, without accents and punctuation."""
    bare = unicodedata.normalize("NFKD", title).casefold()
    bare = "".join(character for character in bare if not unicodedata.combining(character))
    return " ".join(re.findall(r"\w+", bare.replace("_", " ")))


@lru_cache(maxsize=10_000)
def role_of(title: str) -> Role | None:
    """Returns what a column with this head holds, or None."""
    folded = fold_head(title)
    if not folded or len(folded) > 80:
        return None
    role = next((role for role, pattern in _PATTERNS.items() if pattern.search(folded)), None)
    if role in WHO - {Role.REGISTRANT_EMAIL} and _FOREIGN.search(folded):
        return None
    return role


def read_head(line: Line) -> Columns | None:
    """Returns the columns if the line is the head of a table about people, else None.

    A head names at least one column that says who; it holds no address, time or bare number.
    """
    if any(ADDRESS.search(cell) or re.fullmatch(r"[\d\s.:/,-]+", cell) for cell in line.filled):
        return None
    places: dict[Role, list[int]] = {}
    for place, title in enumerate(line.cells):
        if role := role_of(title):
            places.setdefault(role, []).append(place)
    if not WHO & set(places):
        return None
    weak = set(places) <= {Role.NAME, Role.DURATION} and not any(
        re.search(r"name|nombre|\bnom\b|nome", fold_head(line.cells[place])) for place in places.get(Role.NAME, ())
    )
    if weak or (len(line.filled) == 1 and not set(places) & set(EMAILS)):
        return None
    return describe_columns(line.cells, places)


def count_heads(line: Line) -> int:
    """Returns how many columns the line names if it is the head of a table about people, else 0."""
    head = read_head(line)
    return len(head.places) if head else 0


def describe_columns(titles: Sequence[str], places: dict[Role, list[int]]) -> Columns:
    """Returns these columns with the unit and the time zone that their heads name."""
    durations = [fold_head(titles[place]) for place in places.get(Role.DURATION, ())]
    unit = next((unit for head in durations for word, unit in _UNITS if re.search(word, head)), Unit.MINUTE)
    times = [titles[place] for role in (Role.JOINED, Role.LEFT) for place in places.get(role, ())]
    named = (read_zone(part) for title in times for part in re.findall(r"[(\[]([^)\]]+)[)\]]", title))
    return Columns(tuple(titles), places, unit, next((zone for zone in named if zone), None))


_UNITS = [
    (r"\b(?:sec|seg|sek)\w*", Unit.SECOND),
    (r"\b(?:min)\w*", Unit.MINUTE),
    (r"\b(?:hour|hora|heure|stunde)s?n?\b", Unit.HOUR),
]


def find_by_content(columns: Columns, lines: Sequence[Line]) -> Columns:
    """Returns the columns with those added that only their cells give away: addresses, two times, durations.

    Two columns of times are joins and leaves if no line leaves before it joins; a single one may be anything.
    """
    taken = {place for places in columns.places.values() for place in places}
    free = [
        place
        for place in range(len(columns.titles))
        if place not in taken and not _FOREIGN.search(fold_head(columns.titles[place]))
    ]
    places = dict(columns.places)
    if not set(places) & set(EMAILS) and (found := [p for p in free if _most(lines, p, _is_address)]):
        places[Role.EMAIL] = found
    if not {Role.JOINED, Role.LEFT} & set(places):
        times = [p for p in free if _most(lines, p, _is_time)]
        if len(times) == 2 and _in_order(lines, *times):
            places[Role.JOINED], places[Role.LEFT] = times[:1], times[1:]
    if Role.DURATION not in places and (found := [p for p in free if _most(lines, p, _is_duration)]):
        places[Role.DURATION] = found[:1]
    return describe_columns(columns.titles, places)


def _most(lines: Sequence[Line], place: int, holds: Callable[[str], bool]) -> bool:
    """True if most of the filled cells of a column hold this."""
    cells = [line.cells[place] for line in lines[:MOST_LOOKED_AT] if place < len(line.cells)]
    cells = [cell for cell in cells if cell not in EMPTY]
    return bool(cells) and sum(holds(cell) for cell in cells) >= ENOUGH * len(cells)


def _is_address(cell: str) -> bool:
    return bool(ADDRESS.fullmatch(cell))


def _is_time(cell: str) -> bool:
    """True for a time of day; `0:59:10` alone is rather a duration."""
    written = read_time(cell)
    return bool(written and written.time) and not re.fullmatch(r"\d+:\d\d:\d\d", cell)


def _is_duration(cell: str) -> bool:
    """True for a duration with its unit, or h:mm:ss; a bare number may be anything."""
    try:
        has_unit = re.search(r"[a-z]", cell.casefold()) or re.fullmatch(r"\d+:\d\d:\d\d", cell)
        return bool(has_unit) and read_duration(cell) is not None
    except ValueError:
        return False


def _in_order(lines: Sequence[Line], first: int, second: int) -> bool:
    """True if no line has a later time in the first column than in the second."""
    for line in lines[:MOST_LOOKED_AT]:
        if max(first, second) < len(line.cells):
            before, after = read_time(line.cells[first]), read_time(line.cells[second])
            if before and after and _sort_key(before) > _sort_key(after):
                return False
    return True


def _sort_key(written: WrittenTime) -> tuple[date, time]:
    return written.date or date.min, written.time or time.min
