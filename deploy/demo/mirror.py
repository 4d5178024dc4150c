"""An outside site that keeps a copy of the catalog by following its changes."""

from typing import Any

from deploy.demo.site import CATALOG, Site

Documents = dict[tuple[str, str], dict[str, Any]]
# Kinds of things, and where the public reads them.
LISTS = {
    "organization": "organizations",
    "initiative": "initiatives",
    "series": "series",
    "session": "sessions",
    "announcement": "announcements",
}


class Mirror:
    """An outside site's copy of the catalog, by kind and slug."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.documents: Documents = {}
        self.cursor: str | None = None

    def follow(self) -> int:
        """Take in what changed since it was last looked at; how many changes that were."""
        taken = 0
        while True:
            after = f"?after={self.cursor}" if self.cursor else ""
            page = self.site.read(f"{CATALOG}/changes{after}")
            for change in page["items"]:
                self._take(change)
            taken += len(page["items"])
            self.cursor = page["last"]
            if page["next"] is None:
                return taken

    def differences(self) -> list[str]:
        """Return the documents that differ from the catalog's."""
        public = {(kind, document["slug"]): document for kind in LISTS for document in self._list(kind)}
        held = {key: document for key, document in self.documents.items() if key[0] in LISTS}
        return sorted(
            " ".join(key) for key in public.keys() | held.keys() if _told(public.get(key)) != _told(held.get(key))
        )

    def _take(self, change: dict[str, Any]) -> None:
        key = (change["kind"], change["slug"])
        if change["operation"] == "delete":
            self.documents.pop(key, None)
        else:
            self.documents[key] = change["document"]

    def _list(self, kind: str) -> list[dict[str, Any]]:
        page = self.site.read(f"{CATALOG}/{LISTS[kind]}?limit=100")
        assert page["next"] is None, "more things than this reads"
        return page["items"]


def _told(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a document without what changes announce separately: a session's free seats."""
    if document is None or "policy" not in document.get("registration", {}):
        return document
    told = {name: value for name, value in document["registration"].items() if name not in ("state", "seats_left")}
    return {**document, "registration": told}
