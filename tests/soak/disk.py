"""A folder as a power cut leaves it, rebuilt from the system calls of a program under strace.

The model is the strictest that POSIX allows. The content of a file survives as it was when its last completed fsync or
fdatasync began. Names (created, renamed, removed) survive as they were when the last completed fsync of the folder began.
Of everything later, nothing survives, or a random part from its beginning.

A kill without a power cut loses nothing, so with every call applied the model has to equal the real folder. `Disk.check`
compares them, and so no call that the model lacks goes unnoticed.
"""

import itertools
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

CALLS = (
    "open,openat,creat,write,pwrite64,writev,pwritev,fsync,fdatasync,sync_file_range,rename,renameat,renameat2,"
    "link,linkat,unlink,unlinkat,ftruncate,truncate,fallocate,copy_file_range,sendfile"
)

_LINE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+|\?)")
_STARTED = re.compile(r"(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
_ENDED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+|\?)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_OPEN_FILE = re.compile(r"\d+<((?:\\x[0-9a-f]{2})*)>(\(deleted\))?")


def command(trace):
    """Returns the start of a command line that records a program's calls in the file `trace`."""
    return ["strace", "-f", "-y", "-xx", "-s", "100000000", "-e", "signal=none", "-e", f"trace={CALLS}", "-o", str(trace)]


class Unmodelled(Exception):
    """A state of the folder that the model does not explain."""


class _File:
    def __init__(self, content=b""):
        self.content = bytearray(content)
        self.synced = bytes(content)


class Disk:
    """The files of one folder, which has no folders in it: what a process sees, and what a power cut leaves."""

    def __init__(self, folder):
        """Starts with a folder of which everything is synced."""
        self.folder = os.path.realpath(folder)
        self.names = {path.name: _File(path.read_bytes()) for path in Path(folder).iterdir()}
        self.synced_names = dict(self.names)
        # The names after each change since the last sync of the folder.
        self.later_names = []
        self.syncs = 0

    def replay(self, lines):
        """Applies the calls of a trace, and compares the result with the real folder after the kill."""
        started, pending = {}, {}
        for line in lines:
            line = line.rstrip("\n")
            if match := _STARTED.match(line):
                thread, name, arguments = match.groups()
                started[thread] = (name, arguments, self._before(name, arguments))
            elif match := _ENDED.match(line):
                thread, name, more, result = match.groups()
                begun, arguments, before = started.pop(thread)
                if begun != name:
                    raise Unmodelled(f"a trace in which {name} ends {begun}")
                if result == "?":
                    pending[thread] = (name, arguments + more)
                else:
                    self._apply(name, arguments + more, int(result), before)
            elif match := _LINE.match(line):
                thread, name, arguments, result = match.groups()
                if result == "?":
                    pending[thread] = (name, arguments)
                else:
                    self._apply(name, arguments, int(result), self._before(name, arguments))
        pending.update({thread: (name, arguments) for thread, (name, arguments, _) in started.items()})
        self._check([call for call in pending.values() if "sync" not in call[0]])

    def _check(self, pending):
        """Finds which of the calls that the kill interrupted took effect."""
        real = {path.name: path.read_bytes() for path in Path(self.folder).iterdir()}
        backup = {name: bytes(file.content) for name, file in self.names.items()}, dict(self.names), list(self.later_names)
        for count in range(len(pending) + 1):
            for calls in itertools.combinations(pending, count):
                for name, arguments in calls:
                    self._apply(name, arguments, None, None)
                if {name: bytes(file.content) for name, file in self.names.items()} == real:
                    return
                contents, names, later = backup
                self.names, self.later_names = dict(names), list(later)
                for name, content in contents.items():
                    self.names[name].content[:] = content
        shown = {name: len(file.content) for name, file in self.names.items()}
        raise Unmodelled(f"the folder has {({name: len(text) for name, text in real.items()})}, but the model {shown}")

    def cut(self, random, strict=False):
        """Replaces the real folder's files by what a power cut leaves. Returns the number of bytes that were lost."""
        lucky = not strict and random.random() < 0.5
        states = [self.synced_names, *self.later_names]
        names = states[random.randrange(len(states))] if lucky else self.synced_names
        seen = sum(len(file.content) for file in self.names.values())
        left = {}
        for name, file in names.items():
            left[name] = file.synced
            if lucky and file.content.startswith(file.synced):
                left[name] = bytes(file.content[: random.randint(len(file.synced), len(file.content))])
        for path in Path(self.folder).iterdir():
            path.unlink()
        for name, content in left.items():
            path = Path(self.folder, name)
            path.write_bytes(content)
            path.chmod(0o600)
        return seen - sum(len(content) for content in left.values())

    def _name(self, encoded):
        path = os.path.join(self.folder, _decoded(encoded).decode())
        folder, name = os.path.split(os.path.normpath(path))
        return name if folder == self.folder else None

    def _file(self, arguments):
        """Returns the open file that is the first argument of a call, if it has a name in the folder."""
        match = _OPEN_FILE.match(arguments)
        if not match or match[2]:
            return None
        return self.names.get(self._name(match[1]))

    def _is_folder(self, arguments):
        match = _OPEN_FILE.match(arguments)
        return bool(match) and os.path.normpath(_decoded(match[1]).decode()) == self.folder

    def _before(self, name, arguments):
        """Returns what a sync that begins now makes durable."""
        if name not in ("fsync", "fdatasync"):
            return None
        if self._is_folder(arguments):
            return None, dict(self.names), len(self.later_names)
        file = self._file(arguments)
        return file and (file, bytes(file.content), 0)

    def _renamed(self):
        self.later_names.append(dict(self.names))

    def _apply(self, name, arguments, result, before):
        """Applies a call that succeeded; of one that was killed, the result is not known."""
        if result is not None and result < 0:
            return
        texts = _TEXT.findall(arguments)
        if name in ("fsync", "fdatasync"):
            if before:
                self.syncs += 1
                file, synced, later = before
                if file:
                    file.synced = synced
                else:
                    self.synced_names = synced
                    del self.later_names[:later]
        elif name in ("open", "openat", "creat"):
            path = self._name(texts[0])
            if path and path not in self.names and ("O_CREAT" in arguments or name == "creat"):
                self.names[path] = _File()
                self._renamed()
            elif path in self.names and ("O_TRUNC" in arguments or name == "creat"):
                self.names[path].content.clear()
        elif name in ("write", "writev", "pwrite64"):
            if (file := self._file(arguments)) is None:
                return
            data = b"".join(map(_decoded, texts))
            data = data if result is None else data[:result]
            at = int(arguments.rsplit(", ", 1)[1]) if name == "pwrite64" else len(file.content)
            file.content[at : at + len(data)] = data
        elif name == "ftruncate":
            if file := self._file(arguments):
                length = int(arguments.rsplit(", ", 1)[1])
                file.content[:] = file.content[:length].ljust(length, b"\0")
        elif name in ("rename", "renameat", "renameat2"):
            source, target = map(self._name, texts)
            if source in self.names:
                file = self.names.pop(source)
                if target:
                    self.names[target] = file
                self._renamed()
        elif name in ("unlink", "unlinkat"):
            if self.names.pop(self._name(texts[0]), None):
                self._renamed()


def _decoded(text):
    return bytes.fromhex(text.replace("\\x", ""))


# Writes files with and without syncs, and is killed.
_PROGRAM = """
import os
def write(name, *parts):
    file = os.open(name, os.O_CREAT | os.O_WRONLY)
    for part in parts:
        os.write(file, part) if part else os.fsync(file)
    return file
folder = os.open(".", os.O_RDONLY)
write("begun", b"synced", b"", b" later")
os.pwrite(write("rewritten", b"synced", b""), b"S", 0)
write("empty", b"later")
os.fsync(folder)
write("unnamed", b"synced", b"")
write("replacement", b"new", b"")
os.rename("replacement", "replaced")
os.unlink("removed")
os.kill(os.getpid(), 9)
"""
_BEFORE = {"replaced": b"old", "removed": b"old"}
_SEEN = {"begun": b"synced later", "rewritten": b"Synced", "empty": b"later", "unnamed": b"synced", "replaced": b"new"}
_LEFT = {"begun": b"synced", "rewritten": b"synced", "empty": b"", "replaced": b"old", "removed": b"old"}


def problem():
    """Cuts the power of a program that writes with and without syncs. Returns what is wrong, if strace does not work."""
    with tempfile.TemporaryDirectory(prefix="bulk-invite-soak-") as temporary:
        folder, trace = Path(temporary, "folder"), Path(temporary, "trace")
        folder.mkdir()
        for name, content in _BEFORE.items():
            (folder / name).write_bytes(content)
        disk = Disk(folder)
        files = lambda: {path.name: path.read_bytes() for path in folder.iterdir()}  # noqa: E731
        run = subprocess.run([*command(trace), sys.executable, "-c", _PROGRAM], cwd=folder, capture_output=True, text=True)
        if files() != _SEEN:
            return f"strace ran nothing: {run.stderr.strip()}"
        try:
            disk.replay(trace.read_text().splitlines())
        except Unmodelled as wrong:
            return str(wrong)
        disk.cut(random, strict=True)
        return None if files() == _LEFT else f"a power cut left {files()}"
