"""Notices of mails that came back, in the shapes in which mail servers write them."""

READER = "reader@library.example"
SENT = "Message-ID: <{id}@ala.example>"

SHAPE = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.relay.example>
To: <learning@ala.example>
Subject: Undelivered Mail Returned to Sender
Message-ID: <0001@mx.relay.example>
Auto-Submitted: auto-replied
{top}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="=_part"

--=_part
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered.

--=_part
Content-Type: {kind}

Reporting-MTA: dns; mx.relay.example
{about}
{blocks}

--=_part
Content-Type: {returned}

From: Learning at ALA <learning@ala.example>
To: Rosa Reader <reader@library.example>
Subject: You are registered
{inner}

--=_part--
"""


def block(
    status: str | None = "5.1.1",
    diagnostic: str | None = "smtp; 550 5.1.1 User unknown",
    *,
    final: str = f"rfc822; {READER}",
    original: str | None = None,
    action: str = "failed",
) -> str:
    """The fields of one recipient."""
    fields = {
        "Original-Recipient": original,
        "Final-Recipient": final,
        "Action": action,
        "Status": status,
        "Diagnostic-Code": diagnostic,
    }
    return "\n".join(f"{name}: {value}" for name, value in fields.items() if value is not None)


def notice(
    *blocks: str,
    inner: str = SENT,
    top: str = "",
    about: str = "",
    kind: str = "message/delivery-status",
    returned: str = "text/rfc822-headers",
) -> str:
    """Return a notice about these recipients; `{id}` is a placeholder for the id of our message."""
    return SHAPE.format(
        blocks="\n\n".join(blocks or [block()]),
        inner=inner,
        top=top and f"{top}\n",
        about=about and f"{about}\n",
        kind=kind,
        returned=returned,
    )
