"""What a refusal of a mail server says: of the recipient, of us, or only of the moment.

A code is read where a mail server writes it and nowhere else: an enhanced status code (RFC 3463) counts right after the
reply code of a line (RFC 2034), or where a report has it in a field of its own (RFC 3464). Digits anywhere else are an
IP address, a time, a ticket. Where there is no code, or one that says little (5.0.0, 5.7.1), the words decide, by the
table in `services.notifications.bounces.phrases`.

hard: there is no such mailbox or domain, and there will be none. soft: it may pass. policy: the server has something
against us, our address of the network, our signature, or what we sent; the recipient may be in the best of health.
unknown: who can say. Only `hard` may suppress anybody.
"""

import re
import unicodedata
from dataclasses import dataclass

from services.notifications.bounces.phrases import PHRASES, Verdict

# `550 5.1.1 …`, `550-5.1.1 …`, `550 #5.1.1 …`, `550  [5.1.1] …`; not `550 5.1.1.6 is blocked`, an IP address.
CODE = r"[(\[<#\s]*(?P<code>[245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)"
REPLY = re.compile(rf"\s*(?P<reply>[245]\d\d)(?!\d|\.\d)[\s:-]*(?:{CODE})?")
ALONE = re.compile(rf"\s*{CODE}")
COMMENT = re.compile(r"\([^()]*\)")

# Enhanced codes by their last two numbers. What stands in neither table is left to words.
CODES: dict[str, Verdict] = {
    **dict.fromkeys(["1.1", "1.2", "1.3", "1.6", "1.10"], "hard"),
    **dict.fromkeys(["2.2", "3.1", "3.2"], "soft"),
    # 1.7 and 1.8 speak of the sender, whatever their first number says.
    **dict.fromkeys(["1.7", "1.8", "1.20", "1.90", "2.3", "3.4", "7.8", "7.9", "7.25", "7.26", "7.27"], "policy"),
}
# Reply codes that only a login or its encryption has (RFC 4954): their users are ours.
LOGIN = ("523", "524", "530", "534", "535", "538")
# What is meant where the words are not understood either: by the subject of the enhanced code, or by the reply code.
SUBJECTS: dict[str, Verdict] = {"2": "soft", "4": "soft", "5": "policy", "6": "policy", "7": "policy"}
REPLIES: dict[str, Verdict] = {
    **dict.fromkeys(["500", "501", "502", "503", "504", "571"], "policy"),
    "552": "soft",
}


@dataclass(frozen=True)
class Reply:
    """What a server said: its reply code, the enhanced code after it, and the words."""

    code: str | None
    enhanced: str | None
    words: str


def judge(said: str, *, status: str = "") -> Verdict:
    """What a server's refusal says; `status` is the Status of a report about it, which counts less than what the
    server itself said.
    """
    reply = read_reply(said)
    code = reply.enhanced or read_code(status)
    if reply.code in LOGIN:
        return "policy"
    if (reply.code or code or "5").startswith("4"):
        return "policy" if _in_words(reply) == "policy" or _by_code(code) == "policy" else "soft"
    return (
        _in_words(reply, strong=True)
        or _by_code(reply.enhanced)
        or _in_words(reply)
        or _by_code(code)
        or _in_general(reply, code)
    )


def read_reply(said: str) -> Reply:
    """A reply of one or several lines, each with its reply code or only the first."""
    first = REPLY.match(said)
    if not first:
        return Reply(None, None, _words(said))
    codes = {code for line in said.splitlines() if (code := _code_of(line))}
    # Lines that say different things say nothing for certain.
    enhanced = first["code"] if codes <= {first["code"]} else (codes.pop() if len(codes) == 1 else None)
    return Reply(first["reply"], enhanced, _words(said))


def read_code(field: str) -> str | None:
    """The code in a Status field, without comments (RFC 5322) after it."""
    found = ALONE.match(COMMENT.sub(" ", field))
    return found["code"] if found else None


def _code_of(line: str) -> str | None:
    found = REPLY.match(line) or ALONE.match(line)
    return found["code"] if found else None


def _by_code(code: str | None) -> Verdict | None:
    return CODES.get(code[2:]) if code else None


def _in_words(reply: Reply, *, strong: bool = False) -> Verdict | None:
    detail = reply.enhanced[2:] if reply.enhanced else None
    addressing = detail[:2] in ("0.", "1.", "4.") if detail else reply.code is None
    for phrase in PHRASES:
        fits = (phrase.strong or not strong) and phrase.code in (None, detail) and (addressing or not phrase.of_us)
        if fits and phrase.pattern.search(reply.words):
            return phrase.verdict
    return None


def _in_general(reply: Reply, code: str | None) -> Verdict:
    if code and code[2:] != "5.0" and (found := SUBJECTS.get(code[2:].partition(".")[0])):
        return found
    return REPLIES.get(reply.code or "", "unknown")


def _words(said: str) -> str:
    """The words of a reply in small letters, without what only looks like words: addresses, host names, ids."""
    tokens = re.sub(r"<[^<>\s]*>", " ", said).split()
    plain = unicodedata.normalize("NFKD", " ".join(token for token in tokens if not _is_noise(token)).lower())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return re.sub(r"[^a-z]+", " ", plain.replace("'", "").replace("\u2019", "")).strip()


def _is_noise(token: str) -> bool:
    bare = token.strip("()[]<>{}\"',;:.!?")
    return (
        "@" in token
        or "://" in token
        or any(character.isdigit() for character in token)
        or bool(re.fullmatch(r"[a-z-]+(\.[a-z-]+)+", bare))
    )
