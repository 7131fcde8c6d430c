"""Whole lives of an Okta application, with profiles by PUT and groups by PATCH or PUT."""

import json
from collections.abc import Iterable

from tests.clients.okta import Application, Catalogue, Dialect, Group, Wizard
from tests.entra.assertions import answers_are_scim, same_state, unchanged
from tests.entra.directory import Person, Tenant
from tests.entra.mapping import ENTERPRISE
from tests.http.case import ScimCase, unique
from tests.http.expected import without
from tests.http.server import server

PEOPLE = 24
# How many of Okta's tasks for one application run at once is not documented.
WORKERS = 4


class OktaCase(ScimCase):
    """Every test has people with a mail domain of their own, and groups with a name of their own."""

    def setUp(self) -> None:
        super().setUp()
        self.time = 1_700_000_000.0

    def clock(self) -> float:
        """Seconds; a second later each time."""
        self.time += 1.0
        return self.time

    def tenant(self, people: int = PEOPLE) -> Tenant:
        """People nobody else has."""
        tenant = Tenant(f"{unique('o')}.example", 3, self.clock)
        tenant.hire(people)
        return tenant

    def application(self, dialect: Dialect, workers: int = 1) -> Application:
        """An application of that kind against the site. Its groups are gone after the test."""
        application = Application(server().tenant_url, server().token, dialect, workers)
        self.addCleanup(application.close)
        self.addCleanup(lambda: [self.scim.delete(f"/Groups/{scim_id}") for scim_id in application.groups.values()])
        return application

    def groups(self, people: list[Person]) -> list[Group]:
        """Three groups that overlap."""
        ids = [person.object_id for person in people]
        names = [f"{name} {unique()}" for name in ("Everybody", "Søuth & Ëast", "Night shift")]
        return [Group(names[0], ids), Group(names[1], ids[: len(ids) // 2]), Group(names[2], ids[::3])]

    def held(self, application: Application) -> dict[str, dict]:
        """All that the server has of an application's people and groups, versions and times included."""
        paths = [f"/Users/{scim_id}" for scim_id in application.people.values()]
        paths += [f"/Groups/{scim_id}" for scim_id in application.groups.values()]
        return {path: self.ok(self.scim.get(path)) for path in paths}

    def neutral(self, tenant: Tenant, application: Application, groups: list[Group]) -> dict[str, dict]:
        """The same without what makes it this run's: ids, names of groups, the mail domain, versions, times, orders."""
        ids = {application.people[object_id]: f"person-{n}" for n, object_id in enumerate(tenant.people)}
        ids |= {application.groups[group.name]: f"group-{n}" for n, group in enumerate(groups)}
        words = {tenant.domain: "domain"} | ids | {group.name: f"name-{n}" for n, group in enumerate(groups)}
        output = {}
        for resource in self.held(application).values():
            for name in ("members", "groups"):
                resource.get(name, []).sort(key=lambda one: ids[one["value"]])
            # externalId is made of the object id, which is made of the domain.
            text = json.dumps(without(resource, ("meta", "externalId")), ensure_ascii=False)
            for word, neutral in words.items():
                text = text.replace(word, neutral)
            output[ids[resource["id"]]] = json.loads(text)
        return output

    def assert_mirrors(self, application: Application, people: Iterable[Person], groups: list[Group]) -> None:
        """The server has these people with their profiles, in these groups."""
        for person in people:
            user = self.read(application.people[person.object_id])
            self.assertEqual(person.user_principal_name, user["userName"])
            self.assertEqual(person.active, user["active"], person.user_principal_name)
            self.assertEqual(person.job_title, user.get("title"))
            self.assertEqual(person.surname, user.get("name", {}).get("familyName"))
            self.assertEqual(person.mail, next((mail["value"] for mail in user.get("emails", ())), None))
            self.assertEqual(person.department, user.get(ENTERPRISE, {}).get("department"))
            self.assertNotIn("password", user)
            mine = {application.groups[group.name] for group in groups if person.object_id in group.members}
            self.assertEqual(mine, {group["value"] for group in user.get("groups", ())}, person.user_principal_name)
        for group in groups:
            held = self.ok(self.scim.get(f"/Groups/{application.groups[group.name]}"))
            self.assertEqual(group.name, held["displayName"])
            self.assertEqual({application.people[member] for member in group.members}, {m["value"] for m in held["members"]})
            self.assertEqual(len(group.members), len(held["members"]))

    def live(self, application: Application, tenant: Tenant) -> list[Group]:
        """A life: assigned, changed, renamed, left, came back; groups pushed, changed, pushed whole, renamed, unlinked."""
        people = list(tenant.people.values())
        application.save_settings()
        application.match(application.import_all("Users"), people)
        self.assertEqual({}, application.people)
        application.assign(people)
        groups = self.groups(people)
        for group in groups:
            application.push_group(group)
        tenant.promote(people[0])
        tenant.rename(people[1], "Lindqvist")
        application.push_profiles(people[:2])
        groups[1].members = groups[1].members[2:] + [people[-1].object_id]
        application.push_group(groups[1])
        groups[2].members = [person.object_id for person in people[1:9]]
        application.push_now(groups[2])
        application.rename_group(groups[0], f"All of us {unique()}")
        for person in people[3:6]:
            tenant.unassign(person)
        application.unassign(people[3:6])
        # Who is not assigned any more is not touched in groups: his memberships are his on the day of his return.
        self.assert_mirrors(application, people, groups)
        for person in people[3:6]:
            tenant.restore(person)
        tenant.promote(people[4])
        application.assign(people[3:6])
        self.assert_mirrors(application, people, groups)
        return groups


class Lives(OktaCase):
    """One application, in each dialect."""

    def test_a_life_ends_where_the_source_is_in_both_dialects_alike_and_pushing_all_again_changes_nothing(self) -> None:
        states = []
        for dialect in (Catalogue(), Wizard()):
            tenant = self.tenant()
            application = self.application(dialect, WORKERS)
            groups = self.live(application, tenant)
            states.append(self.neutral(tenant, application, groups))
            self.assert_settled(application, tenant, groups)
            counts = application.report.counts
            self.assertEqual((PEOPLE, 3, 3, 3), (counts["create"], counts["deactivate"], counts["activate"], counts["group"]))
            answers_are_scim(application.report)
        same_state(*states)

    def assert_settled(self, application: Application, tenant: Tenant, groups: list[Group]) -> None:
        """Every profile, assignment and group pushed once more: versions and times are what they were."""
        before = self.held(application)
        people = list(tenant.people.values())
        application.push_profiles(people)
        application.assign(people)
        for group in groups:
            application.push_group(group)
            application.push_now(group)
        for path, resource in self.held(application).items():
            unchanged(before[path], resource)

    def test_another_application_finds_imports_and_takes_over_what_is_there(self) -> None:
        """Both dialects of one organisation, one after the other: nobody is created twice, nothing changes."""
        tenant = self.tenant(12)
        people = list(tenant.people.values())
        first = self.application(Catalogue())
        first.assign(people)
        before = self.held(first)
        second = self.application(Wizard())
        second.match(second.import_all("Users"), people)
        self.assertEqual(first.people, second.people)
        second.push_profiles(people)
        for path, resource in self.held(second).items():
            unchanged(before[path], resource)
        self.assertEqual(0, second.report.counts["create"])

    def test_an_unlinked_group_is_deleted_or_left(self) -> None:
        tenant = self.tenant(4)
        people = list(tenant.people.values())
        application = self.application(Catalogue())
        application.assign(people)
        gone, left = self.groups(people)[:2]
        for group in (gone, left):
            application.push_group(group)
        paths = [f"/Groups/{application.groups[group.name]}" for group in (gone, left)]
        application.unlink(gone, delete=True)
        application.unlink(left, delete=False)
        self.refused(self.scim.get(paths[0]), 404)
        self.assertEqual(left.name, self.ok(self.scim.get(paths[1]))["displayName"])
        self.assertEqual([left.name], [group["display"] for group in self.read(application.people[people[0].object_id])["groups"]])
        self.assertEqual(204, self.scim.delete(paths[1]).status)


class Imports(OktaCase):
    """Pages of what the server has."""

    def test_pages_of_any_size_list_everybody_once_and_in_one_order(self) -> None:
        tenant = self.tenant(12)
        people = list(tenant.people.values())
        application = self.application(Catalogue())
        application.assign(people)
        groups = self.groups(people)
        for group in groups:
            application.push_group(group)
        for resource, mine in (("Users", application.people), ("Groups", application.groups)):
            with self.subTest(resource=resource):
                lists = [[one["id"] for one in application.import_all(resource, page)] for page in (100, 7)]
                for ids in lists:
                    self.assertEqual(len(set(ids)), len(ids))
                    self.assertLessEqual(set(mine.values()), set(ids))
                    self.assertEqual(lists[0], ids)
        answers_are_scim(application.report)
