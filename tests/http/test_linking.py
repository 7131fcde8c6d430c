"""People who have an account before their identity provider knows the site."""

from tests.entra.directory import Person
from tests.http.admin import admin
from tests.http.case import ScimCase, unique
from tests.http.settings import restore, save
from tests.http.test_simulator import PEOPLE, Jobs


def account(login: str, email: str, roles: tuple[str, ...] = ("author",)) -> dict:
    """Makes a WordPress account as an administrator does."""
    body = {"username": login, "email": email, "password": unique(), "first_name": "Before", "roles": list(roles)}
    return admin().rest("POST", "users", body)


class Adopted(Jobs):
    """A whole tenant."""

    def test_a_tenant_whose_people_have_accounts_makes_no_second_one(self) -> None:
        tenant = self.tenant()
        people = [person for person in tenant.people.values() if person.mail]
        accounts = {person.object_id: self.account_of(person, index) for index, person in enumerate(people)}
        job = self.job(tenant)
        self.assertEqual(PEOPLE, self.run_cycle(job).counts["create"])
        self.assert_mirrors(job)
        self.assert_settled(job)
        for person in people:
            (held,) = admin().accounts(person.mail)
            before = accounts[person.object_id]
            self.assertEqual((before["id"], before["username"], before["roles"]), (held["id"], held["username"], held["roles"]))
            self.assertEqual(person.given_name or "Before", held["first_name"])

    @staticmethod
    def account_of(person: Person, index: int) -> dict:
        """Every other one is found by e-mail address only, the rest by login, too."""
        login = unique() if index % 2 or "#" in person.user_principal_name else person.user_principal_name[:60]
        return account(login, person.mail)


class Refusals(ScimCase):
    """What is never guessed and never touched."""

    def test_two_accounts_that_fit_are_a_conflict_that_names_the_reason(self) -> None:
        one, two = f"{unique()}@corp.example.com", f"{unique()}@corp.example.com"
        account(one, f"{unique()}@corp.example.com")
        account(unique(), two)
        body = self.body(userName=one, emails=[{"type": "work", "value": two}])
        error = self.refused(self.scim.post("/Users", body), 409, "uniqueness", "by login name and e-mail address")
        self.assertNotIn(two, error["detail"])
        self.assertEqual([], self.found(f'userName eq "{one}"'))

    def test_an_administrator_is_never_linked(self) -> None:
        address = f"{unique()}@corp.example.com"
        before = account(unique(), address, ("administrator",))
        self.refused(self.scim.post("/Users", self.body(userName=address, emails=[{"type": "work", "value": address}])), 403, None, "may manage")
        (held,) = admin().accounts(address)
        self.assertEqual((before["id"], "Before"), (held["id"], held["first_name"]))

    def test_a_step_that_is_switched_off_finds_nobody(self) -> None:
        self.addCleanup(restore, admin(), save(admin(), match_email=None))
        address = f"{unique()}@corp.example.com"
        account(unique(), address)
        body = self.body(userName=f"{unique()}@corp.example.com", emails=[{"type": "work", "value": address}])
        self.refused(self.scim.post("/Users", body), 409, "uniqueness", "the e-mail address already belongs")
