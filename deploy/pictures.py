"""Pictures of every mail for docs/mails.md, as a phone shows them in light and in dark: `make mail-pictures`.

Needs Debian's packages `chromium` and `pngquant`.
"""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.docs import DOCS
from services.notifications.messages.kinds import DIGEST, NEWSLETTER, SINGLE
from services.notifications.newsletters.samples import sample_digest, sample_issue
from services.notifications.rendering.samples import sample_values
from services.notifications.rendering.templates import Texts, render_texts
from services.notifications.settings import NotificationsSettings
from shared import runtime

FOLDER = DOCS / "mails"
# A phone's width; so high that the longest mail fits.
SIZE = "390,940"
# What a reader's device prefers, by Blink's numbers.
SCHEMES = {"light": 1, "dark": 0}

HEAD = """# Mails

Made by `make mail-pictures`: every kind of mail with sample data, as a phone shows it in light and in dark. Staff word
them otherwise under `/notifications/v1/templates`; [services/notifications](../services/notifications/README.md) says
what causes each.
"""
ENTRY = """
## {kind}

{subject}

<img src="mails/{kind}-light.png" width="320" alt="{kind} in light">
<img src="mails/{kind}-dark.png" width="320" alt="{kind} in dark">
"""


def main() -> None:
    """Write the pictures, and the page that shows them."""
    FOLDER.mkdir(exist_ok=True)
    mails = sample_mails()
    for kind, texts in mails.items():
        for scheme in SCHEMES:
            _picture(texts.html, FOLDER / f"{kind}-{scheme}.png", scheme)
    (DOCS / "mails.md").write_text(page(mails))


def sample_mails() -> dict[str, Texts]:
    """A mail of each kind, by kind."""
    settings = _settings()
    with runtime.use(runtime.build("notifications", settings, "pictures", pool_size=1)):
        letters = {NEWSLETTER.name: sample_issue(settings).texts, DIGEST.name: sample_digest(settings).texts}
    singles = {kind: render_texts(kind, sample_values(kind, settings)) for kind in SINGLE}
    return dict(sorted((singles | letters).items()))


def page(mails: dict[str, Texts]) -> str:
    """The page that shows the pictures of these mails, by kind."""
    return HEAD + "".join(ENTRY.format(kind=kind, subject=texts.subject) for kind, texts in mails.items())


def _picture(html: str, file: Path, scheme: str) -> None:
    with TemporaryDirectory() as folder:
        mail = Path(folder) / "mail.html"
        mail.write_text(html)
        chromium = ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={folder}/profile"]
        look = [f"--window-size={SIZE}", f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}"]
        command = [*chromium, *look, f"--screenshot={file}", mail.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    subprocess.run(["pngquant", "--force", "--strip", "--ext", ".png", "64", str(file)], check=True)


def _settings() -> NotificationsSettings:
    """Of a service that sends nothing."""
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
