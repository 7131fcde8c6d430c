"""The story the demonstration plays: one job from the first sync to the last leaver, in one dialect."""

from collections.abc import Callable, Iterator

from tests.entra.assertions import no_writes
from tests.entra.directory import Person, Tenant
from tests.entra.job import Job, Quarantine, Settings
from tests.entra.progress import Progress
from tests.entra.report import Report

SURNAME = "Lindqvist"


class Story:
    """A tenant, a job and the chapters of its life. Problems are sentences; none means it went well."""

    def __init__(self, tenant: Tenant, tenant_url: str, token: str, settings: Settings,
                 clock: Callable[[], float], people: int):
        self.tenant = tenant
        self.people = people
        self.total = Report()
        self.problems: list[str] = []
        self.closing_writes = 0
        self.found = 0
        self._bar: Progress | None = None
        self._job = Job(tenant, tenant_url, token, settings, clock, self._step)

    def play(self) -> None:
        """Every chapter in order; stops at a failed probe, since nothing after it could be sent."""
        try:
            for chapter in (self._initial, self._changes, self._disable, self._enable, self._purge, self._closing):
                chapter()
        except Quarantine as refusal:
            self.problems.append(f"the connection test failed: {refusal}")

    def _initial(self) -> None:
        self.tenant.hire(self.people)
        report = self._cycle("initial cycle", self.people)
        self.found = report.counts["found"]
        if report.ok and len(self._job.links) != self.people:
            self.problems.append(f"{len(self._job.links)} of {self.people} people have an account")

    def _changes(self) -> None:
        staff = list(self._named())
        promoted = staff[: max(1, self.people // 6)]
        renamed = staff[-max(1, self.people // 12):]
        for person in promoted:
            self.tenant.promote(person)
        for person in renamed:
            self.tenant.rename(person, SURNAME)
        mailless = [p for p in self.tenant.people.values() if p.mail is None and p.surname]
        for person in mailless[:1]:
            self.tenant.open_mailbox(person)
        moved = staff[len(staff) // 2]
        boss = next(p for p in staff if p is not moved and p.object_id != moved.manager)
        self.tenant.report_to(moved, boss)
        touched = {p.object_id for p in (*promoted, *renamed, *mailless[:1], moved)}
        self._cycle("updates, renames, a new manager", len(touched))

    def _disable(self) -> None:
        self._leavers = list(self._named())[1 : 1 + max(2, self.people // 10)]
        for index, person in enumerate(self._leavers):
            (self.tenant.disable if index % 2 else self.tenant.unassign)(person)
        self._expect(self._cycle("leavers disabled", len(self._leavers)), "disable", len(self._leavers))

    def _enable(self) -> None:
        for person in self._leavers:
            self.tenant.restore(person)
        self._expect(self._cycle("all of them back", len(self._leavers)), "enable", len(self._leavers))

    def _purge(self) -> None:
        gone = self._leavers[: max(1, len(self._leavers) // 2)]
        for person in gone:
            self.tenant.purge(person)
        self._expect(self._cycle("some purged", len(gone)), "delete", len(gone))
        for person in gone:
            self.tenant.forget(person)
        orphans = [p for p in self.tenant.people.values() if p.manager is None and p.object_id in self._job.links]
        self._cycle("their reports have no manager now", len(orphans))

    def _closing(self) -> None:
        self._job.restart()
        report = self._cycle("closing cycle over everybody, unchanged", len(self.tenant.people))
        self.closing_writes = len(report.writes)
        try:
            no_writes(report)
        except AssertionError as broken:
            self.problems.append(f"the closing cycle wrote although nothing had changed: {broken}")

    def _cycle(self, title: str, expected: int) -> Report:
        self._bar = Progress(f"{self._job.settings.dialect.name}: {title}", expected)
        report = self._job.cycle(title)
        self._bar.finish(_summary(report))
        self.problems += [f"{f.operation} of {f.who}: {f.detail}" for f in report.failures]
        self.problems += report.faults
        self.total.add(report)
        return report

    def _expect(self, report: Report, operation: str, times: int) -> None:
        if report.ok and report.counts[operation] != times:
            self.problems.append(f"{report.title}: {operation} happened {report.counts[operation]} times, not {times}")

    def _named(self) -> Iterator[Person]:
        """People with a name of their own and no guests: whom a rename can happen to."""
        return (p for p in self.tenant.people.values() if p.surname and "#EXT#" not in p.user_principal_name)

    def _step(self, who: str) -> None:
        if self._bar:
            self._bar.step(who)


def _summary(report: Report) -> str:
    words = (
        ("create", "created"), ("update", "updated"), ("rename", "renamed"), ("manager", "managers"),
        ("disable", "disabled"), ("enable", "re-enabled"), ("delete", "deleted"), ("same", "unchanged"),
    )
    parts = [f"{report.counts[name]} {word}" for name, word in words if report.counts[name]]
    parts += [f"{len(report.failures)} FAILED"] if report.failures else []
    return f"{', '.join(parts) or 'nothing to do'} · {report.requests} requests"
