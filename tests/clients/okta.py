"""An Okta application: what its events send, in which order, and what it remembers between them.

Okta has no cycles as Entra has: each assignment, change and push sends its requests at once, several people's at the same
time. Documented by Okta's "SCIM 2.0 protocol reference" where nothing else is said; `docs/clients.md` says what is inferred.
"""

import hashlib
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.entra.client import Answer, Client, literal
from tests.entra.dialects import patch_body
from tests.entra.directory import Person
from tests.entra.mapping import CORE, ENTERPRISE
from tests.entra.report import Report

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PAGE = 100
HEADERS = {
    "User-Agent": "Okta SCIM Client 1.0.0",
    "Accept": "application/scim+json",
    "Accept-Charset": "utf-8",
    "Accept-Encoding": "gzip,deflate",
}


class Failed(Exception):
    """The server answered as Okta does not expect; the task fails in Okta's dashboard."""


class OktaClient(Client):
    """A connection with Okta's header fields."""

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Sends one request."""
        return super().request(method, path, body, {**HEADERS, **(headers or {})})


@dataclass
class Group:
    """A group of the organisation that is pushed to the application; `members` are object ids."""

    name: str
    members: list[str] = field(default_factory=list)


class Catalogue:
    """An application of the Integration Network: profiles by PUT, state and groups by PATCH."""

    name = "catalogue"

    def set_active(self, client: Client, scim_id: str, active: bool) -> Answer:
        """Deactivates or activates a user."""
        return client.patch(f"/Users/{scim_id}", patch_body([{"op": "replace", "value": {"active": active}}]))

    def push_members(self, client: Client, scim_id: str, name: str, members: list[dict], gone: list[str]) -> Answer:
        """Who left and who joined since the last push, after the name, which comes with every update of members."""
        renamed = client.patch(f"/Groups/{scim_id}", patch_body([{"op": "replace", "value": {"id": scim_id, "displayName": name}}]))
        operations = [{"op": "remove", "path": f"members[value eq {literal(member)}]"} for member in gone]
        if members:
            operations.append({"op": "add", "path": "members", "value": members})
        if renamed.status not in (200, 204) or not operations:
            return renamed
        return client.patch(f"/Groups/{scim_id}", patch_body(operations))

    def push_all(self, client: Client, scim_id: str, name: str, members: list[dict]) -> Answer:
        """The full list."""
        return client.patch(f"/Groups/{scim_id}", patch_body([{"op": "replace", "path": "members", "value": members}]))


class Wizard:
    """An application made with the App Integration Wizard: PUT for everything."""

    name = "wizard"

    def set_active(self, client: Client, scim_id: str, active: bool) -> Answer:
        """Deactivates or activates a user."""
        held = require(client.get(f"/Users/{scim_id}"), 200).json
        return client.put(f"/Users/{scim_id}", {**held, "active": active})

    def push_members(self, client: Client, scim_id: str, name: str, members: list[dict], gone: list[str]) -> Answer:
        """Reads the group and writes it with whoever is to be in it."""
        held = require(client.get(f"/Groups/{scim_id}"), 200).json
        stay = [
            {"value": member["value"], "display": member.get("display", "")}
            for member in held["members"]
            if member["value"] not in gone and all(member["value"] != new["value"] for new in members)
        ]
        return self.push_all(client, scim_id, name, stay + members)

    def push_all(self, client: Client, scim_id: str, name: str, members: list[dict]) -> Answer:
        """The whole group, without its id."""
        return client.put(f"/Groups/{scim_id}", {"schemas": [GROUP], "displayName": name, "members": members})


Dialect = Catalogue | Wizard


class Application:
    """One application with provisioning: links of people and groups, and the requests of what happens to them.

    `workers` is how many people's tasks run at once. `report` counts and checks every answer.
    """

    def __init__(self, tenant_url: str, token: str, dialect: Dialect, workers: int = 1):
        self.dialect = dialect
        self.report = Report(dialect.name)
        self.people: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self._pushed: dict[str, list[str]] = {}
        self._workers = workers
        self._url, self._token = tenant_url, token
        self._local = threading.local()
        self._clients: list[Client] = []

    def save_settings(self) -> None:
        """What the Provisioning tab sends when it is saved."""
        require(self._client.get("/Users?startIndex=1&count=2"), 200)
        require(self._client.get(f"/Groups?startIndex=1&count={PAGE}"), 200)

    def import_all(self, resource: str, page: int = PAGE) -> list[dict]:
        """Every resource of a kind, page by page, as the server lists them."""
        found: list[dict] = []
        start = 1
        while True:
            body = require(self._client.get(f"/{resource}?startIndex={start}&count={page}"), 200).json
            if body["startIndex"] != start or len(body["Resources"]) > page:
                raise Failed(f"page {start} of {resource}: {body['startIndex']}, {len(body['Resources'])} resources")
            found += body["Resources"]
            start += page
            if start > body["totalResults"]:
                self.report.count(f"imported {resource}", len(found))
                return found

    def match(self, imported: Iterable[dict], people: Iterable[Person]) -> None:
        """Confirms imported users as people of the organisation: an exact match of the userName."""
        by_name = {user["userName"].casefold(): user["id"] for user in imported}
        for person in people:
            if scim_id := by_name.get(person.user_principal_name.casefold()):
                self.people[person.object_id] = scim_id
                self.report.count("match")

    def assign(self, people: Iterable[Person]) -> None:
        """Assigns people: looks each up, then creates him, or lets him in again and pushes his profile."""
        self._each(people, self._assign)

    def push_profiles(self, people: Iterable[Person]) -> None:
        """Changed profiles, or a Force Sync: reads each user and writes it back with what changed."""
        self._each(people, self._push_profile)

    def unassign(self, people: Iterable[Person]) -> None:
        """Deactivates people. Okta never deletes a user."""
        self._each(people, self._deactivate)

    def push_group(self, group: Group) -> None:
        """A linked group: creates it on its first push, then sends who joined and left."""
        scim_id = self.groups.get(group.name)
        if scim_id is None:
            body = {"schemas": [GROUP], "displayName": group.name, "members": []}
            scim_id = require(self._client.post("/Groups", body), 201).json["id"]
            self.groups[group.name] = scim_id
            self.report.count("group")
        before, now = self._pushed.get(group.name, []), self._ids(group)
        gone = [member for member in before if member not in now]
        members = [member for member in self._members(group) if member["value"] not in before]
        require(self.dialect.push_members(self._client, scim_id, group.name, members, gone), 200, 204)
        self._pushed[group.name] = now
        self.report.count("push")

    def push_now(self, group: Group) -> None:
        """The button Push Now: the full list."""
        scim_id = self.groups[group.name]
        require(self.dialect.push_all(self._client, scim_id, group.name, self._members(group)), 200, 204)
        self._pushed[group.name] = self._ids(group)
        self.report.count("push now")

    def rename_group(self, group: Group, name: str) -> None:
        """A new name in Okta."""
        self.groups[name] = self.groups.pop(group.name)
        self._pushed[name] = self._pushed.pop(group.name)
        group.name = name
        self.push_group(group)

    def unlink(self, group: Group, delete: bool) -> None:
        """Unlinks a pushed group; the administrator chooses whether it is deleted or left."""
        scim_id = self.groups.pop(group.name)
        self._pushed.pop(group.name)
        if delete:
            require(self._client.delete(f"/Groups/{scim_id}"), 204)
            self.report.count("group deleted")

    def close(self) -> None:
        """Hangs up."""
        for client in self._clients:
            client.close()
        self._clients.clear()

    def _assign(self, person: Person) -> None:
        condition = f"userName eq {literal(person.user_principal_name)}"
        path = f"/Users?filter={self._client.quoted(condition)}&startIndex=1&count={PAGE}"
        found = require(self._client.get(path), 200).json
        if found["totalResults"] > 1:
            raise Failed(f"{found['totalResults']} users match {person.user_principal_name}")
        if not found["Resources"]:
            created = require(self._client.post("/Users", body_of(person)), 201).json
            self.people[person.object_id] = created["id"]
            self.report.count("create")
            return
        user = found["Resources"][0]
        self.people[person.object_id] = user["id"]
        if not user["active"]:
            require(self.dialect.set_active(self._client, user["id"], True), 200, 204)
            self.report.count("activate")
        self._push_profile(person)

    def _push_profile(self, person: Person) -> None:
        path = f"/Users/{self.people[person.object_id]}"
        held = require(self._client.get(path), 200).json
        require(self._client.put(path, merged(held, profile(person))), 200)
        self.report.count("update")

    def _deactivate(self, person: Person) -> None:
        answer = require(self.dialect.set_active(self._client, self.people[person.object_id], False), 200, 204)
        if answer.content and answer.json["active"] is not False:
            raise Failed(f"{person.user_principal_name} is still active")
        self.report.count("deactivate")

    def _ids(self, group: Group) -> list[str]:
        return [self.people[member] for member in group.members if member in self.people]

    def _members(self, group: Group) -> list[dict]:
        return [{"value": scim_id, "display": scim_id[:8]} for scim_id in self._ids(group)]

    def _each(self, people: Iterable[Person], task: Callable[[Person], None]) -> None:
        with ThreadPoolExecutor(self._workers) as pool:
            list(pool.map(task, people))

    @property
    def _client(self) -> OktaClient:
        client = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = OktaClient(self._url, self._token, "%20", self.report.observe)
            self._clients.append(client)
        return client


def require(answer: Answer, *statuses: int) -> Answer:
    """The answer, if it has one of these statuses."""
    if answer.status not in statuses:
        raise Failed(f"{answer.method} {answer.path}: {answer.detail}")
    return answer


def profile(person: Person) -> dict:
    """The app user profile of a person in SCIM's terms; what the person does not have is empty text, as in Okta's samples."""
    return {
        "schemas": [CORE, ENTERPRISE],
        "userName": person.user_principal_name,
        "name": {"givenName": person.given_name or "", "middleName": "", "familyName": person.surname or ""},
        "emails": [{"primary": True, "value": person.mail or "", "type": "work"}],
        "displayName": person.display_name,
        "title": person.job_title or "",
        "locale": (person.preferred_language or "en-US").replace("-", "_"),
        "externalId": "00u" + hashlib.sha256(person.object_id.encode()).hexdigest()[:17],
        "phoneNumbers": [{"value": person.telephone_number or "", "type": "work"}, {"value": person.mobile or "", "type": "mobile"}],
        "addresses": [{
            "type": "work", "streetAddress": person.street_address or "", "locality": person.city or "", "region": person.state or "",
            "postalCode": person.postal_code or "", "country": person.country or "",
        }],
        ENTERPRISE: {"employeeNumber": person.employee_id or "", "department": person.department or ""},
    }  # fmt: skip


def body_of(person: Person) -> dict:
    """What creates a user: a random password comes along even when passwords are not synchronised."""
    password = "Oy-" + hashlib.sha256(person.user_principal_name.encode()).hexdigest()[:12]
    return {**profile(person), "groups": [], "password": password, "active": True}


def merged(held: dict, wanted: dict) -> dict:
    """What the server holds with the profile put over it: `id`, `meta` and `groups` travel back as they came."""
    return {**held, **wanted, "schemas": sorted({*held["schemas"], *wanted["schemas"]})}
