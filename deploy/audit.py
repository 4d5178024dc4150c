"""Check the locked dependencies for known vulnerabilities: `python -m deploy.audit`.

Asks PyPI's advisories by pip-audit, for each file in requirements/. Exit code 0: none has. 1: some have, which are
named. 2: it could not be asked about all of them, so nobody knows.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REQUIREMENTS = Path(__file__).parent.parent / "requirements"
COMMAND = [
    sys.executable,
    "-m",
    "pip_audit",
    "--no-deps",
    "--disable-pip",
    "--progress-spinner",
    "off",
    "--format",
    "json",
]


@dataclass(frozen=True)
class Finding:
    """Result for one lock file: a line for each vulnerability, and the packages that could not be checked."""

    lock: str
    vulnerable: list[str]
    unknown: list[str]


def audit(lock: Path) -> Finding:
    """Ask about every package in `lock`."""
    asked = subprocess.run([*COMMAND, "--requirement", str(lock)], capture_output=True, text=True, check=False)
    try:
        report = json.loads(asked.stdout)
    except json.JSONDecodeError:  # it ends without a report where the service does not answer
        return Finding(lock.name, [], ["every package: " + (asked.stderr.strip().splitlines() or ["no answer"])[-1]])
    return read(lock.name, report)


def read(lock: str, report: dict[str, Any]) -> Finding:
    """Parse pip-audit's report. A package that it skipped, which it calls no failure, counts as unchecked."""
    packages = report["dependencies"]
    return Finding(
        lock,
        vulnerable=[_line(package, one) for package in packages for one in package.get("vulns", ())],
        unknown=[package["name"] for package in packages if "skip_reason" in package],
    )


def verdict(findings: Iterable[Finding]) -> tuple[int, str]:
    """The exit code, and what to tell."""
    known = list(findings)
    vulnerable = [f"{one.lock}: {line}" for one in known for line in one.vulnerable]
    if vulnerable:
        return 1, "\n".join(vulnerable)
    unknown = [f"{one.lock}: {len(one.unknown)}, as {one.unknown[0]}" for one in known if one.unknown]
    if unknown:
        return 2, "\n".join(("Advisories could not be asked for, so nothing is known of these:", *unknown))
    return 0, f"No known vulnerability in {', '.join(one.lock for one in known)}."


def _line(package: dict[str, Any], vulnerability: dict[str, Any]) -> str:
    fixed = ", ".join(vulnerability.get("fix_versions", ())) or "no version yet"
    return f"{package['name']} {package['version']}: {vulnerability['id']}, fixed in {fixed}"


def main() -> None:
    code, said = verdict(map(audit, sorted(REQUIREMENTS.glob("*.txt"))))
    print(said)
    sys.exit(code)


if __name__ == "__main__":
    main()
