"""What processes of notifications write, by table. `migrate` grants this, and to read; no more."""

WRITES = {
    "announcements": "INSERT, UPDATE",
    "attendance": "INSERT, UPDATE, DELETE",
    "completions": "INSERT, DELETE",
    "consents": "INSERT",
    "erased_people": "INSERT",
    "invitations": "INSERT, UPDATE",
    "mail_paces": "INSERT, UPDATE",
    "mail_refusals": "INSERT, UPDATE, DELETE",
    "mail_rests": "INSERT, UPDATE, DELETE",
    "messages": "INSERT, UPDATE",
    "newsletters": "INSERT, UPDATE, DELETE",
    "notices": "INSERT, UPDATE, DELETE",
    "readers": "UPDATE",  # locked through the view
    "recordings": "INSERT, UPDATE",
    "registrations": "INSERT, UPDATE",
    "reminders": "INSERT, UPDATE",
    "series": "INSERT, UPDATE",
    "sessions": "INSERT, UPDATE",
    "subscription_requests": "INSERT, UPDATE, DELETE",
    "subscriptions": "INSERT, UPDATE, DELETE",
    "suppressions": "INSERT, DELETE",
    "templates": "INSERT, UPDATE, DELETE",
    "webhook_attempts": "INSERT, DELETE",
    "webhook_deliveries": "INSERT, UPDATE, DELETE",
    "webhooks": "INSERT, UPDATE, DELETE",
}
