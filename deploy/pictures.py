"""Write docs/mails.md and the contact sheet of every email that it shows, in light and dark: `make mail-pictures`.

Needs Debian's packages `chromium` and `pngquant`.
"""

import base64
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.docs import DOCS
from services.notifications.messages.kinds import DIGEST, NEWSLETTER, SINGLE
from services.notifications.newsletters.sample_issues import sample_digest, sample_issue
from services.notifications.rendering.sample_mails import sample_values
from services.notifications.rendering.templates import Texts, render_texts
from services.notifications.settings import NotificationsSettings
from shared import runtime

SHEET = DOCS / "mails.png"
# The size of a phone, tall enough for the longest email.
PHONE = (390, 940)
# The reader's color scheme, by Blink's numbers.
SCHEMES = {"light": 1, "dark": 0}
COLUMNS = 4  # emails in a row of the sheet
SHOWN_WIDTH, SHOWN_HEIGHT, CAPTION_HEIGHT, GAP = 195, 470, 24, 8

HEAD = """# Emails

Written by `make mail-pictures`: every kind of email with sample data, as a phone shows it in light and dark. Staff can
change the texts at `/notifications/v1/templates`; [services/notifications](../services/notifications/README.md) says
what causes each.

| kind | subject |
| --- | --- |
{rows}
![Every email, in light and dark](mails.png)
"""
CELL = "<figure><figcaption>{kind}</figcaption>{pictures}</figure>"
PICTURE = '<img src="data:image/png;base64,{data}">'
GRID = """<!doctype html><style>
body {{ margin: 0; display: grid; grid-template-columns: repeat({columns}, auto); gap: {gap}px; font: 14px sans-serif }}
figure {{ margin: 0 }} figcaption {{ height: {caption}px }} img {{ width: {width}px; height: {height}px }}
</style>{cells}"""


def main() -> None:
    """Write the contact sheet, and the page that shows it."""
    mails = sample_mails()
    with TemporaryDirectory() as name:
        folder = Path(name)
        cells = [_cell(kind, texts, folder) for kind, texts in mails.items()]
        layout = {"columns": COLUMNS, "gap": GAP, "caption": CAPTION_HEIGHT}
        sizes = {"width": SHOWN_WIDTH, "height": SHOWN_HEIGHT}
        grid = GRID.format(cells="".join(cells), **layout, **sizes)
        rows = -(-len(cells) // COLUMNS)
        width = COLUMNS * (len(SCHEMES) * (SHOWN_WIDTH + 4) + GAP)
        _screenshot(grid, SHEET, folder, size=(width, rows * (SHOWN_HEIGHT + CAPTION_HEIGHT + GAP)))
    subprocess.run(["pngquant", "--force", "--strip", "--ext", ".png", "64", str(SHEET)], check=True)
    (DOCS / "mails.md").write_text(page(mails))


def sample_mails() -> dict[str, Texts]:
    """Return a sample email of each kind, by kind."""
    settings = _settings()
    with runtime.use(runtime.build("notifications", settings, "pictures", pool_size=1)):
        letters = {NEWSLETTER.name: sample_issue(settings).texts, DIGEST.name: sample_digest(settings).texts}
    singles = {kind: render_texts(kind, sample_values(kind, settings)) for kind in SINGLE}
    return dict(sorted((singles | letters).items()))


def page(mails: dict[str, Texts]) -> str:
    """Return the text of docs/mails.md for these emails."""
    return HEAD.format(rows="".join(f"| `{kind}` | {texts.subject} |\n" for kind, texts in mails.items()))


def _cell(kind: str, texts: Texts, folder: Path) -> str:
    """Return the part of the sheet that shows one email in each color scheme."""
    pictures = []
    for scheme in SCHEMES:
        file = folder / f"{kind}-{scheme}.png"
        _screenshot(texts.html, file, folder, size=PHONE, scheme=scheme)
        pictures.append(PICTURE.format(data=base64.b64encode(file.read_bytes()).decode()))
    return CELL.format(kind=kind, pictures="".join(pictures))


def _screenshot(html: str, file: Path, folder: Path, *, size: tuple[int, int], scheme: str = "light") -> None:
    document = folder / "document.html"
    document.write_text(html)
    chromium = ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={folder}/profile"]
    look = [f"--window-size={size[0]},{size[1]}", f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}"]
    command = [*chromium, *look, f"--screenshot={file}", document.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def _settings() -> NotificationsSettings:
    """Return settings of a service that sends nothing."""
    return NotificationsSettings(
        database_url="",
        broker_url="",
        public_url="https://learning.example.org",
        jwks="",
        links_key_file=Path("/dev/null"),
        smtp_url="smtp://localhost:25",
        mail_from="Learning at ALA <learning@ala.example>",
    )


if __name__ == "__main__":
    main()
