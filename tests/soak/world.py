"""A folder, a sandbox in a process of its own, and the program: what a job of the soak consists of."""

import csv
import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import disk

ORGANIZATION = "5a4db0c5a4db0c5a4db0c5a4"
CREDENTIALS = [
    {"MONGODB_ATLAS_ACCESS_TOKEN": "sandbox-access-token"},
    {
        "MONGODB_ATLAS_CLIENT_ID": "mdb_sa_id_5a4db0c5a4db0c5a4db0c500",
        "MONGODB_ATLAS_CLIENT_SECRET": "mdb_sa_sk_sandbox-only-this-secret-opens-nothing",
    },
    {
        "MONGODB_ATLAS_PUBLIC_API_KEY": "sandboxk",
        "MONGODB_ATLAS_PRIVATE_API_KEY": "5a4db0c5-0000-4000-8000-5a4db0c50000",
    },
]
PATIENCE = 90


class World:
    """A folder with a sheet, and the sandbox that its people are invited to."""

    def __init__(self, binary, credential, sandbox_arguments):
        self.binary = str(binary)
        self._temporary = tempfile.TemporaryDirectory(prefix="bulk-invite-soak-")
        root = Path(os.path.realpath(self._temporary.name))
        self.folder, self.streams = root / "job", root / "streams"
        self.folder.mkdir()
        self.streams.mkdir()
        # Outside the folder of the job, so that a power cut does not concern it.
        self.environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(root), "XDG_CONFIG_HOME": str(root)}
        self.started = []
        try:
            self._start_sandbox(sandbox_arguments)
        except BaseException:
            self.close()
            raise
        self.environment |= credential
        self.environment["MONGODB_ATLAS_ORG_ID"] = ORGANIZATION
        self.environment["MONGODB_ATLAS_BASE_URL"] = f"http://{self.address}"

    def _start_sandbox(self, arguments):
        output = self.streams / "sandbox"
        self._start([self.binary, "sandbox", "--listen=127.0.0.1:0", *arguments], output)
        end = time.monotonic() + PATIENCE
        while not (found := re.search(r"http://([\d.:]+)", output.read_text())):
            if self.started[0].poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the sandbox does not start: {output.read_text()}")
            time.sleep(0.01)
        self.address = found[1]

    def _start(self, arguments, output):
        with open(output, "wb") as stream:
            process = subprocess.Popen(
                arguments,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                # An interrupt at the terminal is for the soak alone, which then ends its processes.
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def close(self):
        """Ends every process and removes every file of the job."""
        for process in reversed(self.started):
            if process.poll() is None:
                for child in _children(process.pid):
                    _kill(child)
                process.kill()
                process.wait()
        self._temporary.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def state(self):
        """Returns the sandbox's own record: its organization, and what really happened."""
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)
        try:
            connection.request("GET", "/_sandbox/state")
            return json.load(connection.getresponse())
        finally:
            connection.close()

    def people(self):
        return sorted(self.state()["organization"]["people"], key=lambda person: person["id"])

    def start(self, arguments):
        """Starts the program."""
        return Process(self, [self.binary, *arguments])

    def start_traced(self, arguments):
        """Starts the program under strace, for a power cut."""
        return Process(self, [self.binary, *arguments], self.streams / "trace")

    def results(self, name="people.results.csv"):
        with open(self.folder / name, newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))


class Process:
    """The program, or strace and the program."""

    def __init__(self, world, command, trace=None):
        self.world, self.trace = world, trace
        self.output = world.streams / "output"
        if trace:
            self.disk = disk.Disk(world.folder)
            command = [*disk.command(trace), *command]
        self.process = world._start(command, self.output)

    def is_running(self):
        return self.process.poll() is None

    def text(self):
        return self.output.read_text(errors="replace")

    def kill(self):
        """Kills the program with `kill -9`. Returns whether it was still running."""
        if not self.trace:
            _kill(self.process.pid)
            return self.process.wait() == -signal.SIGKILL
        # strace ends by itself, and then its file is complete.
        for child in _children(self.process.pid):
            _kill(child)
        # It ends as the program did.
        return self.process.wait(PATIENCE) == -signal.SIGKILL

    def cut_power(self, random):
        """Kills the program and takes away what it had not synced. Returns the lost bytes, or `None` if it had ended."""
        killed = self.kill()
        with open(self.trace) as lines:
            self.disk.replay(lines)
        return self.disk.cut(random) if killed else None

    def finish(self):
        """Returns the exit code."""
        return self.process.wait(PATIENCE)


def _children(process):
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def _kill(process):
    try:
        os.kill(process, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False
