"""Refusals of the domain, as the form that was sent tells them."""

from services.registration.rules.admission import InvitationRequired
from shared.errors import DomainError, Invalid, NotFound
from shared.http.forms import Form, form_error_status

# What is wrong with no field in particular stands above the form.
WHOLE = "form"
NOT_INVITED = "This session is by invitation. The code in your invitation is for the address that it was sent to."


def refuse(form: Form, error: DomainError) -> int:
    """Say in the form why it was refused; the status to answer with. Raises what no form can tell."""
    if isinstance(error, NotFound):
        raise error
    if isinstance(error, Invalid):
        form.add_errors(error.errors)
    elif isinstance(error, InvitationRequired):
        form.add_errors({"invitation": [NOT_INVITED]})
    else:
        form.add_errors({WHOLE: [error.detail]})
    return form_error_status(error)
