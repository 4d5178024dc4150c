"""Extract the texts to translate: `python -m deploy.messages`.

Writes `translations/messages.pot` of each service and of `shared`, and brings the translations beside it
(`translations/<locale>.po`) up to date. The .pot files are not in the repository: they follow from the code.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
FOLDERS = ("shared", "services/catalog", "services/registration", "services/notifications")
METHODS = [("**.html", "jinja2.ext.babel_extract"), ("**.j2", "jinja2.ext.babel_extract"), ("**.py", "python")]
TEMPLATES = {
    "extensions": "jinja2.ext.do",
    "trimmed": "true",
    "newstyle_gettext": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",
}
OPTIONS = {pattern: TEMPLATES for pattern, method in METHODS if method.startswith("jinja2")}
KEYWORDS = {**DEFAULT_KEYWORDS, "noop": None, "_text": (2,)}


def extract(folder: str) -> Catalog:
    """Return the messages of a folder of the project."""
    found = Catalog(project="Convene", charset="utf-8")
    messages = extract_from_dir(
        ROOT / folder, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=["Translators:"], strip_comment_tags=True
    )
    for path, line, message, comments, context in messages:
        found.add(message, None, [(f"{folder}/{path}", line)], auto_comments=comments, context=context)
    return found


def write(folder: str) -> int:
    """Write a folder's messages, and merge them into its translations. Returns how many there are."""
    found = extract(folder)
    target = ROOT / folder / "translations"
    target.mkdir(exist_ok=True)
    with (target / "messages.pot").open("wb") as file:
        write_po(file, found, width=100, sort_by_file=True)
    for path in sorted(target.glob("*.po")):
        with path.open("rb") as file:
            translated = read_po(file, locale=path.stem)
        translated.update(found)
        with path.open("wb") as file:
            write_po(file, translated, width=100, sort_by_file=True, ignore_obsolete=True)
    return len(found)


def main() -> None:
    """Write all of them."""
    for folder in FOLDERS:
        print(f"{folder}/translations/messages.pot: {write(folder)} messages")


if __name__ == "__main__":
    main()
