"""Check the words of code, templates and docs: `python -m tests.structure.words [PATH…]`.

Refuses habits that make a reader translate, each with what to write instead. Files below a path in
`not_yet_rewritten.txt` are exempt, unless PATH asks about them; a path that needs no exemption any more must leave the
list, so it can only shrink.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXEMPT = Path(__file__).with_name("not_yet_rewritten.txt")
READ = {".py", ".md", ".html", ".j2", ".txt", ".js", ".yml", ".yaml", ".toml", ".sh", ".example", ""}
# Applied migrations and the notes of past releases are never edited; these files name the words themselves.
NEVER = re.compile(
    r"/migrations/|^CHANGELOG\.md$|^LICENSE$|^requirements/|^deploy/sample/|^tests/structure/(test_)?(words|names)\.py$|\.lock$"
)


# By habit what to write instead.
HABITS = {
    r"anew": "again",
    r"whoever|whomever|whosoever": "anyone who",
    r"of which": "whose, where, that",
    r"(?:is|are|was|were|be) told": "is given, is notified",
    r"(?:what|that|which) (?:is|are) none": "the case: that is not a …",
    r"in (?:the )?place of": "instead of",
    r"gives? up (?:this|there)": "times out, stops",
    r"doors?": "entry point",
    r"(?:hear|hears|heard|hearing) of": "receive, is notified of",
    r"stands?(?! (?:for|by|out|alone)\b)": "is, exists",
    r"houses?(?:'s)?": "project",
    r"(?:is|are) not good any ?more": "has expired",
    r"every so (?:many|often)": "periodically, or the number",
    r"what there is of": "the name",
    r"the clock's": "scheduler",
    r"nobody is like that|no mail is like that": "No … match these filters",
    r"look what it would do": "Preview changes",
    r"behaviours?|colours?|favourites?|honours?|organis\w+|recognis\w+|whilst": "the American spelling",
}
# In prose alone: JSON members, event types and paths keep their spelling.
BRITISH = {r"programmes?|cancelled|cancelling|e-mails?": "program, canceled, email"}
FRAGMENTS = {
    r'^ *r?"""(?:What|Whether|Who|Whom|Whose|How|Where|As|Of|By)\b': "a docstring as 'Return …', 'True if …', a noun",
    r"^ *# (?:What|Whether|Who|Whom|Of|By)\b": "a comment as a sentence that gives the reason",
}
# Phrases in which one of those words is right: a venue has a door.
EXCEPTIONS = re.compile(
    r"\b(?:at the door|doors? open\w*|(?:code|codes|list) for the door|staff/door|door\.html|'door'|\"door\""
    r"|doors? of (?:a|the) (?:venue|workshop)|warehouses?|publishing houses?|house number)\b"
    r"|/door\b",  # the path of the check-in page
    re.IGNORECASE,
)
CODE_IN_MARKDOWN = re.compile(r"^```.*?^```|`[^`]*`|\]\([^)]*\)|https?://\S+", re.DOTALL | re.MULTILINE)
CODE_IN_TEMPLATES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<[^>]*>", re.DOTALL)


def findings(path: str, text: str) -> list[str]:
    """Return a line for each habit in the text of the file `path`, as `path:line: …`."""
    found = [(match, HABITS) for match in _any_of(HABITS).finditer(text) if not _is_exception(match)]
    found += [(match, BRITISH) for match in _any_of(BRITISH).finditer(_prose(path, text))]
    if path.endswith(".py"):
        found += [(match, FRAGMENTS) for match in _begins_with(FRAGMENTS).finditer(text)]
    found.sort(key=lambda one: one[0].start())
    return [_describe(path, match, habits) for match, habits in found]


@cache
def _compiled(words: str, flags: int) -> re.Pattern[str]:
    return re.compile(words, flags)


def _any_of(habits: dict[str, str]) -> re.Pattern[str]:
    return _compiled(rf"\b(?:{'|'.join(habits)})\b", re.IGNORECASE)


def _begins_with(habits: dict[str, str]) -> re.Pattern[str]:
    return _compiled("|".join(habits), re.MULTILINE)


def _describe(path: str, match: re.Match[str], habits: dict[str, str]) -> str:
    line = match.string.count("\n", 0, match.start()) + 1
    flags = re.IGNORECASE if habits is not FRAGMENTS else 0
    instead = next(
        instead for words, instead in habits.items() if re.match(words, match.string[match.start() :], flags)
    )
    return f"{path}:{line}: '{match[0].strip()}': write {instead}"


def _is_exception(match: re.Match[str]) -> bool:
    begin = max(0, match.start() - 30)
    around = match.string[begin : match.end() + 30]
    return any(
        begin + found.start() <= match.start() and match.end() <= begin + found.end()
        for found in EXCEPTIONS.finditer(around)
    )


def _prose(path: str, text: str) -> str:
    """Return the text with its code blanked out, at the same positions; nothing for a file that holds no prose."""
    if not path.endswith((".md", ".html", ".j2")):
        return ""
    code = CODE_IN_MARKDOWN if path.endswith(".md") else CODE_IN_TEMPLATES
    return code.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def files() -> list[str]:
    """List the files of the repository whose words are checked."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [file for file in listed if Path(file).suffix in READ and not NEVER.search(file) and (ROOT / file).is_file()]


def exemptions() -> list[str]:
    """Return what is still exempt: files, folders (`name/`), and patterns in which `*` matches any part of a path."""
    lines = EXEMPT.read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def check(listed: Iterable[str], exempt: Iterable[str]) -> list[str]:
    """Return what is wrong in files outside of `exempt`, and which exemptions nothing needs any more."""
    unused, wrong = set(exempt), []
    for file in listed:
        covering = {path for path in exempt if _is_below(file, path)}
        if covering and not covering & unused:
            continue
        found = findings(file, (ROOT / file).read_text(errors="replace"))
        if found:
            unused -= covering
        wrong += [] if covering else found
    return wrong + [f"{EXEMPT.name}: remove '{path}', which is clean now" for path in sorted(unused)]


def main(paths: list[str]) -> int:
    """Print what is wrong; with `paths`, in these files and folders, the exempt ones included."""
    listed = files()
    if paths:
        chosen = [file for file in listed if any(_is_below(file, path.rstrip("/")) for path in paths)]
        wrong = check(chosen, [])
    else:
        wrong = check(listed, exemptions())
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


def _is_below(file: str, path: str) -> bool:
    return file == path or file.startswith(path.rstrip("/") + "/") or fnmatchcase(file, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
