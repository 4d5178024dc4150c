"""Bytes, shifts and times of the pages that the public sees first, and of the component for other sites.

The line is that of Lighthouse's "slow 4G" (1.6 Mbit/s, 150 ms), the processor four times slower than this one; each
load is a first one, with an empty cache.
"""

import shutil
import statistics
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Browser, sync_playwright

from tests.bench.pages.setting import Setting
from tests.bench.rows import Row, bounded

LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER = 4
# A learning page of at most 100 kB without any shift is what was promised; the rest are web.dev's "good".
LEARNING = "the learning page"
MOST_KB, MOST_WIDGET_KB, MOST_LCP, MOST_SHIFT, MOST_SHIFT_ELSEWHERE = 100, 15, 2.5, 0.0, 0.1
WATCH = """
    window.seen = {shift: 0, largest: 0};
    new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) seen.shift += e.value })
        .observe({type: "layout-shift", buffered: true});
    new PerformanceObserver(list => { for (const e of list.getEntries()) seen.largest = e.startTime })
        .observe({type: "largest-contentful-paint", buffered: true});
"""


@dataclass(frozen=True)
class Load:
    """One page load: bytes over the wire, requests, layout shift, and seconds until the largest part was painted."""

    bytes: int
    requests: int
    shift: float
    largest: float


def measure(setting: Setting) -> list[Row]:
    """Each page as a phone loads it, and what the component weighs."""
    pages = {LEARNING: "/catalog/", "a session": "/catalog/sessions/" + _first_session(setting)}
    pages["the form to register"] = pages["a session"].replace("/catalog/", "/registration/")
    rows: list[Row] = []
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--no-proxy-server"])
        for name, path in pages.items():
            setting.say(name)
            loads = [_load(browser, f"{setting.site.url}{path}") for _ in range(setting.loads)]
            rows += _judge(name, loads)
        browser.close()
    return [*rows, _weigh_widget(setting)]


def _judge(name: str, loads: list[Load]) -> list[Row]:
    def median(member: str) -> float:
        return statistics.median(getattr(load, member) for load in loads)

    return [
        bounded(
            f"{name}, over the wire in {median('requests'):.0f} requests",
            median("bytes") / 1000,
            most=MOST_KB,
            unit="kB",
        ),
        bounded(
            f"{name}, layout shift",
            max(load.shift for load in loads),
            most=MOST_SHIFT if name == LEARNING else MOST_SHIFT_ELSEWHERE,
        ),
        bounded(f"{name}, largest part painted, slow line and processor", median("largest"), most=MOST_LCP, unit="s"),
    ]


def _load(browser: Browser, url: str) -> Load:
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2, has_touch=True)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    done: list[dict[str, Any]] = []
    devtools.on("Network.loadingFinished", lambda one: done.append(one))
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", LINE)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(WATCH)
    page.goto(url, wait_until="networkidle")
    seen = page.evaluate("seen")
    context.close()
    total = sum(int(one["encodedDataLength"]) for one in done)
    return Load(total, len(done), round(float(seen["shift"]), 4), float(seen["largest"]) / 1000)


def _first_session(setting: Setting) -> str:
    found = setting.site.api("GET", "/catalog/v1/sessions?registration=open&limit=1").json()["items"]
    return found[0]["slug"]


def _weigh_widget(setting: Setting) -> Row:
    with httpx.stream("GET", f"{setting.site.url}/catalog/widget.js", headers={"Accept-Encoding": "gzip"}) as answer:
        weight = sum(len(chunk) for chunk in answer.iter_raw())
    return bounded("the component for other sites, compressed", weight / 1000, most=MOST_WIDGET_KB, unit="kB")
