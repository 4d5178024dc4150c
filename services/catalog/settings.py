"""The settings of the catalog: those of every service, and how much readers may say."""

from dataclasses import dataclass

from shared.settings import Settings, setting


@dataclass(frozen=True, kw_only=True)
class CatalogSettings(Settings):
    """What the catalog is told by its environment."""

    comments_per_network: int = setting(
        "Comments that one network may send in an hour before it is answered 429; 0: no limit",
        unit="comments",
        default=50,
    )
