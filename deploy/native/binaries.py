"""The servers' programs, as Debian's and Ubuntu's packages install them."""

import shutil
from pathlib import Path

# services that come with the packages
SERVICES = ("postgresql", "rabbitmq-server", "nginx")
RABBITMQ = Path("/usr/lib/rabbitmq")
# In which certificates print names of any script.
FONTS = {
    "fonts-noto-core": Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"),
    "fonts-wqy-zenhei": Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"),
}


def postgres(program: str) -> Path | None:
    """A program of the newest PostgreSQL that is installed."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    newest = max((f for f in folders if (f / program).exists()), key=lambda f: float(f.parent.name), default=None)
    return newest / program if newest else None


def rabbitmq(program: str) -> Path | None:
    """The package's own program: the one on the PATH is a wrapper that changes account, home and cookie."""
    path = RABBITMQ / "bin" / program
    return path if path.exists() else None


def rabbitmq_has_plugin(name: str) -> bool:
    """True if the package includes the plugin."""
    return any(RABBITMQ.glob(f"lib/rabbitmq_server-*/plugins/{name}-*"))


def nginx() -> Path | None:
    """nginx, which a user's PATH may not hold."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def missing_packages() -> list[str]:
    """The Debian packages that must be installed before the system can run."""
    programs = {"postgresql": postgres("postgres"), "rabbitmq-server": rabbitmq("rabbitmq-server"), "nginx": nginx()}
    fonts = {package: font if font.exists() else None for package, font in FONTS.items()}
    return [package for package, file in (programs | fonts).items() if file is None]
