"""docs/mails.md lists every email as it is, and shows its picture."""

from deploy.docs import DOCS
from deploy.pictures import SHEET, page, sample_mails
from services.notifications.messages.kinds import KINDS, NEWSLETTER_TEST


def test_every_mail_is_on_the_page_with_its_subject_and_the_sheet_exists() -> None:
    mails = sample_mails()
    assert mails.keys() == KINDS.keys() - {NEWSLETTER_TEST.name}  # is a newsletter
    assert (DOCS / "mails.md").read_text() == page(mails), "run `make mail-pictures`"
    assert SHEET.exists()
