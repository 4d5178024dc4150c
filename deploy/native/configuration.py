"""supervisord's configuration file."""

from hashlib import sha256
from pathlib import Path

from deploy.native.program import Program

LONGEST_SOCKET_PATH = 90  # the kernel allows 107, supervisord adds its process id while it makes the socket

HEAD = """[unix_http_server]
file = {socket}
chmod = 0700

[supervisord]
nodaemon = true
silent = true
directory = {root}
logfile = {logs}/supervisord.log
logfile_maxbytes = 5MB
logfile_backups = 1
pidfile = {folder}/supervisord.pid
childlogdir = {logs}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""


def socket_path(folder: Path) -> Path:
    """Return the path of the control socket: in `folder`, or under /tmp if that is too long for a socket."""
    inside = folder / "supervisor.sock"
    if len(str(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    return Path("/tmp") / f"convene-{sha256(str(folder).encode()).hexdigest()[:12]}" / "supervisor.sock"  # noqa: S108 made 0700


def write(folder: Path, root: Path, programs: list[Program]) -> Path:
    """Write the file for `programs`, which run in `root`. Groups start in the order they first appear, and stop in the
    opposite one, the members of each together."""
    logs = folder / "logs"
    parts = [HEAD.format(socket=socket_path(folder), logs=logs, folder=folder, root=root)]
    parts += [program.section(logs) for program in programs]
    groups = dict.fromkeys(program.group for program in programs)
    for priority, group in enumerate(groups):
        members = ",".join(program.name for program in programs if program.group == group)
        parts.append(f"\n[group:{group}]\nprograms = {members}\npriority = {priority}\n")
    file = folder / "supervisord.conf"
    file.write_text("".join(parts))
    return file
