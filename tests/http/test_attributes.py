"""Declared schemas and mapped attributes, from the settings page to the account."""

import re

from tests.http.admin import admin
from tests.http.case import ENTERPRISE, ScimCase
from tests.http.settings import PAGE

TAB = f"{PAGE}&tab=attributes"
CUSTOM = "urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User"
SCHEMA, REMOVE, MAPPINGS = "scimpress_save_schema", "scimpress_remove_schema", "scimpress_save_mappings"


def submit(action: str, **fields: str) -> None:
    """Sends a form of the tab, which must be saved."""
    found = re.search(rf'name="_wpnonce" value="([0-9a-f]+)"(?:(?!</form>).)*?value="{action}"', admin().page(TAB), re.DOTALL)
    if found is None:
        raise AssertionError(f"the tab has no form {action}")
    status, _, body = admin().submit(TAB, {"scimpress_action": action, "_wpnonce": found[1], "scimpress_end": "1", **fields})
    if status != 303:
        raise AssertionError(f"{action} was not saved: {status} {re.findall(rb'scimpress-row-error.*', body)}")


def declare(*attributes: tuple[str, str]) -> None:
    """Declares the schema with these attributes, name and type."""
    rows = {f"attribute_name[{row}]": name for row, (name, _) in enumerate(attributes)}
    rows |= {f"attribute_type[{row}]": kind for row, (_, kind) in enumerate(attributes)}
    submit(SCHEMA, **{"original": "", "schema[0]": CUSTOM, "schema[1]": "Custom", **rows})


def map_attributes(*mappings: tuple[str, str]) -> None:
    """Maps attributes, path and target."""
    rows = {f"path[{row}]": path for row, (path, _) in enumerate(mappings)}
    rows |= {f"target[{row}]": target for row, (_, target) in enumerate(mappings)}
    submit(MAPPINGS, **rows)


class Attributes(ScimCase):
    """Every test leaves the site without schemas and mappings."""

    def account(self, user: dict) -> dict:
        """The WordPress account of a user."""
        (account,) = admin().accounts(user["userName"])
        return account

    def declared(self, *attributes: tuple[str, str]) -> None:
        """Declares the schema for this test."""
        declare(*attributes)
        self.addCleanup(submit, REMOVE, original=CUSTOM)

    def mapped(self, *mappings: tuple[str, str]) -> None:
        """Maps attributes for this test."""
        map_attributes(*mappings)
        self.addCleanup(map_attributes)

    def test_attribute_is_declared_discovered_filled_found_and_cleared(self) -> None:
        self.refused(self.scim.get(f"/Schemas/{CUSTOM}"), 404)
        self.declared(("tag", "string"), ("level", "integer"))
        self.mapped((f"{CUSTOM}:tag", "description"), ("nickName", "nickname"))
        schema = self.ok(self.scim.get(f"/Schemas/{CUSTOM}"))
        self.assertEqual({"tag": "string", "level": "integer"}, {it["name"]: it["type"] for it in schema["attributes"]})
        extensions = self.ok(self.scim.get("/ResourceTypes/User"))["schemaExtensions"]
        self.assertIn({"schema": CUSTOM, "required": False}, extensions)

        user = self.create(nickName="Mimi")
        self.assertEqual(("", "Mimi"), (self.account(user)["description"], self.account(user)["nickname"]))
        text = "O'Brien \\ \"blue\" \U0001f600"
        held = self.patch(user["id"], {"op": "Add", "path": f"{CUSTOM}:tag", "value": text})
        self.assertEqual({"tag": text}, held[CUSTOM])
        self.assertEqual(text, self.account(user)["description"])
        self.assertEqual([user["id"]], self.found(f'userName eq "{user["userName"]}" and {CUSTOM}:tag co "BLUE"'))
        self.assertEqual([], self.found(f'userName eq "{user["userName"]}" and {CUSTOM}:tag eq "red"'))

        with self.nothing_changes(user["id"]):
            self.refused(
                self.scim.patch(f"/Users/{user['id']}", {"Operations": [{"op": "Add", "path": f"{CUSTOM}:level", "value": "high"}]}),
                400,
                "invalidValue",
                "level",
            )
        held = self.patch(user["id"], {"op": "Replace", "path": f"{CUSTOM}:tag", "value": ""})
        self.assertNotIn(CUSTOM, held)
        self.assertEqual("", self.account(user)["description"])

    def test_what_was_sent_before_it_was_declared_stays(self) -> None:
        user = self.create(**{CUSTOM: {"Tag": "blue", "level": "high", "other": "x"}})
        self.declared(("tag", "string"), ("level", "integer"))
        self.assertEqual({"tag": "blue", "level": "high", "other": "x"}, self.read(user["id"])[CUSTOM])
        self.assertEqual([user["id"]], self.found(f'userName eq "{user["userName"]}" and {CUSTOM}:tag pr'))
        held = self.patch(user["id"], {"op": "replace", "path": "title", "value": "Dr"})
        self.assertEqual({"tag": "blue", "level": "high", "other": "x"}, held[CUSTOM])

    def test_manager_who_comes_later_is_shown_when_he_is_there(self) -> None:
        user = self.create(externalId="later-user")
        self.patch(user["id"], {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": f"boss-of-{user['id']}"})
        profile = f"/wp-admin/user-edit.php?user_id={self.account(user)['id']}"
        self.assertIn("(not provisioned yet)", admin().page(profile))
        boss = self.create(externalId=f"boss-of-{user['id']}", displayName="Bo Boss")
        page = admin().page(profile)
        self.assertNotIn("(not provisioned yet)", page)
        self.assertRegex(page, rf'user_id={self.account(boss)["id"]}[^"]*">Bo Boss</a>')
