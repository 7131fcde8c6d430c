"""The provisioning job: what a cycle sends, in which order, and what it remembers between cycles."""

import threading
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from tests.entra.client import Answer, Client, LostResponse, literal
from tests.entra.dialects import Dialect, Legacy, OnDemand, patch_body
from tests.entra.directory import Person, Tenant
from tests.entra.escrow import Escrow
from tests.entra.mapping import MANAGER, Rule, body_of, default_mapping, differences, project, read
from tests.entra.report import Report
from tests.entra.transport import Transport

MAX_WORKERS = 5


class Quarantine(Exception):
    """The probe was not answered with 200 and an empty list; the job stops before any object."""


@dataclass
class Settings:
    """Switches of a job. `match` are the matching attributes by precedence, tried until one hits.

    `groups` adds the group probe; it is off as long as the servers tested have no groups.
    """

    dialect: Dialect = field(default_factory=Legacy)
    rules: tuple[Rule, ...] = field(default_factory=default_mapping)
    match: tuple[str, ...] = ("userName",)
    active_as_text: bool = False
    space: str = "+"
    workers: int = 1
    groups: bool = False
    transport: Transport = field(default_factory=Transport)


class Job:
    """One provisioning job: a source tenant, a Tenant URL, and the links between them.

    `progress` is called with the object id of each person done.
    """

    def __init__(self, tenant: Tenant, tenant_url: str, token: str, settings: Settings,
                 clock: Callable[[], float], progress: Callable[[str], None] = lambda who: None):
        if not 1 <= settings.workers <= MAX_WORKERS:
            raise ValueError(f"{settings.workers} workers; Entra uses 1 to {MAX_WORKERS}")
        self.tenant = tenant
        self.settings = settings
        self.links: dict[str, str] = {}
        self.escrow = Escrow(clock)
        self._managers: dict[str, str] = {}
        self._held: dict[str, dict] = {}
        self._watermark: float | None = None
        self._url, self._token, self._clock, self._progress = tenant_url, token, clock, progress
        self._local = threading.local()
        self._clients: list[Client] = []

    def restart(self, forget_links: bool = False) -> None:
        """The portal's Restart: the next cycle looks at everybody. A new job also has no links."""
        self._watermark = None
        self.escrow.clear()
        if forget_links:
            self.links.clear()
            self._managers.clear()

    def cycle(self, title: str = "") -> Report:
        """One cycle: whoever changed since the last one, or everybody after a restart.

        Raises Quarantine when the probe fails.
        """
        report = Report(title)
        started = self._clock()
        try:
            self._probe(report)
            due = self.escrow.due()
            people = {p.object_id: p for p in self.tenant.changed_since(self._watermark)}
            people |= {o: self.tenant.people[o] for o in due if o in self.tenant.people}
            self._held.clear()
            self._spread(report, people.values(), self._evaluate)
            self._spread(report, [p for p in people.values() if p.active], self._refer)
        finally:
            self._hang_up()
        self._watermark = started
        return report

    def on_demand(self, person: Person) -> Report:
        """Provision on demand: connection test, then one person in the legacy dialect (Q-42)."""
        report = Report("on demand")
        try:
            self._probe(report)
            for step in (self._evaluate, self._refer):
                step(self._client(report), report, person, OnDemand())
        finally:
            self._hang_up()
        return report

    def _probe(self, report: Report) -> None:
        client = self._client(report)
        self._expect_empty(client.find(f"{self.settings.match[0]} eq {literal(str(uuid.uuid4()))}"))
        if self.settings.groups:
            condition = f"displayName eq {literal(str(uuid.uuid4()))}"
            self._expect_empty(client.find(condition, "Groups", "excludedAttributes=members"))
        report.count("probe")

    @staticmethod
    def _expect_empty(answer: Answer) -> None:
        try:
            empty = answer.status == 200 and answer.json["totalResults"] == 0 and answer.json["Resources"] == []
        except (ValueError, KeyError, TypeError):
            empty = False
        if not empty:
            raise Quarantine(answer.detail)

    def _evaluate(self, client: Client, report: Report, person: Person, dialect: Dialect) -> None:
        if person.purged:
            self._purge(client, report, person)
            return
        scim_id = self.links.get(person.object_id)
        resource = self._read(client, report, person, scim_id) if scim_id else self._match(client, report, person)
        if resource is not None:
            self._update(client, report, person, resource, dialect)
        elif scim_id is None and person.active:
            self._create(client, report, person)

    def _match(self, client: Client, report: Report, person: Person) -> dict | None:
        values = project(person, self.settings.rules)
        for attribute in self.settings.match:
            if attribute not in values:
                continue
            answer = _require(client.find(f"{attribute} eq {literal(str(values[attribute]))}"), "match", 200)
            report.count("match")
            found = answer.json["Resources"]
            if answer.json["totalResults"] > 1 or len(found) > 1:
                raise _Failed("match", f"{answer.json['totalResults']} users have {attribute} {values[attribute]!r}")
            if found:
                report.count("found")
                self._link(person, found[0])
                return found[0]
        return None

    def _read(self, client: Client, report: Report, person: Person, scim_id: str) -> dict:
        answer = client.get(f"/Users/{scim_id}")
        if answer.status == 404:
            raise _Failed("read", f"InvalidAnchor: {answer.detail}")
        report.count("read")
        return _require(answer, "read", 200).json

    def _create(self, client: Client, report: Report, person: Person) -> None:
        body = body_of(project(person, self.settings.rules), self.settings.active_as_text)
        answer = self._write(client, "POST", "/Users", body)
        if answer.status == 409 and answer.repeated:
            found = self._match(client, report, person)
            if found is None:
                raise _Failed("create", answer.detail)
        else:
            self._link(person, _require(answer, "create", 201).json)
        report.count("create")

    def _update(self, client: Client, report: Report, person: Person, resource: dict, dialect: Dialect) -> None:
        self._held[person.object_id] = resource
        wanted = project(person, self.settings.rules)
        if not person.active:
            wanted = {"active": False}
        changes = list(differences(wanted, resource))
        if not changes:
            report.count("same")
            return
        body = patch_body(dialect.operations(changes))
        answer = _require(self._write(client, "PATCH", f"/Users/{resource['id']}", body), "update", 200, 204)
        targets = {target for _, target, _ in changes}
        kind = "update"
        if "active" in targets:
            kind = "enable" if person.active else "disable"
        report.count(kind)
        report.count("rename", "userName" in targets)
        if answer.content:
            self._held[person.object_id] = answer.json

    def _purge(self, client: Client, report: Report, person: Person) -> None:
        """DELETE goes only to a user the job still manages: one who was unassigned before gets none."""
        scim_id = self.links.get(person.object_id)
        if scim_id is None or not person.assigned:
            return
        answer = self._write(client, "DELETE", f"/Users/{scim_id}")
        if answer.status != 404 or not answer.repeated:
            _require(answer, "delete", 204)
        del self.links[person.object_id]
        self._managers.pop(person.object_id, None)
        report.count("delete")

    def _refer(self, client: Client, report: Report, person: Person, dialect: Dialect) -> None:
        """The manager, once both ends are known; a reference whose target is out of scope is not sent."""
        resource = self._held.get(person.object_id)
        if resource is None:
            return
        held = read(resource, MANAGER)
        manager = self.tenant.people.get(person.manager or "")
        wanted = self.links.get(manager.object_id) if manager and manager.assigned else None
        if wanted is not None and wanted != held:
            operations = dialect.operations([("replace" if held else "add", MANAGER, wanted)])
        elif person.manager is None and held and self._managers.get(person.object_id) == held:
            operations = dialect.clear_manager(held)
        else:
            if wanted is not None:
                self._managers[person.object_id] = wanted
            return
        answer = self._write(client, "PATCH", f"/Users/{resource['id']}", patch_body(operations))
        _require(answer, "manager", 200, 204)
        if wanted is None:
            self._managers.pop(person.object_id, None)
        else:
            self._managers[person.object_id] = wanted
        report.count("manager")

    def _link(self, person: Person, resource: dict) -> None:
        scim_id = resource.get("id")
        if not isinstance(scim_id, str) or not scim_id:
            raise _Failed("link", f"the answer has no id: {resource!r:.200}")
        self.links[person.object_id] = scim_id
        self._held[person.object_id] = resource

    def _write(self, client: Client, method: str, path: str, body: dict | None = None) -> Answer:
        """A write; one whose answer was lost is sent again."""
        try:
            return self.settings.transport.write(client, method, path, body)
        except LostResponse:
            return replace(client.request(method, path, body), repeated=True)

    def _spread(self, report: Report, people: Iterable[Person], step) -> None:
        def one(person: Person) -> None:
            try:
                step(self._client(report), report, person, self.settings.dialect)
            except _Failed as failure:
                report.fail(person.user_principal_name, failure.operation, failure.detail, step == self._refer)
                self.escrow.failed(person.object_id)
            except (OSError, ValueError, KeyError, TypeError) as error:
                report.fail(person.user_principal_name, step.__name__.strip("_"), f"{type(error).__name__}: {error}")
                self.escrow.failed(person.object_id)
            else:
                if step == self._evaluate:
                    self.escrow.succeeded(person.object_id)
            if step == self._evaluate:
                self._progress(person.object_id)

        with ThreadPoolExecutor(self.settings.workers) as pool:
            list(pool.map(one, people))

    def _client(self, report: Report) -> Client:
        """This thread's connection, reporting to this cycle."""
        held = getattr(self._local, "client", None)
        if held is None or held[0] is not report:
            client = Client(self._url, self._token, self.settings.space, report.observe)
            self._local.client = held = (report, client)
            self._clients.append(client)
        return held[1]

    def _hang_up(self) -> None:
        for client in self._clients:
            client.close()
        self._clients.clear()


class _Failed(Exception):
    def __init__(self, operation: str, detail: str):
        super().__init__(detail)
        self.operation, self.detail = operation, detail


def _require(answer: Answer, operation: str, *statuses: int) -> Answer:
    if answer.status not in statuses:
        raise _Failed(operation, answer.detail)
    return answer
