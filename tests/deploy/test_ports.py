"""Ports are promised once, however many processes choose some at the same time."""

import subprocess
import sys

import pytest

from deploy import ports
from tests.servers.databases import ROOT

FEW = range(20000, 20016)


def drawn_elsewhere(count: int) -> subprocess.Popen[str]:
    """Another process that draws `count` of the few ports, says which, and holds them until its input ends."""
    names = [str(number) for number in range(count)]
    draw = (
        "import sys; from deploy import ports; "
        f"ports.LOWEST, ports.HIGHEST = {FEW[0]}, {FEW[-1]}; "
        f"print(*ports.free_ports({names}).values(), flush=True); sys.stdin.read()"
    )
    return subprocess.Popen([sys.executable, "-c", draw], cwd=ROOT, stdin=-1, stdout=-1, text=True)


def test_no_port_is_given_twice_here_or_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "LOWEST", FEW[0])
    monkeypatch.setattr(ports, "HIGHEST", FEW[-1])
    with drawn_elsewhere(4) as other:
        assert other.stdin
        assert other.stdout
        theirs = {int(port) for port in other.stdout.readline().split()}

        ours = [next(iter(ports.free_ports(["one"]).values())) for _ in range(4)]

        other.stdin.close()
    assert len(theirs) == 4
    assert len(theirs | set(ours)) == 8
