"""docs/mails.md shows every mail as it is."""

from deploy.docs import DOCS
from deploy.pictures import FOLDER, SCHEMES, page, sample_mails
from services.notifications.messages.kinds import KINDS, NEWSLETTER_TEST


def test_every_mail_is_pictured_in_light_and_dark_and_stands_on_the_page() -> None:
    kinds = KINDS.keys() - {NEWSLETTER_TEST.name}  # is a newsletter
    assert {file.name for file in FOLDER.iterdir()} == {f"{kind}-{scheme}.png" for kind in kinds for scheme in SCHEMES}
    assert (DOCS / "mails.md").read_text() == page(sample_mails()), "run `make mail-pictures`"
