"""One supervised process, as configured for supervisord."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Program:
    """A command, its user and how to stop it; runs in the repository's root, or in `directory`."""

    name: str
    group: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    directory: Path | None = None
    user: str | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 25
    at_once: bool = True  # started with the supervisor, not by a later command

    @property
    def full_name(self) -> str:
        """The name that the supervisor uses."""
        return f"{self.group}:{self.name}"

    def section(self, logs: Path) -> str:
        """Its part of supervisord's configuration."""
        directory = f"directory = {_literally(str(self.directory))}\n" if self.directory else ""
        return f"""
[program:{self.name}]
command = {_literally(shlex.join(self._full_command()))}
{directory}autostart = {str(self.at_once).lower()}
autorestart = true
startsecs = 1
startretries = 1000
stopsignal = {self.stop_signal}
stopwaitsecs = {self.stop_seconds}
killasgroup = true
redirect_stderr = true
stdout_logfile = {_literally(str(logs / self.name))}.log
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 1
"""

    def _full_command(self) -> list[str]:
        """With the account and the environment, and a word to the kernel: stop it when the supervisor is killed."""
        account = [f"--reuid={self.user}", f"--regid={self.user}", "--init-groups"] if self.user else []
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        return ["setpriv", f"--pdeathsig={self.stop_signal}", *account, "--", "env", *variables, *self.command]


def _literally(text: str) -> str:
    return text.replace("%", "%%")
