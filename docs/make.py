#!/usr/bin/env python3
"""Makes what the documentation shows of the program again: two pictures and the outputs between code fences.

    docs/make.py

- docs/pictures/session.svg: a terminal with `check` and `run`. The bar, which disappears when a run ends, is kept halfway.
- docs/pictures/page.png: the page that `run --report` writes.
- The block after each comment `<!-- output of: COMMAND -->` in README.md and docs/*.md.

All of it comes from the sandbox; no account is needed. Python's standard library is enough, beside two programs, which
Debian has as packages: tmux for the terminal, and chromium for the picture of the page (CHROME names another browser).
"""

import html
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
COLUMNS, LINES = 108, 60

# The rows of samples/onboarding.csv that the session shows: most of them, with one mistake of each kind.
SHOWN = [*range(1, 5), *range(6, 11), 12, 13, 15, 16, 17, 19, 20, 22, *range(24, 28)]

SCENARIO = """
latency = "250ms"
[organization]
id = "32b6e34b3d91647abb20e7b8"
name = "Example Corp"
[credentials]
token = "a-token-of-the-sandbox"
"""


def main():
    subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    os.environ["PATH"] = f"{ROOT / 'target' / 'debug'}:{os.environ['PATH']}"
    for name in [name for name in os.environ if name.startswith(("MONGODB_ATLAS_", "BULK_INVITE_", "RUST_LOG"))]:
        del os.environ[name]
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        make_pictures(Path(folder))
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        update_outputs(page)


def make_pictures(folder):
    rows = (ROOT / "samples" / "onboarding.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "people.csv").write_text("".join(rows[number - 1] for number in SHOWN), encoding="utf-8")
    (folder / "scenario.toml").write_text(SCENARIO)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = "127.0.0.1:%d" % free.getsockname()[1]
    command = ["bulk-invite", "sandbox", "--listen", address, "--scenario", folder / "scenario.toml"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        # Its first line says that it listens.
        server.stdout.readline()
        screen = record(folder, address)
    finally:
        server.terminate()
        server.wait()
    (PICTURES / "session.svg").write_text(svg(screen), encoding="utf-8")
    photograph(folder / "people.html", PICTURES / "page.png")


class Terminal:
    """A shell in a tmux of its own, in which keys are typed and whose screen is read."""

    def __init__(self, folder, environment):
        self.socket = folder / "tmux"
        settings = [argument for name, value in environment.items() for argument in ("-e", f"{name}={value}")]
        size = ["-x", str(COLUMNS), "-y", str(LINES)]
        self.tmux("-f", "/dev/null", "new-session", "-d", *size, "-c", folder, *settings, "bash", "--norc", "--noprofile")
        self.until_prompt()

    def tmux(self, *arguments):
        command = ["tmux", "-u", "-S", self.socket, *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout

    def screen(self):
        """Returns the lines on the screen, with their colours as escape sequences."""
        return self.tmux("capture-pane", "-p", "-e").rstrip("\n").split("\n")

    def type(self, text):
        self.tmux("send-keys", "-l", text)
        self.tmux("send-keys", "Enter")

    def frames(self):
        """Yields the screen as it changes, until the shell prompts again or 1.5 s pass without a change."""
        last, changed = None, time.monotonic()
        while time.monotonic() < changed + 1.5:
            screen = self.screen()
            if screen != last:
                last, changed = screen, time.monotonic()
                yield screen
            if plain(screen[-1]) == "$":
                return
            time.sleep(0.02)

    def until_prompt(self):
        return list(self.frames())[-1]


def record(folder, address):
    """Returns the screen after a session, with the bar as it was halfway."""
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PS1": r"\[\e[1;32m\]$\[\e[0m\] ",
        "MONGODB_ATLAS_BASE_URL": f"http://{address}",
        "MONGODB_ATLAS_ORG_ID": "32b6e34b3d91647abb20e7b8",
        "MONGODB_ATLAS_ACCESS_TOKEN": "a-token-of-the-sandbox",
        "BULK_INVITE_API": "users",
        "BULK_INVITE_CONCURRENCY": "2",
        "BULK_INVITE_REPORT": "people.html",
    }
    terminal = Terminal(folder, environment)
    try:
        for command in ["bulk-invite check people.csv", "bulk-invite run people.csv"]:
            terminal.type(command)
            terminal.until_prompt()
        # It waits for an answer now.
        terminal.type("y")
        frames = list(terminal.frames())
    finally:
        terminal.tmux("kill-server")
    last, halfway = frames[-1], frames[len(frames) // 2]
    at = len(halfway) - 1
    # The prompt at the end is not part of the picture.
    return last[:at] + [halfway[at]] + last[at:-1]


def plain(line):
    return re.sub(r"\x1b\[[0-9;]*m|\x0f", "", line).rstrip()


def photograph(page, picture):
    browser = os.environ.get("CHROME") or shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        sys.exit("there is no chromium; install it, or name a browser with CHROME")
    flags = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1000,850", f"--screenshot={picture}"]
    subprocess.run([browser, *flags, page.as_uri()], check=True, stderr=subprocess.DEVNULL)


WIDTH, HEIGHT, MARGIN = 8.4, 19, 18
PALETTE = "#3b4252 #e06c75 #98c379 #e5c07b #61afef #c678dd #56b6c2 #d7dae0".split()
STYLE = {1: ("font-weight", "bold"), 2: ("opacity", "0.65"), 3: ("font-style", "italic"), 4: ("text-decoration", "underline")}


def svg(lines):
    """Returns the lines of a terminal as a picture, and as its description."""
    width, height = COLUMNS * WIDTH + 2 * MARGIN, len(lines) * HEIGHT + 2 * MARGIN
    text = [text for row, line in enumerate(lines) for text in spans(line, MARGIN + (row + 0.75) * HEIGHT)]
    description = html.escape("\n".join(plain(line) for line in lines))
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img" aria-labelledby="title">',
        "<title id=\"title\">A session in a terminal: check, run, the progress bar and the summary</title>",
        f"<desc>{description}</desc>",
        f'<rect width="{width:.0f}" height="{height}" rx="8" fill="#1e222a"/>',
        "<g font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\" fill=\"#d7dae0\">",
        *text,
        "</g>\n</svg>\n",
    ])


def spans(line, y):
    """Yields a text element for each run of characters with the same colours."""
    column, style = 0, {}
    for codes, text in re.findall(r"(?:\x1b\[([0-9;]*)m)?([^\x1b\x0f]*)", line):
        for code in map(int, filter(None, codes.split(";"))) if codes else []:
            if code == 0:
                style = {}
            elif code in STYLE:
                style[STYLE[code][0]] = STYLE[code][1]
            elif code in range(30, 38) or code in range(90, 98):
                style["fill"] = PALETTE[code % 10]
            elif code == 39:
                style.pop("fill", None)
        if text.strip():
            start = column + len(text) - len(text.lstrip())
            shown = text.strip()
            attributes = "".join(f' {name}="{value}"' for name, value in style.items())
            # The length keeps columns in line in every font.
            yield (
                f'<text x="{MARGIN + start * WIDTH:.1f}" y="{y:.1f}" textLength="{len(shown) * WIDTH:.1f}"'
                f' xml:space="preserve"{attributes}>{html.escape(shown, quote=False)}</text>'
            )
        column += len(text)


def update_outputs(page):
    """Runs the command of each `<!-- output of: COMMAND -->` from the root, and puts what it prints into the next block."""

    def output(match):
        command = ["bash", "-c", match[2]]
        printed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
        return f"{match[1]}{printed.stdout}{match[3]}"

    text = page.read_text(encoding="utf-8")
    changed = re.sub(r"(<!-- output of: (.*) -->\n+```\w*\n)(?s:.*?)(^```$)", output, text, flags=re.MULTILINE)
    if changed != text:
        page.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main()
