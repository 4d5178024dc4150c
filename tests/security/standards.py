"""The items that a test may say it covers: the OWASP API Security Top 10 of 2023, and the requirements of ASVS 5.0."""

import re

API: dict[str, str] = {
    "API1:2023": "Broken object level authorization",
    "API2:2023": "Broken authentication",
    "API3:2023": "Broken object property level authorization",
    "API4:2023": "Unrestricted resource consumption",
    "API5:2023": "Broken function level authorization",
    "API6:2023": "Unrestricted access to sensitive business flows",
    "API7:2023": "Server side request forgery",
    "API8:2023": "Security misconfiguration",
    "API9:2023": "Improper inventory management",
    "API10:2023": "Unsafe consumption of APIs",
}
# Sections of ASVS 5.0.0: how many requirements each has, and what it is about. Those on GraphQL, WebSocket, passwords,
# memory encryption and WebRTC are here too, though nothing of ours is of that kind.
ASVS: dict[str, tuple[int, str]] = {
    "1.1": (2, "Encoding and sanitization architecture"),
    "1.2": (10, "Injection prevention"),
    "1.3": (12, "Sanitization"),
    "1.4": (3, "Memory, string and unmanaged code"),
    "1.5": (3, "Safe deserialization"),
    "2.1": (3, "Validation and business logic documentation"),
    "2.2": (3, "Input validation"),
    "2.3": (5, "Business logic security"),
    "2.4": (2, "Anti-automation"),
    "3.1": (1, "Web frontend security documentation"),
    "3.2": (3, "Unintended content interpretation"),
    "3.3": (5, "Cookie setup"),
    "3.4": (8, "Browser security mechanism headers"),
    "3.5": (8, "Browser origin separation"),
    "3.6": (1, "External resource integrity"),
    "3.7": (5, "Other browser security considerations"),
    "4.1": (5, "Generic web service security"),
    "4.2": (5, "HTTP message structure validation"),
    "4.3": (2, "GraphQL"),
    "4.4": (4, "WebSocket"),
    "5.1": (1, "File handling documentation"),
    "5.2": (6, "File upload and content"),
    "5.3": (3, "File storage"),
    "5.4": (3, "File download"),
    "6.1": (3, "Authentication documentation"),
    "6.2": (12, "Password security"),
    "6.3": (8, "General authentication security"),
    "6.4": (6, "Authentication factor lifecycle and recovery"),
    "6.5": (8, "General multi-factor authentication requirements"),
    "6.6": (4, "Out-of-band authentication mechanisms"),
    "6.7": (2, "Cryptographic authentication mechanism"),
    "6.8": (4, "Authentication with an identity provider"),
    "7.1": (3, "Session management documentation"),
    "7.2": (4, "Fundamental session management security"),
    "7.3": (2, "Session timeout"),
    "7.4": (5, "Session termination"),
    "7.5": (3, "Defenses against session abuse"),
    "7.6": (2, "Federated re-authentication"),
    "8.1": (4, "Authorization documentation"),
    "8.2": (4, "General authorization design"),
    "8.3": (3, "Operation level authorization"),
    "8.4": (2, "Other authorization considerations"),
    "9.1": (3, "Token source and integrity"),
    "9.2": (4, "Token content"),
    "10.1": (2, "Generic OAuth and OIDC security"),
    "10.2": (3, "OAuth client"),
    "10.3": (5, "OAuth resource server"),
    "10.4": (16, "OAuth authorization server"),
    "10.5": (5, "OIDC client"),
    "10.6": (2, "OpenID provider"),
    "10.7": (3, "Consent management"),
    "11.1": (4, "Cryptographic inventory and documentation"),
    "11.2": (5, "Secure cryptography implementation"),
    "11.3": (5, "Encryption algorithms"),
    "11.4": (4, "Hashing and hash-based functions"),
    "11.5": (2, "Random values"),
    "11.6": (2, "Public key cryptography"),
    "11.7": (2, "In-use data cryptography"),
    "12.1": (5, "General TLS security guidance"),
    "12.2": (2, "HTTPS communication with external facing services"),
    "12.3": (5, "General service to service communication security"),
    "13.1": (4, "Configuration documentation"),
    "13.2": (6, "Backend communication configuration"),
    "13.3": (4, "Secret management"),
    "13.4": (7, "Unintended information leakage"),
    "14.1": (2, "Data protection documentation"),
    "14.2": (8, "General data protection"),
    "14.3": (3, "Client-side data protection"),
    "15.1": (5, "Secure coding and architecture documentation"),
    "15.2": (5, "Security architecture and dependencies"),
    "15.3": (7, "Defensive coding"),
    "15.4": (4, "Safe concurrency"),
    "16.1": (1, "Security logging documentation"),
    "16.2": (5, "General logging"),
    "16.3": (4, "Security events"),
    "16.4": (3, "Log protection"),
    "16.5": (4, "Error handling"),
    "17.1": (2, "TURN server"),
    "17.2": (8, "Media"),
    "17.3": (2, "Signaling"),
}


def title(item: str) -> str | None:
    """What an item such as `API1:2023` or `ASVS 8.2.2` is about; None where there is no such item."""
    if requirement := re.fullmatch(r"ASVS (\d+\.\d+)\.(\d+)", item):
        count, name = ASVS.get(requirement[1], (0, ""))
        return name if 1 <= int(requirement[2]) <= count else None
    return API.get(item)


def order(item: str) -> tuple[int, list[int]]:
    """By which items are sorted: the ten first, then by number."""
    return int(item.startswith("ASVS")), [int(number) for number in re.findall(r"\d+", item)]
