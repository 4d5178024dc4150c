"""The catalog's facts as registration receives them."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from shared.events.catalog import Admission, Audience, Completion, Online, Recording, Reference, Series, Session, When

AFTER = "2017-05-10T12:00:00-05:00"

DAY = "2017-01-10T12:00:00-06:00"
STARTS_AT = datetime(2017, 4, 6, 18, 0, tzinfo=UTC)
ENDS_AT = datetime(2017, 4, 6, 19, 30, tzinfo=UTC)
INITIATIVE = Reference(slug="ltc", title="LTC")
PAGE = "http://localhost:8080/catalog/v1/sessions/x"


def make_session(
    slug: str = "world-cafe",
    *,
    id: UUID | None = None,
    revision: int = 1,
    capacity: int | None = None,
    policy: str = "open",
    status: str = "scheduled",
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    starts_at: datetime | None = STARTS_AT,
    series: str | None = None,
    join_url: str | None = None,
    contact_hours: float | None = None,
    title: str | None = None,
    ends_at: datetime | None = None,
    timezone: str | None = "America/Chicago",
) -> Session:
    return Session(
        id=id or uuid4(),
        revision=revision,
        slug=slug,
        title=title or slug,
        format="webinar",
        status=status,  # pyright: ignore[reportArgumentType]
        initiative=INITIATIVE,
        series=Reference(slug=series, title="Large and urban") if series else None,
        online=Online(platform="Zoom", join_url=join_url) if join_url else None,
        contact_hours=contact_hours,
        when=When(
            edtf="2017-04-06",
            label="April 6, 2017",
            starts_at=starts_at,
            ends_at=ends_at or (starts_at + (ENDS_AT - STARTS_AT) if starts_at else None),
            timezone=timezone,
        ),
        registration=Admission(policy=policy, capacity=capacity, opens_at=opens_at, closes_at=closes_at),  # pyright: ignore[reportArgumentType]
        page_url=PAGE,
    )


def make_series(
    sessions: list[UUID],
    *,
    id: UUID | None = None,
    revision: int = 1,
    counts: tuple[str, ...] = ("live", "recorded"),
    invites_to: UUID | None = None,
    audience: Audience | None = None,
) -> Series:
    return Series(
        id=id or uuid4(),
        revision=revision,
        slug="large-urban-public",
        title="Large and urban",
        initiative=INITIATIVE,
        audience=audience or Audience(),
        completion=Completion(sessions=sessions, counts=list(counts), invites_to=invites_to),
        page_url=PAGE,
    )


def make_recording(session: Session, *, seconds: int = 5400) -> Recording:
    return Recording(
        id=uuid4(),
        revision=1,
        session_id=session.id,
        session_slug=session.slug,
        session_title=session.title,
        url="https://video.example.org/1",
        duration_seconds=seconds,
        published_at=ENDS_AT,
    )
