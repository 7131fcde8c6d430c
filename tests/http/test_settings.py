"""What the administrator decides on the settings page, seen from the identity provider."""

from tests.http.admin import admin
from tests.http.case import ScimCase, patch_body
from tests.http.settings import PAGE, SAVE, forms, restore, save


class Settings(ScimCase):
    """Every test leaves the settings as it found them."""

    def choose(self, **changes: str | None) -> None:
        """Saves settings for this test."""
        self.addCleanup(restore, admin(), save(admin(), **changes))

    def own_post(self, user: dict) -> dict:
        """A post that belongs to a user."""
        (account,) = admin().accounts(user["emails"][0]["value"])
        return admin().rest("POST", "posts", {"title": user["id"], "status": "publish", "author": account["id"]})

    def test_a_delete_that_only_deactivates_keeps_the_account(self) -> None:
        self.choose(on_delete="deactivate")
        user = self.create()
        address = user["emails"][0]["value"]
        (account,) = admin().accounts(address)
        self.assertEqual(204, self.scim.delete(f"/Users/{user['id']}").status)
        self.refused(self.scim.get(f"/Users/{user['id']}"), 404)
        self.assertEqual([account["id"]], [kept["id"] for kept in admin().accounts(address)])
        again = self.create(userName=user["userName"], emails=user["emails"])
        self.assertNotEqual(user["id"], again["id"])
        self.assertIs(True, again["active"])
        self.assertEqual([account["id"]], [kept["id"] for kept in admin().accounts(address)])

    def test_a_delete_that_deletes_leaves_no_account(self) -> None:
        self.choose(on_delete="delete")
        user = self.create()
        self.assertEqual(204, self.scim.delete(f"/Users/{user['id']}").status)
        self.assertEqual([], admin().accounts(user["emails"][0]["value"]))
        self.refused(self.scim.get(f"/Users/{user['id']}"), 404)
        again = self.create(userName=user["userName"], emails=user["emails"])
        self.assertNotEqual(user["id"], again["id"])

    def test_content_of_a_deleted_user_goes_to_the_heir(self) -> None:
        heir = admin().rest("GET", "users/me?context=edit")["id"]
        self.choose(on_delete="delete", reassign_to=str(heir))
        user = self.create()
        post = self.own_post(user)
        self.assertEqual(204, self.scim.delete(f"/Users/{user['id']}").status)
        self.assertEqual(heir, admin().rest("GET", f"posts/{post['id']}")["author"])

    def test_a_user_who_owns_content_is_not_deleted_without_an_heir(self) -> None:
        self.choose(on_delete="delete", reassign_to="0")
        user = self.create()
        post = self.own_post(user)
        with self.nothing_changes(user["id"]):
            answer = self.scim.delete(f"/Users/{user['id']}")
            self.assertIn(answer.status, (403, 409))
            self.assertRegex(answer.json["detail"], "content")
        self.assertEqual("publish", admin().rest("GET", f"posts/{post['id']}?context=edit")["status"])

    def test_a_repeated_delete_that_deletes_is_404(self) -> None:
        self.choose(on_delete="delete")
        user = self.create()
        answers = [self.client().delete(f"/Users/{user['id']}") for _ in range(3)]
        self.assertEqual([204, 404, 404], [answer.status for answer in answers])

    def test_new_users_get_the_role_that_is_chosen(self) -> None:
        self.choose(default_role="author")
        user = self.create()
        (account,) = admin().accounts(user["emails"][0]["value"])
        self.assertEqual(["author"], account["roles"])

    def test_a_role_that_manages_the_site_is_neither_offered_nor_taken(self) -> None:
        self.assertNotIn("administrator", forms(admin()).options["default_role"])
        self.choose(default_role="administrator")
        (account,) = admin().accounts(self.create()["emails"][0]["value"])
        self.assertNotEqual(["administrator"], account["roles"])

    def test_provisioning_that_is_switched_off_is_503(self) -> None:
        user = self.create()
        self.choose(enabled=None)
        for answer in (
            self.scim.get("/Users?count=1"),
            self.scim.post("/Users", self.body()),
            self.scim.patch(f"/Users/{user['id']}", patch_body([{"op": "replace", "path": "active", "value": False}])),
            self.scim.delete(f"/Users/{user['id']}"),
        ):
            self.refused(answer, 503)
            self.assertRegex(answer.headers.get("retry-after", ""), r"^\d+$")
        self.refused(self.client(None).get("/Users"), 401)
        save(admin(), enabled="1")
        self.assertEqual(user, self.read(user["id"]))

    def test_an_account_that_came_to_manage_the_site_is_not_changed(self) -> None:
        user = self.create(displayName="Before")
        (account,) = admin().accounts(user["emails"][0]["value"])
        admin().rest("POST", f"users/{account['id']}", {"roles": ["administrator"]})
        self.addCleanup(admin().rest, "POST", f"users/{account['id']}", {"roles": ["subscriber"]})
        before = self.read(user["id"])
        for answer in (
            self.scim.patch(f"/Users/{user['id']}", patch_body([{"op": "replace", "path": "active", "value": False}])),
            self.scim.put(f"/Users/{user['id']}", self.body(displayName="After")),
            self.scim.delete(f"/Users/{user['id']}"),
        ):
            self.assertIn(answer.status, (400, 403, 409), answer.detail)
        self.assertEqual(before, self.read(user["id"]))

    def test_a_form_without_its_nonce_changes_nothing(self) -> None:
        fields = {**forms(admin()).by_action[SAVE], "_wpnonce": "0123456789", "enabled": ""}
        status, _, _ = admin().submit(PAGE, fields)
        self.assertEqual(403, status)
        self.ok(self.scim.get("/Users?count=1"))
