"""One job of the soak: a sheet that is invited, disturbed, finished, checked and revoked."""

import random
import time
import traceback

from world import CREDENTIALS, World

# The server is done with a request, and its look-ups show it, well within the settling delay.
SETTLE = "1s"
LATE = ["503-late=300ms", "502-late=300ms", "504-late=200ms", "html-late=300ms", "reset-late=300ms", "200-late=200ms"]
LOST = ["reset-after", "reset-before", "cut", "no-id", "html-after", "500-after", "slow-after=100ms"]
BUSY = ["429=0s@0.03/all", "429=1s@#7", "503=0s@0.03/all"]
DURING_REVOKE = ["503-after@0.1/deletes", "reset-after@0.05/deletes", "reset-before@0.05/deletes", "cut@0.03/deletes"]
# More runs than any job needs to finish.
LAST_RUNS = 12

class Wrong(Exception):
    """A job that did not end as it should have, apart from doubles and losses, which are counted."""


class Figures:
    """What has happened so far, in all jobs."""

    NAMES = ("kills", "power cuts", "jobs", "emails", "faults", "doubles", "losses", "wrong ends")

    def __init__(self):
        self.counts = dict.fromkeys(self.NAMES, 0)
        self.lost_bytes = self.ended_first = 0

    def add(self, job):
        for name in self.NAMES:
            self.counts[name] += job.counts[name]
        self.lost_bytes += job.lost_bytes
        self.ended_first += job.ended_first

    def failed(self):
        return any(self.counts[name] for name in ("doubles", "losses", "wrong ends"))

    def __str__(self):
        return ", ".join(f"{count:,} {name}" for name, count in self.counts.items())


class Job(Figures):
    """One sheet: invited, disturbed, finished, checked and revoked."""

    def __init__(self, options, seed, kills, cuts):
        super().__init__()
        self.seed, self.kills, self.cuts = seed, kills, cuts
        self.binary, self.durability = options.binary, options.durability
        self.random, self.notes = random.Random(seed), []
        choose = self.random
        rows = choose.randint(100, 160) if kills else choose.randint(50, 90)
        self.api = choose.choice(["invites", "users"])
        self.concurrency = choose.choice([2, 4, 8, 16])
        late, lost = choose.sample(LATE, 3), choose.sample(LOST, 3)
        faults = [f"{fault}@{choose.choice(['0.02', '0.05', '0.1'])}" for fault in late + lost]
        faults += [*choose.sample(BUSY, 1), "500@0.04/lookups", *DURING_REVOKE]
        self.lag = choose.choice([0, 100, 300])
        duplicates = choose.choice(["409", "400", "accept"])
        self.sandbox = ["--no-limits", f"--seed={seed}", f"--duplicates={duplicates}", f"--lookup-lag={self.lag}ms"]
        self.sandbox += [f"--latency={choose.choice([5, 20, 40])}ms", *(f"--fault={fault}" for fault in faults)]
        self.credential = choose.choice(CREDENTIALS)
        # Two are in the organization already.
        self.people = [f"person-{number:03}@example.com" for number in range(rows)]
        self.people[rows // 3 : rows // 3] = ["grace.hopper@example.com", "ada.lovelace@example.com"]

    def play(self):
        with World(self.binary, self.credential, self.sandbox) as self.world:
            try:
                self._play()
            except Wrong as wrong:
                self._note("wrong ends", str(wrong))
            except Exception:
                self._note("wrong ends", traceback.format_exc())
            ledger = self.world.state()["ledger"]
        self.counts["jobs"], self.counts["faults"] = 1, ledger["faults"]
        self.counts["emails"] = sum(ledger["emails"].values())

    def _play(self):
        world = self.world
        world.write("people.csv", "email,roles\n" + "".join(f"{email},ORG_MEMBER\n" for email in self.people))
        before = world.people()
        common = [f"--settle={SETTLE}", "--timeout=5s", "--max-failures=off", "--max-attempts=8"]
        common += [f"--durability={self.durability}"] if self.durability else []
        run = ["run", "people.csv", f"--api={self.api}", f"--concurrency={self.concurrency}", *common]
        revoke = ["revoke", "people.results.csv", f"--concurrency={self.concurrency}", *common]
        of_revoke = (self.kills + self.cuts) // 5
        self._disturb(run, self.kills + self.cuts - of_revoke)
        self._finish(run, "run")
        self._check_results(before)
        self._disturb(revoke, of_revoke)
        self._finish(revoke, "revoke")
        time.sleep(self.lag / 1000)
        self._check_revoked(before)

    def _disturb(self, command, times):
        """Starts the command and kills it, or cuts its power, this many times."""
        for _ in range(times):
            process = (self.world.start_traced if self.cuts else self.world.start)(command)
            self._wait_for_a_moment(process, "DELETE" if command[0] == "revoke" else "POST")
            if self.cuts:
                lost = process.cut_power(self.random)
                self.counts["power cuts"] += lost is not None
                self.lost_bytes += lost or 0
                killed = lost is not None
            else:
                killed = process.kill()
                self.counts["kills"] += killed
            self.ended_first += not killed
            if not killed and process.finish() not in (0, 1):
                raise Wrong(f"{command[0]} ended with {process.finish()}\n{process.text()}")

    def _wait_for_a_moment(self, process, change):
        """Waits for a random time, or for a random number of requests: look-ups, or changes."""
        kind = self.random.choice(["time", "GET", change, change, change])
        end = time.monotonic() + (self.random.uniform(0.02, 1.6) if kind == "time" else 4)
        wanted = self.random.randint(1, 9)
        start = None
        while process.is_running() and time.monotonic() < end:
            if kind != "time":
                requests = self.world.state()["ledger"]["requests"]
                count = sum(number for request, number in requests.items() if request.startswith(kind))
                start = count if start is None else start
                if count >= start + wanted:
                    break
            time.sleep(0.004)
        time.sleep(self.random.choice([0, self.random.uniform(0, 0.06)]))

    def _finish(self, command, name):
        """Repeats the command until it succeeds."""
        output = []
        for _ in range(LAST_RUNS):
            process = self.world.start(command)
            code = process.finish()
            output.append(f"({code}) {process.text()}")
            if code == 0:
                return
        raise Wrong(f"{name} does not succeed:\n" + "".join(output[-2:]))

    def _note(self, name, what):
        self.counts[name] += 1
        self.notes.append(f"{name}: {what}")

    def _check_results(self, before):
        ledger, results = self.world.state()["ledger"], self.world.results()
        there = {person["username"] for person in before}
        for email, count in ledger["emails"].items():
            if count > 1:
                self._note("doubles", f"{email} got {count} emails")
        rows = [(line["row"], line["email"]) for line in results]
        for row, email in enumerate(self.people, start=2):
            if (lines := rows.count((str(row), email))) != 1:
                self._note("losses", f"row {row}, {email}, has {lines} lines")
        invited = [line for line in results if line["status"] == "invited"]
        recorded = {(line["email"], id_) for line in invited for id_ in line["invite_id"].split(";")}
        created = {(made["email"], made["id"]) for made in ledger["created"]}
        for email, id_ in sorted(created - recorded):
            status = [line["status"] for line in results if line["email"] == email]
            self._note("losses", f"the invitation {id_} of {email} is not on record: {status}")
        for email, id_ in sorted(recorded - created):
            self._note("losses", f"the invitation {id_} of {email} is on record and does not exist")
        for email in sorted(set(self.people) - there - {email for email, _ in created}):
            self._note("losses", f"{email} was not invited")

    def _check_revoked(self, before):
        after = self.world.people()
        for person in after:
            if person not in before:
                self._note("losses", f"revoke left {person['username']}")
        for person in before:
            if person not in after:
                self._note("losses", f"revoke changed {person['username']}")
