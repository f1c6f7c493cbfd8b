#!/usr/bin/env python3
"""Kills bulk-invite and cuts its power at random moments, and checks afterwards that no email was doubled or forgotten.

    cargo build && tests/soak/soak.py

Each job runs the real program against the real sandbox, in a process of its own, with faults that a seed chooses. The
program is killed with `kill -9` again and again, or killed and deprived of everything that it had not synced (disk.py says
how). Then the job is finished and compared with the sandbox's own record: no person got two emails, every invitation is in
the results with its id, every row is there, and `revoke` cancels all of this job's invitations and nothing else.

Python's standard library is enough. The power cuts need strace and Linux. The exit code is 0 if everything held, 1 if not,
and 2 if the soak could not run. `--job NUMBER` plays one job again.
"""

import argparse
import shutil
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

sys.dont_write_bytecode = True

import disk  # noqa: E402
from job import Figures, Job  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
KILLS_OF_A_JOB = 10
CUTS_OF_A_JOB = 4
# The jobs without a kill or a power cut after which the soak gives up.
MOST_IDLE = 5


class Plan:
    """The jobs to play, until there were enough kills and power cuts."""

    def __init__(self, options):
        self.options, self.figures = options, Figures()
        self.lock = threading.Lock()
        # Kills and power cuts that are still to be made and that no job at hand is about to make.
        self.kills, self.cuts = options.kills, options.power_cuts
        self.at_hand, self.number, self.idle = 0, options.seed * 1000, 0
        self.error = None
        if options.job is not None:
            # Even numbers are jobs with kills, odd ones jobs with power cuts.
            self.kills, self.cuts = (0, CUTS_OF_A_JOB) if options.job % 2 else (KILLS_OF_A_JOB, 0)

    def next(self):
        """Returns the next job. Waits if a job at hand may make fewer kills than it was to make."""
        while True:
            with self.lock:
                if self.error or self.is_done():
                    return None
                if self.kills or self.cuts:
                    return self._take()
            time.sleep(0.1)

    def is_done(self):
        return not (self.kills or self.cuts or self.at_hand)

    def _take(self):
        kills = min(self.kills, KILLS_OF_A_JOB)
        cuts = 0 if kills else min(self.cuts, CUTS_OF_A_JOB)
        self.kills -= kills
        self.cuts -= cuts
        self.at_hand += 1
        self.number += 1
        seed = 2 * self.number + (cuts > 0) if self.options.job is None else self.options.job
        return Job(self.options, seed, kills, cuts)

    def end(self, job):
        """Counts a job. What it did not kill, because the program had ended before, is left to another job."""
        with self.lock:
            self.at_hand -= 1
            self.figures.add(job)
            kills, cuts = job.counts["kills"], job.counts["power cuts"]
            self.idle = 0 if kills + cuts else self.idle + 1
            if self.idle == MOST_IDLE:
                self.error = f"the last {MOST_IDLE} jobs had no kill and no power cut"
            if self.options.job is None:
                self.kills += job.kills - kills
                self.cuts += job.cuts - cuts
            for note in job.notes:
                print(f"job {job.seed}: {note}")
            print(f"job {job.seed}: {job}", flush=True)

    def work(self):
        """Plays jobs until none is left. A job that cannot be played ends the soak."""
        try:
            while job := self.next():
                job.play()
                self.end(job)
        except BaseException:
            self.error = traceback.format_exc()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--power-cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--job", type=int, help="play one job again, with the same faults: even numbers kill, odd ones cut the power")
    parser.add_argument("--durability", help="of the program; with `process`, power cuts have to find losses")
    parser.add_argument("--workers", type=int, default=2, help="jobs at the same time")
    parser.add_argument("--binary", type=Path, default=ROOT / "target" / "debug" / "bulk-invite")
    options = parser.parse_args()
    options.binary = options.binary.resolve()
    if not options.binary.is_file():
        return refuse(f"{options.binary} does not exist; run `cargo build` first, or set --binary")
    cuts_power = options.job % 2 if options.job is not None else options.power_cuts > 0
    if cuts_power and not shutil.which("strace"):
        return refuse("strace is not installed, which the power cuts need; install it, or set --power-cuts 0")
    if cuts_power and (problem := disk.problem()):
        return refuse(f"power cuts cannot be simulated here: {problem}")
    # The jobs at hand then come to their end, and with them their processes and files.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began, plan = time.monotonic(), Plan(options)
    workers = [threading.Thread(target=plan.work) for _ in range(options.workers)]
    for worker in workers:
        worker.start()
    try:
        for worker in workers:
            worker.join()
    except BaseException:
        plan.error = "interrupted"
        raise
    finally:
        for worker in workers:
            worker.join()
        figures = plan.figures
        print(figures)
        print(f"{figures.ended_first} programs had ended before their moment; power cuts took {figures.lost_bytes:,} bytes")
        print(f"{time.monotonic() - began:.0f} s, seed {options.seed}, {options.binary}")
    if plan.error or not figures.counts["jobs"]:
        return refuse(plan.error or "no job ran; set --kills or --power-cuts")
    return 1 if figures.failed() else 0


def refuse(why):
    print(f"error: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
