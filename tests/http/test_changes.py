"""Whole changes: account state, replacement, and all or nothing."""

from tests.http.admin import admin
from tests.http.case import CORE, ENTERPRISE, ScimCase, patch_body, unique

WORK = 'emails[type eq "work"].value'


class AccountState(ScimCase):
    """`active`, in both dialects."""

    def test_disabling_and_enabling_keeps_everything_else(self) -> None:
        user = self.create(title="A", **{ENTERPRISE: {"department": "D"}})
        shapes = (
            ({"op": "Replace", "path": "active", "value": "False"}, {"op": "Replace", "path": "active", "value": "True"}),
            ({"op": "replace", "path": "active", "value": False}, {"op": "Add", "path": "active", "value": "True"}),
            ({"op": "replace", "value": {"active": False}}, {"op": "replace", "value": {"active": "true"}}),
            ({"op": "Replace", "path": "active", "value": "false"}, {"op": "replace", "path": "active", "value": True}),
        )
        for off, on in shapes:
            with self.subTest(off=off):
                held = self.patch(user["id"], off)
                self.assertEqual({**user, "active": False, "meta": None}, {**held, "meta": None})
                held = self.patch(user["id"], on)
                self.assertEqual({**user, "meta": None}, {**held, "meta": None})

    def test_the_roles_of_the_account_come_back(self) -> None:
        user = self.create()
        address = user["emails"][0]["value"]
        before = admin().accounts(address)[0]["roles"]
        self.patch(user["id"], {"op": "Replace", "path": "active", "value": "False"})
        self.patch(user["id"], {"op": "Replace", "path": "active", "value": "True"})
        self.assertEqual(before, admin().accounts(address)[0]["roles"])

    def test_a_user_can_be_created_inactive(self) -> None:
        self.assertIs(False, self.read(self.create(active=False)["id"])["active"])

    def test_a_disabled_user_can_be_changed(self) -> None:
        user = self.create(active=False)
        held = self.patch(user["id"], {"op": "Replace", "path": "displayName", "value": "X"})
        self.assertEqual(("X", False), (held["displayName"], held["active"]))


class AllOrNothing(ScimCase):
    """RFC 7644 §3.5.2: a PATCH that fails leaves the user as he was, in SCIM and in WordPress."""

    def test_a_patch_that_fails_half_way_changes_nothing(self) -> None:
        other = self.create()
        user = self.create(displayName="Before", title="A", name={"givenName": "G"})
        address = user["emails"][0]["value"]
        good = [
            {"op": "Replace", "path": "displayName", "value": "After"},
            {"op": "Replace", "path": "name.givenName", "value": "After"},
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "Replace", "path": "title", "value": "B"},
        ]
        bad = (
            {"op": "Move", "path": "title", "value": "x"},
            {"op": "Replace", "path": "emails[type eq", "value": "x"},
            {"op": "Replace", "path": "active", "value": "perhaps"},
            {"op": "Replace", "path": "id", "value": "x"},
            {"op": "Replace", "path": "userName", "value": other["userName"]},
            {"op": "Replace", "path": WORK, "value": other["emails"][0]["value"]},
            {"op": "Replace", "path": WORK, "value": "not an address"},
            {"op": "remove"},
        )
        account = admin().accounts(address)
        for operation in bad:
            with self.subTest(operation=operation), self.nothing_changes(user["id"], other["id"]):
                answer = self.scim.patch(f"/Users/{user['id']}", patch_body([*good, operation]))
                self.assertIn(answer.status, (400, 409), answer.detail)
        self.assertEqual(account, admin().accounts(address))

    def test_a_put_that_fails_changes_nothing(self) -> None:
        other = self.create()
        user = self.create(displayName="Before")
        for wrong in ({"userName": other["userName"]}, {"emails": other["emails"]}, {"active": "perhaps"}, {"userName": ""}):
            with self.subTest(wrong=wrong), self.nothing_changes(user["id"], other["id"]):
                body = {**self.body(displayName="After", title="B"), **wrong}
                self.assertIn(self.scim.put(f"/Users/{user['id']}", body).status, (400, 409))


class Put(ScimCase):
    """RFC 7644 §3.5.1."""

    def test_a_put_replaces_what_it_names_and_clears_the_rest(self) -> None:
        user = self.create(title="A", nickName="N", phoneNumbers=[{"type": "work", "value": "1"}], **{ENTERPRISE: {"department": "D"}})
        body = {"schemas": [CORE], "userName": user["userName"], "active": True, "emails": user["emails"], "title": "B"}
        held = self.ok(self.scim.put(f"/Users/{user['id']}", body))
        self.assertEqual(held, self.read(user["id"]))
        self.assertEqual((user["id"], "B"), (held["id"], held["title"]))
        for name in ("nickName", "phoneNumbers", ENTERPRISE):
            self.assertNotIn(name, held)
        self.assertEqual(user["meta"]["created"], held["meta"]["created"])

    def test_a_put_renames_and_disables(self) -> None:
        user = self.create()
        name = f"{unique()}@corp.example.com"
        held = self.ok(self.scim.put(f"/Users/{user['id']}", self.body(userName=name, active=False)))
        self.assertEqual((user["id"], name, False), (held["id"], held["userName"], held["active"]))
        self.assertEqual([user["id"]], self.found(f'userName eq "{name}"'))
