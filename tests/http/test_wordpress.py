"""WordPress beside SCIM: edits in wp-admin, and accounts that SCIM does not manage."""

from tests.http.admin import admin
from tests.http.case import ScimCase
from tests.http.server import server


class WordPressEdits(ScimCase):
    """WordPress is the truth for what it owns."""

    def test_an_edit_in_wordpress_shows_in_the_next_answer(self) -> None:
        user = self.create(displayName="Before", name={"givenName": "Before", "familyName": "Kept", "middleName": "M"}, title="Analyst")
        (account,) = admin().accounts(user["emails"][0]["value"])
        address = f"edited-{user['emails'][0]['value']}"
        admin().rest("POST", f"users/{account['id']}", {"name": "After", "first_name": "Edited \\ O'Brien", "email": address})
        held = self.read(user["id"])
        self.assertEqual(("After", "Edited \\ O'Brien", "Kept", "M"), (
            held["displayName"], held["name"]["givenName"], held["name"]["familyName"], held["name"]["middleName"],
        ))
        self.assertEqual([address], [entry["value"] for entry in held["emails"]])
        self.assertEqual("Analyst", held["title"])
        self.assertEqual([user["id"]], self.found(f'emails[type eq "work"].value eq "{address}"'))
        held = self.patch(user["id"], {"op": "Replace", "path": "title", "value": "Buyer"})
        self.assertEqual(("After", "Buyer"), (held["displayName"], held["title"]))

    def test_a_user_deleted_in_wordpress_is_gone(self) -> None:
        user = self.create()
        (account,) = admin().accounts(user["emails"][0]["value"])
        admin().rest("DELETE", f"users/{account['id']}?force=true&reassign=0")
        self.refused(self.scim.get(f"/Users/{user['id']}"), 404)
        self.assertEqual([], self.found(f'userName eq "{user["userName"]}"'))
        again = self.create(userName=user["userName"], emails=user["emails"])
        self.assertNotEqual(user["id"], again["id"])

    def test_an_address_of_an_account_that_manages_the_site_is_403(self) -> None:
        me = admin().rest("GET", "users/me?context=edit")
        with self.nothing_changes():
            answer = self.scim.post("/Users", self.body(emails=[{"type": "work", "value": me["email"]}]))
            self.refused(answer, 403)

    def test_a_login_of_an_account_that_manages_the_site_is_403(self) -> None:
        with self.nothing_changes():
            self.refused(self.scim.post("/Users", self.body(userName=server().admin_login)), 403)
