"""Whole provisioning jobs: what a tenant goes through, and that the server ends where the source is."""

import itertools
from collections.abc import Iterator

from tests.entra.assertions import answers_are_scim, no_writes, nothing_failed, restored, same_state, state
from tests.entra.client import literal
from tests.entra.dialects import Dialect, Flag, Legacy
from tests.entra.directory import Person, Tenant
from tests.entra.escrow import HOUR
from tests.entra.job import Job, Settings
from tests.entra.mapping import MANAGER, WPO365, default_mapping, project, read
from tests.entra.report import Report
from tests.entra.transport import Transport
from tests.http.case import ScimCase, unique

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"

# The first eight people of a tenant are one of every sort.
PEOPLE = 8


class Clock:
    """Time that only moves when it is looked at or told to."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


class Jobs(ScimCase):
    """Every test has a tenant with a mail domain of its own."""

    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()

    def tenant(self, people: int = PEOPLE, seed: int = 3) -> Tenant:
        """A tenant nobody else uses."""
        tenant = Tenant(f"{unique('t')}.example", seed, self.clock)
        tenant.hire(people)
        return tenant

    def job(self, tenant: Tenant, dialect: Dialect | None = None, **switches) -> Job:
        """A job of that tenant against the site."""
        switches.setdefault("rules", default_mapping(external_id="objectId"))
        settings = Settings(dialect=dialect or Legacy(), **switches)
        return Job(tenant, self.site().tenant_url, self.site().token, settings, self.clock)

    def run_cycle(self, job: Job) -> Report:
        """A cycle in which nothing fails."""
        report = job.cycle()
        nothing_failed(report)
        answers_are_scim(report)
        return report

    def assert_settled(self, job: Job) -> None:
        """Everybody is looked at again, by link and by match, and no write is sent."""
        job.restart()
        no_writes(self.run_cycle(job))
        job.restart(forget_links=True)
        no_writes(self.run_cycle(job))

    def assert_mirrors(self, job: Job) -> None:
        """Everybody in the source has one user with every mapped value; managers included."""
        for person in self.present(job.tenant):
            listed = self.ok(self.scim.find(f"userName eq {literal(person.user_principal_name)}"))
            self.assertEqual(1, listed["totalResults"], person.user_principal_name)
            resource = listed["Resources"][0]
            for target, value in project(person, job.settings.rules).items():
                self.assertEqual(value, read(resource, target), (person.user_principal_name, target))
            self.assertEqual(job.links.get(person.manager or ""), read(resource, MANAGER))

    @staticmethod
    def present(tenant: Tenant) -> Iterator[Person]:
        """People who are to have a user."""
        return (person for person in tenant.people.values() if not person.purged)

    def live(self, job: Job) -> None:
        """A life: hired, changed, renamed, left, came back, and one gone for good."""
        tenant, people = job.tenant, list(job.tenant.people.values())
        self.run_cycle(job)
        tenant.promote(people[0])
        tenant.rename(people[1], "Lindqvist")
        tenant.open_mailbox(people[4])
        tenant.report_to(people[6], people[0])
        self.run_cycle(job)
        tenant.disable(people[3])
        tenant.unassign(people[5])
        self.run_cycle(job)
        tenant.restore(people[3])
        tenant.restore(people[5])
        tenant.promote(people[5])
        self.run_cycle(job)
        tenant.purge(people[7])
        self.run_cycle(job)


class Cycles(Jobs):
    """One job, in each dialect."""

    def test_the_second_cycle_over_an_unchanged_source_sends_no_write(self) -> None:
        for dialect in (Legacy(), Flag()):
            with self.subTest(dialect=dialect.name):
                job = self.job(self.tenant(), dialect)
                report = self.run_cycle(job)
                self.assertEqual(PEOPLE, report.counts["create"])
                self.assert_settled(job)
                self.assert_mirrors(job)

    def test_an_incremental_cycle_without_changes_sends_only_the_probe(self) -> None:
        job = self.job(self.tenant())
        self.run_cycle(job)
        self.assertEqual(1, self.run_cycle(job).requests)

    def test_a_whole_life_ends_where_the_source_is_and_in_both_dialects_alike(self) -> None:
        states = []
        for dialect in (Legacy(), Flag()):
            job = self.job(self.tenant(), dialect)
            self.live(job)
            self.assert_mirrors(job)
            self.assert_settled(job)
            states.append(self.neutral_state(job))
        same_state(*states)

    def neutral_state(self, job: Job) -> dict[str, dict]:
        """What the server holds of a tenant, without what makes the tenant this one."""
        people = list(job.tenant.people.values())
        names = {person.object_id: f"person-{index}" for index, person in enumerate(people)}
        words = {job.tenant.domain: "domain"} | names
        words |= {scim_id: f"id-{names[object_id]}" for object_id, scim_id in job.links.items()}

        def rewrite(text: str) -> str:
            for word, neutral in words.items():
                text = text.replace(word, neutral)
            return text

        return state(self.scim, {names[object_id]: scim_id for object_id, scim_id in job.links.items()}, rewrite)

    def test_purged_people_are_deleted_and_their_names_are_free(self) -> None:
        tenant = self.tenant()
        job = self.job(tenant)
        self.run_cycle(job)
        gone = list(tenant.people.values())[4:]
        ids = [job.links[person.object_id] for person in gone]
        for person in gone:
            tenant.purge(person)
        self.assertEqual(len(gone), self.run_cycle(job).counts["delete"])
        for scim_id, person in zip(ids, gone, strict=True):
            self.refused(self.scim.get(f"/Users/{scim_id}"), 404)
            self.assertEqual([], self.found(f"userName eq {literal(person.user_principal_name)}"))
        for person in gone:
            person.purged = False
            tenant.restore(person)
        self.assertEqual(len(gone), self.run_cycle(job).counts["create"])
        self.assertFalse(set(ids) & set(job.links.values()))

    def test_on_demand_speaks_legacy_to_a_flagged_tenant(self) -> None:
        """Entra quirk Q-42."""
        tenant = self.tenant()
        job = self.job(tenant, Flag())
        self.run_cycle(job)
        person = next(iter(tenant.people.values()))
        tenant.promote(person)
        report = job.on_demand(person)
        nothing_failed(report)
        answers_are_scim(report)
        self.assertEqual(1, report.counts["update"])
        self.assert_settled(job)


class Returns(Jobs):
    """Everybody leaves, everybody comes back, and some go for good."""

    def test_leaving_and_coming_back_restores_roles_groups_and_attributes_and_purging_harms_nobody_else(self) -> None:
        for dialect in (Legacy(), Flag()):
            with self.subTest(dialect=dialect.name):
                tenant = self.tenant()
                job = self.job(tenant, dialect)
                self.run_cycle(job)
                accounts = self.accounts(tenant)
                for account, roles in zip(accounts.values(), itertools.cycle((["author"], ["editor", "contributor"], ["subscriber"]))):
                    self.admin().rest("POST", f"users/{account['id']}", {"roles": roles})
                groups = [self.group(list(job.links.values())), self.group(list(job.links.values())[::2])]
                before, accounts = self.held(job), self.accounts(tenant)
                members = [self.members(group) for group in groups]
                self.assertEqual([PEOPLE, PEOPLE // 2], [len(ids) for ids in members])

                for person, leave in zip(tenant.people.values(), itertools.cycle((tenant.disable, tenant.unassign))):
                    leave(person)
                self.assertEqual(PEOPLE, self.run_cycle(job).counts["disable"])
                for scim_id, resource in self.held(job).items():
                    self.assertIs(False, resource["active"])
                    restored({**before[scim_id], "active": False}, resource)
                self.assertEqual({login: {**account, "roles": []} for login, account in accounts.items()}, self.accounts(tenant))

                for person in tenant.people.values():
                    tenant.restore(person)
                self.assertEqual(PEOPLE, self.run_cycle(job).counts["enable"])
                self.assert_all_restored(before, self.held(job))
                self.assertEqual(accounts, self.accounts(tenant))
                self.assertEqual(members, [self.members(group) for group in groups])

                gone = list(tenant.people.values())[::3]
                ids = {job.links[person.object_id] for person in gone}
                for person in gone:
                    tenant.purge(person)
                self.assertEqual(len(gone), self.run_cycle(job).counts["delete"])
                self.assert_all_restored({scim_id: resource for scim_id, resource in before.items() if scim_id not in ids}, self.held(job))
                self.assertEqual([listed - ids for listed in members], [self.members(group) for group in groups])
                emptied = self.accounts(tenant)
                left = {login: account for login, account in emptied.items() if account["roles"]}
                self.assertEqual(PEOPLE - len(gone), len(left))
                self.assertEqual({login: accounts[login] for login in left}, left)
                self.assert_settled(job)

    def group(self, members: list[str]) -> str:
        """A group's SCIM id."""
        body = {"schemas": [GROUP], "displayName": unique("group"), "members": [{"value": scim_id} for scim_id in members]}
        return self.created(self.scim.post("/Groups", body))["id"]

    def members(self, group: str) -> set[str]:
        """SCIM ids of a group's members."""
        return {member["value"] for member in self.ok(self.scim.get(f"/Groups/{group}")).get("members", [])}

    def held(self, job: Job) -> dict[str, dict]:
        """Everybody as the server holds them, with their groups, by SCIM id."""
        return {scim_id: self.read(scim_id) for scim_id in job.links.values()}

    def assert_all_restored(self, before: dict[str, dict], after: dict[str, dict]) -> None:
        """The same people with the same attributes and groups."""
        self.assertEqual(before.keys(), after.keys())
        for scim_id, resource in before.items():
            self.assertTrue(resource["groups"])
            restored(resource, after[scim_id])

    def accounts(self, tenant: Tenant) -> dict[str, dict]:
        """Everybody's account by login: id, names, address, locale and roles in their order."""
        shown = ("id", "email", "name", "first_name", "last_name", "nickname", "locale", "roles")
        held = {account["username"]: {key: account[key] for key in shown} for account in self.admin().accounts(tenant.domain)}
        self.assertEqual(PEOPLE, len(held))
        return held


class Switches(Jobs):
    """The settings an administrator can turn."""

    def settle(self, **switches) -> None:
        """A job with these switches comes to rest where the source is."""
        job = self.job(self.tenant(), **switches)
        self.run_cycle(job)
        self.assert_mirrors(job)
        self.assert_settled(job)

    def test_matching_by_external_id(self) -> None:
        self.settle(match=("externalId",))

    def test_matching_by_object_id(self) -> None:
        self.settle(match=(f"{WPO365}:objectId",))

    def test_matching_by_email_then_user_name(self) -> None:
        self.settle(match=('emails[type eq "work"].value', "userName"))

    def test_the_default_source_of_external_id(self) -> None:
        self.settle(rules=default_mapping(external_id="mailNickname"))

    def test_without_the_object_id(self) -> None:
        self.settle(rules=default_mapping(object_id=False))

    def test_active_as_text(self) -> None:
        self.settle(active_as_text=True)

    def test_blanks_as_percent_20(self) -> None:
        self.settle(space="%20")

    def test_the_group_probe(self) -> None:
        self.settle(groups=True)

    def test_five_workers(self) -> None:
        for dialect in (Legacy(), Flag()):
            with self.subTest(dialect=dialect.name):
                job = self.job(self.tenant(people=20), dialect, workers=5)
                self.live(job)
                self.assert_mirrors(job)
                self.assert_settled(job)


class Network(Jobs):
    """What networks do to requests."""

    def live_with(self, fault: str, rate: float) -> None:
        """A whole life during which writes meet a fault ends where the source is."""
        for dialect in (Legacy(), Flag()):
            with self.subTest(dialect=dialect.name):
                transport = Transport(fault, rate, seed=5)
                job = self.job(self.tenant(), dialect, transport=transport)
                self.live(job)
                self.assertGreater(transport.met, 0)
                self.assert_mirrors(job)
                self.assert_settled(job)

    def test_writes_delivered_twice_do_no_harm(self) -> None:
        self.live_with("duplicate", 1.0)

    def test_writes_whose_answer_is_lost_do_no_harm(self) -> None:
        self.live_with("lost", 0.5)

    def test_writes_whose_client_hangs_up_do_no_harm(self) -> None:
        self.live_with("aborted", 0.5)

    def test_a_conflict_waits_in_escrow_and_is_resolved(self) -> None:
        """A user of another tenant holds the address; once it is free, the retry succeeds."""
        tenant = self.tenant()
        person = next(p for p in tenant.people.values() if p.mail)
        holder = self.create(emails=[{"type": "work", "value": person.mail}])
        job = self.job(tenant)
        report = job.cycle()
        self.assertEqual([person.user_principal_name], [failure.who for failure in report.failures])
        self.assertRegex(report.failures[0].detail, "^409 ")
        self.assertEqual(0, job.cycle().counts["create"])
        self.patch(holder["id"], {"op": "replace", "path": 'emails[type eq "work"].value', "value": f"{unique()}@corp.example.com"})
        self.clock.now += 6 * HOUR
        self.assertEqual(1, self.run_cycle(job).counts["create"])
        self.assertEqual(0, len(job.escrow))
        job.restart()
        self.run_cycle(job)
        self.assert_mirrors(job)
        self.assert_settled(job)
