"""Names hold no link and nothing that nobody sees; what people are really called is left alone."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.text_checks import contains_link, find_invisible, is_blank

INNOCENT = [
    *("and/or", "N/A", "K-12/Adult", "AC/DC", "c/o Main St. Library", "HTTP/2", "24.5/7", "No.5/6", "P.S.#12"),
    *("St. Mary's/Holy Cross", "St.Mary's/Holy Cross", "J.R.R. Tolkien", "A.B.", "Dr.Smith", "Jr./Sr.", "O'Neil"),
    *("M.Ed/MLIS", "Ph.D./M.L.S.", "B.Sc./M.Sc.", "Ed.D/MLS", "U.S./Canada", "A.M.E./Zion", "Mgr./Supv."),
    *("Asst. Dir./Head", "Library: North/South", "Smith/Jones", "Amazon.com", "W.W.W.", "Ewww, gross", "e.g./i.e."),
    *("图书馆。分馆", "Łódź/Kraków", "Cons.Sch.Dist.#12", "Who? Me", "Martin Luther King, Jr. Library"),
]
LINKS = [
    *("http://evil.example/pay", "HTTP://x", "hxxp://x", "ftp://x", "https：／／evil", "http:\\\\evil", "a://b"),
    *("www.evil.example", "WwW.x", "ｗｗｗ．evil", "ⓦⓦⓦ.x", "www。evil", "www｡evil", "xwww.x"),
    *(
        "evil.example/pay",
        "EVIL.EXAMPLE/PAY",
        "bit.ly/abc",
        "t.co/x",
        "a-b.co.uk/x",
        "evil.example/",
        "x (evil.example/)",
    ),
    *("ｅｖｉｌ．example／pay", "evil。example/pay", "evil｡example/pay", "evil․example/pay", "evil.example∕pay"),
    *("evil.example:8080/pay", "evil.example./pay", "evil.example?pay=1", "evil.example\\pay", "192.0.2.7/pay"),
    *(
        "xn--e1afmkfd.xn--p1ai/x",
        "пример.рф/оплата",
        "भारत.भारत/x",
        "evil.m.ed/x",
        "m.ed.evil.example/x",
        "m.education/x",
    ),
]
# As scripts need them: Persian, Sinhala, Devanagari, Bengali; Japanese and Mongolian variants; a heart that is red.
NEEDED = [
    *("می\u200cخواهم", "علی\u200cرضا", "ක්\u200dෂ", "श्\u200dर", "क्\u200cष", "र\u200d्या", "র\u200d্যাব"),
    *("葛\U000e0100城", "ᠠ\u180b", "❤\ufe0f"),
    *("José", "Łódź", "山田　太郎", "O\u00a0K", "נעמי", "محمد", "Nguyễn", "O’Neil", "\U00031350"),
]
UNSEEN = [
    *("A\u200bB", "A\u200cB", "A\u200dB", "\u200dA", "A\u2060B", "\ufeffA", "A\u00adB", "A\u034fB", "A\U000e0041"),
    *("A\u200e", "A\u200f", "A\u061cB", "A\u202eB", "A\u202c", "A\u2066B", "A\u2069"),
    *("\u3164", "A\u3164", "A\u115fB", "A\uffa0", "\u2800", "A\u2800B", "A\u17b4", "A\U0001d159", "A\ufffc", "A\ufff9"),
    *(
        "A\ufe0f",
        "A\ufe00",
        "A\U000e0100",
        "A\u180b",
        "\ufe0fA",
        "A\0",
        "A\x1b[31m",
        "A\x7f",
        "A\u0085B",
        "A\nB",
        "A\tB",
    ),
    *("A\u2028B", "A\u2029B", "A\ud800", "A\ufffe", "😀\u200d😀", "ن\u200c", "ا\u200cب"),
]


@pytest.mark.parametrize("text", INNOCENT)
def test_a_name_that_looks_a_little_like_a_link_is_a_name(text: str) -> None:
    assert not contains_link(text)


@pytest.mark.covers("API6:2023")
@pytest.mark.parametrize("text", LINKS)
def test_a_link_is_known_in_any_form_that_programs_read(text: str) -> None:
    assert contains_link(text)


@pytest.mark.parametrize("text", NEEDED)
def test_what_a_script_needs_is_kept(text: str) -> None:
    assert find_invisible(text) is None
    assert not is_blank(text)


@pytest.mark.covers("ASVS 2.2.1")
@pytest.mark.parametrize("text", UNSEEN)
def test_what_nobody_sees_is_found(text: str) -> None:
    assert find_invisible(text) is not None


@pytest.mark.parametrize("text", ["\u3164", "\u2800", "\u0301", "\ue000", "\u200b", " \u00a0\u3000", "\u115f\u1160"])
def test_a_text_of_which_nothing_is_seen_is_blank(text: str) -> None:
    assert is_blank(text)


def test_a_text_of_several_lines_keeps_its_lines_and_pictures() -> None:
    text = "No nuts,\r\n\tplease 👩\u200d🏫 👍🏽"

    assert find_invisible(text, lines=True, pictures=True) is None
    assert find_invisible("a\u202eb", lines=True, pictures=True) == "\u202e"
    assert find_invisible("a\u200bb", lines=True, pictures=True) == "\u200b"


@given(st.text(max_size=6), st.sampled_from(LINKS), st.text(max_size=6))
def test_a_link_is_found_in_the_middle_of_other_words(before: str, link: str, after: str) -> None:
    assert contains_link(f"{before} {link} {after}")


@given(st.from_regex(r"[a-z]{2,9}(-[a-z]{1,4})?\.(com|org|example|info|рф)/[a-z]{1,5}", fullmatch=True), st.randoms())
def test_case_and_width_hide_no_link(link: str, random: object) -> None:
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" and random.random() < 0.5 else one for one in link)  # pyright: ignore[reportAttributeAccessIssue]

    assert contains_link(wide)
    assert contains_link(link.upper())


@given(st.characters(categories=["Cf", "Cc", "Zl", "Zp", "Cs"]))
@example("\u3164")
@example("\U000e0fff")
def test_no_character_of_formatting_is_between_latin_letters(character: str) -> None:
    assert find_invisible(f"A{character}B") == character


@given(st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd", "Po"]), min_size=1))
def test_letters_of_any_script_may_stand_in_a_name(text: str) -> None:
    ignorable = "\u115f\u1160\u3164\uffa0"

    assert find_invisible(text) is None or set(text) & set(ignorable)
    assert unicodedata.normalize("NFC", text)
