"""`make bench-pages`: whether the pages keep to their budgets, in Debian's Chromium as a phone on a slow line.

`--write` puts the table into its section of docs/benchmarks.md, `--quick` loads each page once. Needs `chromium`.
"""

from tests.bench.command import Bench, Start, say
from tests.bench.pages import budgets
from tests.bench.pages.setting import Setting
from tests.browser.site import Site
from tests.servers import databases

DATABASE = "convene_pages"


def _prepare(start: Start) -> Setting:
    databases.clone(start.engines, DATABASE)
    site = Site(start.engines, DATABASE, "convene", start.folder)
    start.processes.extend(site.processes())
    site.start()
    return Setting(site=site, loads=1 if start.quick else 5, say=say)


BENCH = Bench(
    service="pages",
    description="What the pages cost on an old phone.",
    prepare=_prepare,
    parts={"phone": budgets.measure},
)

if __name__ == "__main__":
    BENCH.run()
