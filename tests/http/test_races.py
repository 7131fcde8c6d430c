"""Requests that arrive together: the database decides, every answer is clean, nothing is lost."""

from collections import Counter

from tests.entra.client import Answer
from tests.http.admin import admin
from tests.http.case import ENTERPRISE, ScimCase, literal, patch_body, unique
from tests.http.race import Send, race
from tests.http.settings import restore, save


class Races(ScimCase):
    """Every request of a race has a connection of its own and starts at one signal."""

    def race(self, sends: list[Send]) -> list[Answer]:
        """The answers, in the order of the requests."""
        return race([self.client(alone=False) for _ in sends], sends)

    def assert_statuses(self, expected: dict[int, int], answers: list[Answer]) -> None:
        """How often each status came; the details of others are shown."""
        counts = Counter(answer.status for answer in answers)
        self.assertEqual(expected, dict(counts), {a.detail for a in answers if a.status not in expected})

    def test_fifty_posts_of_one_person_create_one(self) -> None:
        body = self.body()
        before = self.total()
        answers = self.race([lambda client: client.post("/Users", body)] * 50)
        self.assert_statuses({201: 1, 409: 49}, answers)
        for answer in answers:
            if answer.status == 409:
                self.assertEqual("uniqueness", answer.json["scimType"])
        (created,) = [answer.json for answer in answers if answer.status == 201]
        self.assertEqual([created["id"]], self.found(f"userName eq {literal(body['userName'])}"))
        self.assertEqual(before + 1, self.total())
        self.assertEqual(1, len(admin().accounts(body["emails"][0]["value"])))

    def test_people_with_one_address_share_no_account(self) -> None:
        address = f"{unique()}@corp.example.com"
        bodies = [self.body(emails=[{"type": "work", "value": address}]) for _ in range(12)]
        answers = self.race([lambda client, body=body: client.post("/Users", body) for body in bodies])
        self.assert_statuses({201: 1, 409: 11}, answers)
        self.assertEqual(1, len(admin().accounts(address)))
        self.assertEqual(1, len(self.found(f"emails.value eq {literal(address)}")))

    def test_changes_onto_one_address_share_no_account(self) -> None:
        users = [self.create() for _ in range(8)]
        address = f"{unique()}@corp.example.com"
        body = patch_body([{"op": "Replace", "path": 'emails[type eq "work"].value', "value": address}])
        answers = self.race([lambda client, user=user: client.patch(f"/Users/{user['id']}", body) for user in users])
        self.assert_statuses({200: 1, 409: 7}, answers)
        self.assertEqual(1, len(admin().accounts(address)))
        self.assertEqual(1, len(self.found(f"emails.value eq {literal(address)}")))

    def test_people_whose_names_make_one_login_get_logins_of_their_own(self) -> None:
        """WordPress drops these characters from a login, and its column is not unique."""
        stem = unique("login")
        bodies = [self.body(userName=f"{stem}{mark}@corp.example.com", emails=None) for mark in ("", "'", "+", "!", "#", "$", "~", "`")]
        answers = self.race([lambda client, body=body: client.post("/Users", body) for body in bodies])
        self.assert_statuses({201: len(bodies)}, answers)
        logins = [account["username"] for account in admin().accounts(stem)]
        self.assertEqual(len(bodies), len(logins), logins)
        self.assertEqual(len(bodies), len({login.lower() for login in logins}), logins)

    def test_different_people_are_all_created(self) -> None:
        bodies = [self.body() for _ in range(20)]
        answers = self.race([lambda client, body=body: client.post("/Users", body) for body in bodies])
        self.assert_statuses({201: 20}, answers)
        self.assertEqual(20, len({answer.json["id"] for answer in answers}))

    def test_patches_of_different_attributes_of_one_user_lose_nothing(self) -> None:
        user = self.create()
        changes = {
            "title": "T", "nickName": "N", "displayName": "D", "name.givenName": "G", "name.familyName": "F", "locale": "nb-NO",
            "timezone": "Europe/Oslo", "userType": "Employee", 'phoneNumbers[type eq "work"].value': "1",
            'phoneNumbers[type eq "fax"].value': "2", 'addresses[type eq "work"].locality': "Oslo",
            f"{ENTERPRISE}:department": "R&D", f"{ENTERPRISE}:employeeNumber": "7", "externalId": unique(),
        }

        def send(path: str, value: str) -> Send:
            body = patch_body([{"op": "Replace", "path": path, "value": value}])
            return lambda client: client.patch(f"/Users/{user['id']}", body)

        answers = self.race([send(path, value) for path, value in changes.items()])
        self.assert_statuses({200: len(changes)}, answers)
        held = self.read(user["id"])
        self.assertEqual(("T", "N", "D", "nb-NO"), (held["title"], held["nickName"], held["displayName"], held["locale"]))
        self.assertEqual(("G", "F"), (held["name"]["givenName"], held["name"]["familyName"]))
        self.assertEqual({("work", "1"), ("fax", "2")}, {(p["type"], p["value"]) for p in held["phoneNumbers"]})
        self.assertEqual("Oslo", held["addresses"][0]["locality"])
        self.assertEqual({"department": "R&D", "employeeNumber": "7"}, held[ENTERPRISE])
        self.assertEqual(changes["externalId"], held["externalId"])

    def test_renames_onto_one_name_leave_one_winner(self) -> None:
        users = [self.create() for _ in range(8)]
        name = f"{unique()}@corp.example.com"
        body = patch_body([{"op": "Replace", "path": "userName", "value": name}])
        answers = self.race([lambda client, user=user: client.patch(f"/Users/{user['id']}", body) for user in users])
        self.assert_statuses({200: 1, 409: 7}, answers)
        (winner,) = [answer.json["id"] for answer in answers if answer.status == 200]
        self.assertEqual([winner], self.found(f"userName eq {literal(name)}"))

    def test_deletes_of_one_user_end_in_one_204(self) -> None:
        user = self.create()
        answers = self.race([lambda client: client.delete(f"/Users/{user['id']}")] * 8)
        self.assert_statuses({204: 1, 404: 7}, answers)
        self.refused(self.scim.get(f"/Users/{user['id']}"), 404)

    def test_a_user_deleted_while_he_is_changed_is_gone(self) -> None:
        users = [self.create() for _ in range(6)]
        body = patch_body([{"op": "Replace", "path": "title", "value": "x"}])
        sends: list[Send] = []
        for user in users:
            path = f"/Users/{user['id']}"
            sends += [lambda client, path=path: client.delete(path), lambda client, path=path: client.patch(path, body)]
        answers = self.race(sends)
        for delete, patch in zip(answers[::2], answers[1::2], strict=True):
            self.assertEqual(204, delete.status, delete.detail)
            self.assertIn(patch.status, (200, 404), patch.detail)
        for user in users:
            self.refused(self.scim.get(f"/Users/{user['id']}"), 404)
            self.assertEqual([], self.found(f"userName eq {literal(user['userName'])}"))

    def test_crossing_requests_about_one_person_leave_one_account_or_none(self) -> None:
        """A leaver who is purged, disabled, changed and provisioned again at the same time."""
        for on_delete in ("deactivate", "delete"):
            before = save(admin(), on_delete=on_delete)
            try:
                user = self.create(displayName="Ines Duarte")
                address = user["emails"][0]["value"]
                (account,) = admin().accounts(address)
                admin().rest("POST", f"users/{account['id']}", {"roles": ["author"]})
                path, again = f"/Users/{user['id']}", self.body(userName=user["userName"], emails=user["emails"])
                disable = patch_body([{"op": "Replace", "path": "active", "value": "False"}])
                change = patch_body([{"op": "Replace", "path": "title", "value": "x"}])
                answers = self.race([
                    lambda client, path=path: client.delete(path),
                    lambda client, path=path, disable=disable: client.patch(path, disable),
                    lambda client, path=path, change=change: client.patch(path, change),
                    lambda client, again=again: client.post("/Users", again),
                ] * 3)
                for answer, allowed in zip(answers, ({204, 404}, {200, 404}, {200, 404}, {201, 409}) * 3, strict=True):
                    self.assertIn(answer.status, allowed, answer.detail)
                self.assertEqual(1, [answer.status for answer in answers].count(204))
                self.refused(self.scim.get(path), 404)

                posted = self.scim.post("/Users", again)
                self.assertIn(posted.status, (201, 409), posted.detail)
                (held,) = self.found(f"userName eq {literal(user['userName'])}")
                self.patch(held, {"op": "Replace", "path": "active", "value": "True"})
                (kept,) = admin().accounts(address)
                self.assertEqual(["author"] if on_delete == "deactivate" else ["subscriber"], kept["roles"])
                self.assertEqual(on_delete == "deactivate", kept["id"] == account["id"])
            finally:
                restore(admin(), before)

    def test_a_switched_account_ends_in_one_of_the_states_asked_for(self) -> None:
        user = self.create()
        bodies = [patch_body([{"op": "Replace", "path": "active", "value": str(index % 2 == 0)}]) for index in range(10)]
        answers = self.race([lambda client, body=body: client.patch(f"/Users/{user['id']}", body) for body in bodies])
        self.assert_statuses({200: 10}, answers)
        self.patch(user["id"], {"op": "Replace", "path": "active", "value": "True"})
        self.assertEqual(["subscriber"], admin().accounts(user["emails"][0]["value"])[0]["roles"])
