"""Role rules over HTTP: what the identity provider sends becomes roles, with the answer to the request."""

import json

from tests.http.admin import admin
from tests.http.case import ENTERPRISE, unique
from tests.http.settings import PAGE, Forms
from tests.http.test_groups import GroupCase

TAB = f"{PAGE}&tab=roles"
RULES = "scimpress_roles"


class Roles(GroupCase):
    """Every test has rules of its own, about names that no other test has; in the end there are none."""

    def rules(self, *rules: tuple[str, str, str]) -> None:
        """Saves rules: role, kind, value."""
        fields = {"scimpress_scenario": "mapped", "scimpress_roles_button": "save"}
        for index, rule in enumerate(rules):
            fields |= {f"scimpress_rules[{index}][{name}]": value for name, value in zip(("role", "kind", "value"), rule, strict=True)}
        form = Forms(admin().page(TAB)).by_action[RULES]
        status, _, body = admin().submit(TAB, fields | {name: form[name] for name in ("_wpnonce", "scimpress_action")})
        self.assertEqual(303, status, body[:200])

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(self.rules)

    def roles(self, user: dict) -> list[str]:
        """Roles of the account."""
        (account,) = admin().accounts(user["userName"])
        return sorted(account["roles"])

    def test_a_member_who_joins_has_the_role_and_loses_it_on_leaving(self) -> None:
        external_id = unique()
        named, numbered = self.group(), self.group(externalId=external_id)
        self.rules(("editor", "group", named["displayName"].upper()), ("author", "groupExternalId", external_id))
        user = self.create()
        self.assertEqual(["subscriber"], self.roles(user))
        for group, role in ((named, "editor"), (numbered, "author")):
            self.change(group["id"], {"op": "Add", "path": "members", "value": [{"value": user["id"]}]})
            self.assertEqual(sorted([role, "subscriber"]), self.roles(user))
            self.change(group["id"], {"op": "Remove", "path": "members", "value": [{"value": user["id"]}]})
            self.assertEqual(["subscriber"], self.roles(user))

    def test_an_app_role_in_each_encoding_of_entra(self) -> None:
        name = unique("Writers")
        self.rules(("author", "appRole", name))
        text = json.dumps({"id": "8f2e", "value": name, "displayName": "Writers"})
        encodings = {
            "single": [{"primary": "True", "value": text}],
            "complex": [{"value": json.dumps({"id": "1", "value": "Other", "displayName": "Other"})}, {"value": text}],
            "assertive": [{"primary": False, "type": "WindowsAzureActiveDirectoryRole", "display": "Writers", "value": name}],
        }
        for encoding, value in encodings.items():
            with self.subTest(encoding):
                self.assertEqual(["author"], self.roles(self.create(roles=value)))
                user = self.create()
                self.patch(user["id"], {"op": "Add", "path": "roles", "value": value})
                self.assertEqual(["author", "subscriber"], self.roles(user))
                self.patch(user["id"], {"op": "replace", "path": "roles", "value": [{"value": "Other", "display": "Other"}]})
                self.assertEqual(["subscriber"], self.roles(user))

    def test_an_attribute(self) -> None:
        name = unique("Editorial")
        self.rules(("editor", "filter", f'department eq "{name}"'), ("author", "filter", f'{ENTERPRISE}:department eq "{name}" and active eq true'))
        user = self.create()
        self.patch(user["id"], {"op": "Add", "path": f"{ENTERPRISE}:department", "value": name.upper()})
        self.assertEqual(["author", "editor", "subscriber"], self.roles(user))
        self.patch(user["id"], {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Sales"})
        self.assertEqual(["subscriber"], self.roles(user))

    def test_a_bulk_request_with_a_group_and_its_members(self) -> None:
        name = unique("Group")
        self.rules(("editor", "group", name))
        bodies = [self.body() for _ in range(3)]
        operations = [{"method": "POST", "path": "/Users", "bulkId": f"u{index}", "data": body} for index, body in enumerate(bodies)]
        members = [{"value": f"bulkId:u{index}"} for index in range(len(bodies))]
        operations.append({"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"displayName": name, "members": members}})
        message = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}
        self.assertEqual(["201"] * 4, [result["status"] for result in self.ok(self.scim.post("/Bulk", message))["Operations"]])
        for body in bodies:
            self.assertEqual(["editor", "subscriber"], self.roles(body))

    def test_saving_rules_reaches_who_is_there_already(self) -> None:
        name = unique("Press")
        user = self.create(title=name)
        self.rules(("contributor", "filter", f'title eq "{name}"'))
        self.assertEqual(["contributor", "subscriber"], self.roles(user))

    def test_deactivation_and_reactivation(self) -> None:
        name = unique("Press")
        self.rules(("editor", "filter", f'title eq "{name}"'))
        user = self.create(title=name)
        self.patch(user["id"], {"op": "Replace", "path": "active", "value": "False"})
        self.assertEqual([], self.roles(user))
        self.patch(user["id"], {"op": "Replace", "path": "active", "value": "True"})
        self.assertEqual(["editor"], self.roles(user))


del GroupCase
