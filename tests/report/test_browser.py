"""The page in headless Chromium: nothing on the console, nothing asked of the network, something on the screen."""

import json
import os
import shutil
import subprocess
import zlib
from html import escape
from pathlib import Path

import pytest

from grader.report.page import page
from grader.report.statistics import item_statistics
from tests.classroom.runs import make_run
from tests.report.classes import large_class, report_of

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("CI needs chromium to look at the report")
    return found or pytest.skip("chromium is not installed")


@pytest.fixture(scope="module")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_run(tmp_path_factory.mktemp("browser") / "run", large_class(60))
    report = report_of(folder)
    path = folder / "report.html"
    path.write_text(page(report, item_statistics(report)), encoding="utf-8")
    return path


def run(browser: str, folder: Path, page_file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [browser, *FLAGS, f"--user-data-dir={folder / 'profile'}", *more, page_file.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def pixels(path: Path) -> tuple[int, int, set[bytes]]:
    """Width, height and the distinct rows' checksums of a PNG."""
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG")
    body, place = b"", 8
    while place < len(data):
        length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        body += data[place + 8 : place + 8 + length] if kind == b"IDAT" else b""
        place += 12 + length
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    raw = zlib.decompress(body)
    size = len(raw) // height
    return width, height, {raw[i * size : (i + 1) * size] for i in range(height)}


def requests(log: Path) -> list[str]:
    """The addresses that a page asked for; what the browser asks for itself has no origin."""
    text = log.read_text(encoding="utf-8", errors="replace").rstrip().rstrip(",")
    try:
        events = json.loads(text)
    except ValueError:  # a browser that is ended early leaves the list open
        events = json.loads(f"{text}]}}")
    started = events["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [event["params"] for event in events["events"] if event["type"] == started and "params" in event]
    return [
        one["url"] for one in asked if one.get("url", "").startswith("http") and one.get("initiator") != "not an origin"
    ]


def test_the_page_draws_asks_for_nothing_and_says_nothing_on_the_console(
    browser: str, report_file: Path, tmp_path: Path
) -> None:
    shot, log = tmp_path / "shot.png", tmp_path / "net.json"
    flags = (f"--screenshot={shot}", "--window-size=1280,3000", "--enable-logging=stderr", f"--log-net-log={log}")
    made = run(browser, tmp_path, report_file, *flags)
    assert "CONSOLE" not in made.stderr
    width, height, rows = pixels(shot)
    assert (width, height) == (1280, 3000) and len(rows) > 200
    assert requests(log) == []


def test_a_page_that_asks_and_complains_would_be_noticed(browser: str, tmp_path: Path) -> None:
    page_file, log = tmp_path / "control.html", tmp_path / "net.json"
    page_file.write_text('<!doctype html><img src="http://127.0.0.1:9/x.png"><script>console.error("no")</script>')
    flags = (f"--screenshot={tmp_path / 'shot.png'}", "--enable-logging=stderr", f"--log-net-log={log}")
    assert "CONSOLE" in run(browser, tmp_path, page_file, *flags).stderr
    assert requests(log) == ["http://127.0.0.1:9/x.png"]


@pytest.mark.parametrize("width", [1280, 800, 390])
def test_no_element_is_wider_than_the_window(browser: str, report_file: Path, tmp_path: Path, width: int) -> None:
    """A page of ours holds the report in a frame as wide as the screen and measures it, with all tables open."""
    text = report_file.read_text(encoding="utf-8").replace("<details>", "<details open>")
    assert "<details open>" in text
    measure = (
        "const f=document.querySelector('iframe');f.addEventListener('load',()=>{"
        "const e=f.contentDocument.documentElement;document.body.dataset.wide=e.scrollWidth+' '+e.clientWidth})"
    )
    frame = f'<iframe style="width:{width}px;height:800px;border:0" srcdoc="{escape(text)}"></iframe>'
    copy = tmp_path / "frame.html"
    copy.write_text(f"<!doctype html><meta charset=utf-8><body>{frame}<script>{measure}</script>", encoding="utf-8")
    dom = run(browser, tmp_path, copy, "--dump-dom", "--window-size=1400,900").stdout
    wide, room = map(int, dom.split('data-wide="')[1].split('"')[0].split())
    assert wide <= room and width - 20 <= room <= width


def test_the_reasons_for_help_can_be_read_on_a_phone(browser: str, report_file: Path, tmp_path: Path) -> None:
    measure = (
        "const f=document.querySelector('iframe');f.addEventListener('load',()=>{"
        "const e=f.contentDocument.querySelector('#help tbody td:last-child');document.body.dataset.wide=e.offsetWidth})"
    )
    frame = (
        f'<iframe style="width:390px;height:800px;border:0" srcdoc="{escape(report_file.read_text("utf-8"))}"></iframe>'
    )
    copy = tmp_path / "frame.html"
    copy.write_text(f"<!doctype html><meta charset=utf-8><body>{frame}<script>{measure}</script>", encoding="utf-8")
    dom = run(browser, tmp_path, copy, "--dump-dom", "--window-size=1400,900").stdout
    assert int(dom.split('data-wide="')[1].split('"')[0]) >= 200


def test_the_page_prints_to_a_pdf(browser: str, report_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    run(browser, tmp_path, report_file, f"--print-to-pdf={out}", "--no-pdf-header-footer")
    data = out.read_bytes()
    assert data.startswith(b"%PDF") and 1 <= data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") <= 20
