"""What processes of registration write, by table. `migrate` grants this, and to read; no more."""

WRITES = {
    "attendance": "INSERT, UPDATE",
    "availability": "INSERT, UPDATE",
    "certificates": "INSERT, UPDATE, DELETE",
    "completions": "INSERT, UPDATE",
    "erasures": "INSERT, UPDATE",
    "invitations": "INSERT, UPDATE",
    "learner_sessions": "INSERT, DELETE",
    "libraries": "INSERT, UPDATE",
    "people": "INSERT, UPDATE",
    "progress": "INSERT",
    "recordings": "INSERT, UPDATE",
    "registrations": "INSERT, UPDATE",
    "rules": "INSERT, UPDATE",
    "seat_ledger": "INSERT",
    "seats": "INSERT, UPDATE",
    "series": "INSERT, UPDATE",
    "sessions": "INSERT, UPDATE",
    "sign_in_requests": "INSERT, DELETE",
    "sign_ins": "INSERT, UPDATE, DELETE",
    "views": "INSERT, UPDATE",
}
