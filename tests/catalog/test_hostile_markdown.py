"""Nothing active survives Markdown: what is left is walked through, element by element, against what may be there."""

import re
from urllib.parse import urlsplit

import pytest
from lxml import html

from shared.markdown import SCHEMES, TABLES, TEXT, render
from tests.catalog.catalog import Catalog
from tests.catalog.programs import changed

SCRIPTS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "&#106;avascript:alert(1)",
    "javascript&colon;alert(1)",
    "\u0001javascript:alert(1)",
    " javascript:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "file:///etc/passwd",
    "blob:https://x/1",
    "jav&#x0A;ascript:alert(1)",
    "java%0ascript:alert(1)",
]
SAMPLES = [
    *(f"[plain text]({address})" for address in SCRIPTS),
    *(f"[plain text](<{address}>)" for address in SCRIPTS),
    *(f"[plain text][a]\n\n[a]: {address}" for address in SCRIPTS),
    *(f"<{address}> plain text" for address in SCRIPTS),
    *(f"![plain text]({address}) plain text" for address in SCRIPTS[:4]),
    *(f'<a href="{address}">plain text</a>' for address in SCRIPTS),
    "<script>alert(1)</script> plain text",
    "<ScRiPt src=//evil.example/x.js></sCrIpT> plain text",
    "<scr<script>ipt>alert(1)</scr</script>ipt> plain text",
    "<img src=x onerror=alert(1)> plain text",
    "<img/src=x/onerror=alert(1)> plain text",
    "<svg onload=alert(1)><script>alert(1)</script></svg> plain text",
    "<svg><style><img src=x onerror=alert(1)></style></svg> plain text",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)> plain text",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'> plain text",
    "<iframe src=javascript:alert(1)></iframe> plain text",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe> plain text",
    "<object data=x></object><embed src=x> plain text",
    "<form action=//evil.example><input name=q><button>plain text</button></form>",
    "<meta http-equiv=refresh content='0;url=//evil.example'> plain text",
    "<base href=//evil.example> plain text",
    "<link rel=stylesheet href=//evil.example/x.css> plain text",
    "<style>body{background:url(//evil.example)}</style> plain text",
    "<p style='background:url(javascript:alert(1))'>plain text</p>",
    "<div onclick=alert(1) onmouseover=alert(2)>plain text</div>",
    "<details open ontoggle=alert(1)>plain text</details>",
    "<video><source onerror=alert(1)></video> plain text",
    "<body onload=alert(1)> plain text",
    "<!-- --!><img src=x onerror=alert(1)> --> plain text",
    "<![CDATA[<img src=x onerror=alert(1)>]]> plain text",
    "<?xml version='1.0'?><a>plain text</a>",
    "plain text <a href=//x onclick=alert(1)",
    "plain text <img src='x' onerror='alert(1)'",
    "| a | b |\n| --- | --- |\n| <img src=x onerror=alert(1)> | plain text |",
    '[plain text](https://x.example "title\\" onmouseover=alert(1) x=\\"")',
    '[plain text](https://x.example/" onmouseover=alert(1))',
    "`<script>alert(1)</script>` plain text",
    "```html\n<script>alert(1)</script>\n```\n\nplain text",
    '```"><script>alert(1)</script>\nx\n```\n\nplain text',
    "plain text &lt;script&gt;alert(1)&lt;/script&gt;",
    "plain text \u202e<script>\u202c",
    "<template><script>alert(1)</script></template> plain text",
    "<a target=_blank rel=opener href=https://x.example>plain text</a>",
    "<textarea></textarea><img src=x onerror=alert(1)> plain text",
    "<xmp><script>alert(1)</script></xmp> plain text",
    "<select><option><img src=x onerror=alert(1)></select> plain text",
]
DEEP = [
    ">" * 10_000,
    "[" * 10_000,
    "*" * 10_000 + "a",
    "- " * 5_000,
    "<div>" * 10_000,
    "`" * 10_000,
    "![" * 5_000,
    "(" * 10_000,
]


def walk(markup: str) -> None:
    """Every element, attribute and address of the HTML may be there."""
    for element in html.fragment_fromstring(markup, create_parent=True).iter():
        assert isinstance(element.tag, str), "a comment or an instruction"
        assert element.tag in TEXT | TABLES | {"div"}, element.tag
        for name, value in element.attrib.items():
            assert (element.tag, name) in {("a", "href"), ("a", "title"), ("a", "rel")}, (element.tag, name)
            if name == "href":
                # browsers take no notice of control characters and blanks in it
                assert urlsplit(re.sub(r"[\x00-\x20]", "", value)).scheme.lower() in SCHEMES | {""}, value
            if name == "rel":
                assert value == "noopener nofollow"


@pytest.mark.covers("ASVS 1.3.1", "ASVS 1.3.5")
@pytest.mark.parametrize("sample", SAMPLES)
def test_nothing_active_survives_and_plain_text_does(sample: str) -> None:
    markup = render(sample)

    walk(markup)
    assert "plain text" in html.fragment_fromstring(markup, create_parent=True).text_content()


@pytest.mark.parametrize("sample", DEEP, ids=lambda sample: sample[:6])
def test_what_is_nested_without_end_is_rendered_all_the_same(sample: str) -> None:
    walk(render(sample))


GROWING = [
    "[a]: /" + "x" * 2500 + "\n\n" + "[a]" * 800,
    "[a]: <" + "\U0001f600" * 2000 + ">\n\n" + "[a]" * 900,
    "[a]: /x '" + "t" * 2500 + "'\n\n" + "[a]" * 800,
    "|".join("a" * 255) + "\n" + "|".join("-" * 255) + "\n" + "x\n" * 1990,
    "> " + "|".join("a" * 255) + "\n> " + "|".join("-" * 255) + "\n" + "> x\n" * 1000,
    "*" * 2000 + "a" + "*" * 2000,
    "*a _b " * 400 + "_ *" * 400,
]


@pytest.mark.parametrize("sample", GROWING, ids=lambda sample: sample[:6])
def test_a_short_text_makes_no_page_that_is_too_long_or_too_deep(sample: str) -> None:
    markup = render(sample)

    walk(markup)
    assert len(markup) < 30 * len(sample)
    tree = html.fragment_fromstring(markup, create_parent=True, parser=html.HTMLParser(huge_tree=True))
    assert max(len(list(element.iterancestors())) for element in tree.iter()) < 50


def test_what_is_written_as_usual_is_not_taken_for_an_attack() -> None:
    table = "| a | b | c |\n| - | - | - |\n" + "| *1* | 2 | 3 |\n" * 200
    links = "[guide]: https://library.example.org/a/rather/long/address/of/a/guide\n\n" + "See **the** [guide]. " * 20

    assert render(table).count("<td>") == 600
    assert render(links).count("<a ") == render(links).count("<strong>") == 20


def test_there_are_enough_samples() -> None:
    assert len(set(SAMPLES)) >= 100


def test_what_the_public_reads_is_clean(catalog: Catalog) -> None:
    catalog.take_in(changed("cafe", description="\n\n".join(SAMPLES[-46:])[:40_000]))

    walk(catalog.show("/sessions/cafe")["description_html"])
