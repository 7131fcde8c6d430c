"""What a reader asks to see of a resource."""

from tests.http.case import ENTERPRISE, ScimCase, literal, patch_body


class Projection(ScimCase):
    """RFC 7644 §3.9."""

    def setUp(self) -> None:
        super().setUp()
        self.user = self.create(
            name={"givenName": "Mira", "familyName": "Halvorsen"}, title="Analyst",
            **{ENTERPRISE: {"department": "R&D", "employeeNumber": "7"}},
        )
        self.path = f"/Users/{self.user['id']}"

    def names(self, query: str) -> set[str]:
        """Members of the answer, without the ones that are always there."""
        resource = self.ok(self.scim.get(f"{self.path}?{query}"))
        self.assertEqual(self.user["id"], resource["id"])
        return set(resource) - {"id", "schemas"}

    def test_attributes_are_the_only_ones_returned(self) -> None:
        self.assertEqual({"userName"}, self.names("attributes=userName"))
        self.assertEqual({"userName", "title"}, self.names("attributes=userName,title"))
        self.assertEqual({"userName", "title"}, self.names("attributes=USERNAME,%20Title"))
        self.assertEqual(set(), self.names("attributes=id"))
        self.assertEqual(set(), self.names("attributes=nickName"))

    def test_a_sub_attribute_comes_in_its_parent(self) -> None:
        resource = self.ok(self.scim.get(f"{self.path}?attributes=name.givenName,emails.value"))
        self.assertEqual({"givenName": "Mira"}, resource["name"])
        self.assertEqual([{"value": self.user["emails"][0]["value"]}], resource["emails"])

    def test_an_extension_is_chosen_by_its_urn(self) -> None:
        resource = self.ok(self.scim.get(f"{self.path}?attributes={ENTERPRISE}:department"))
        self.assertEqual({"department": "R&D"}, resource[ENTERPRISE])
        self.assertEqual({ENTERPRISE}, self.names(f"attributes={ENTERPRISE}"))

    def test_excluded_attributes_are_left_out(self) -> None:
        everything = set(self.user) - {"id", "schemas"}
        self.assertEqual(everything - {"title"}, self.names("excludedAttributes=title"))
        self.assertEqual(everything - {"title", "emails"}, self.names("excludedAttributes=emails,TITLE"))
        self.assertEqual(everything, self.names("excludedAttributes=id"))
        self.assertEqual(everything, self.names("excludedAttributes=members"))

    def test_a_list_is_projected(self) -> None:
        listed = self.ok(self.scim.find(f"id eq {literal(self.user['id'])}", lead="attributes=userName"))
        self.assertEqual({"id", "schemas", "userName"}, set(listed["Resources"][0]) | {"schemas"})

    def test_the_answer_to_a_write_is_projected(self) -> None:
        body = patch_body([{"op": "replace", "path": "title", "value": "Buyer"}])
        patched = self.ok(self.scim.patch(f"{self.path}?attributes=title", body))
        self.assertEqual({"id": self.user["id"], "title": "Buyer"}, {k: v for k, v in patched.items() if k != "schemas"})
        created = self.created(self.scim.post("/Users?excludedAttributes=emails", self.body()))
        self.assertNotIn("emails", created)
        self.assertIn("emails", self.read(created["id"]))
