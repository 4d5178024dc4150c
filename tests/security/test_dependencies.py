"""What we did not write comes as it was locked, and whether it is known to be vulnerable is asked and told honestly."""

import re
import tomllib

import pytest

from deploy import audit
from tests.servers.databases import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.covers("API8:2023", "ASVS 15.2.4")
@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_locked_to_a_version_and_to_its_content(lock) -> None:
    text = lock.read_text().replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]

    assert packages
    for package in packages:
        assert re.match(r"[\w.-]+==[\w.!+]+ ", package), package
        assert "--hash=sha256:" in package, package
    assert "://" not in text


@pytest.mark.covers("API8:2023", "ASVS 15.2.4")
def test_what_is_named_is_locked_and_what_is_installed_is_checked_by_its_hash() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    recipe = (ROOT / "deploy" / "Dockerfile").read_text()

    assert {lock.stem for lock in LOCKS} == groups.keys() - {"shared"}
    assert recipe.count("--require-hashes") == len(re.findall(r"pip install", recipe))


FINE = {"dependencies": [{"name": "flask", "version": "3.1.2", "vulns": []}]}
VULNERABLE = {
    "dependencies": [{"name": "flask", "version": "0.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["0.2", "1.0"]}]}]
}
SKIPPED = {"dependencies": [*FINE["dependencies"], {"name": "amqp", "skip_reason": "not found on PyPI"}]}


@pytest.mark.covers("ASVS 15.2.1")
@pytest.mark.parametrize(
    ("reports", "code", "said"),
    [
        ([FINE, FINE], 0, "No known vulnerability"),
        ([FINE, VULNERABLE, SKIPPED], 1, "flask 0.1: PYSEC-1, fixed in 0.2, 1.0"),
        ([FINE, SKIPPED], 2, "could not be asked"),
    ],
)
def test_a_vulnerability_is_named_and_who_could_not_be_asked_about_is_not_called_fine(reports, code, said) -> None:
    found = audit.verdict(audit.read(f"{number}.txt", report) for number, report in enumerate(reports))

    assert found[0] == code
    assert said in found[1]


@pytest.mark.covers("ASVS 15.2.1")
def test_an_index_that_does_not_answer_is_told_as_such(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    lock = tmp_path / "some.txt"
    lock.write_text("flask==3.1.2 --hash=sha256:" + "0" * 64 + "\n")
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    assert audit.verdict([audit.audit(lock)])[0] == 2
