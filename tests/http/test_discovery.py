"""What the server says about itself."""

from tests.http.case import CORE, ENTERPRISE, WPO365, ScimCase


class Discovery(ScimCase):
    """RFC 7644 §4 and RFC 7643 §§5 to 7."""

    def every_attribute(self, attributes: list[dict]) -> list[dict]:
        """Attribute definitions with their sub-attributes."""
        return attributes + [sub for a in attributes for sub in self.every_attribute(a.get("subAttributes", []))]

    def test_the_schemas_are_listed_and_readable_by_id(self) -> None:
        listed = self.ok(self.scim.get("/Schemas"))
        by_id = {schema["id"]: schema for schema in listed["Resources"]}
        self.assertLessEqual({CORE, ENTERPRISE, WPO365}, set(by_id))
        self.assertEqual(len(by_id), listed["totalResults"])
        for urn, schema in by_id.items():
            with self.subTest(urn=urn):
                self.assertEqual(schema, self.ok(self.scim.get(f"/Schemas/{urn}")))
                self.assertTrue(schema["meta"]["location"].endswith(f"/Schemas/{urn}"))
                self.assertEqual("Schema", schema["meta"]["resourceType"])

    def test_the_schemas_name_every_mapped_attribute(self) -> None:
        """What Microsoft's gallery test looks up, canonical types included."""
        schemas = {s["id"]: {a["name"]: a for a in s["attributes"]} for s in self.ok(self.scim.get("/Schemas"))["Resources"]}
        core = schemas[CORE]
        for name in ("userName", "active", "displayName", "title", "emails", "preferredLanguage", "name", "addresses", "phoneNumbers"):
            self.assertIn(name, core)
        for name, kinds in (("emails", {"work", "home", "other"}), ("phoneNumbers", {"work", "mobile", "fax"}), ("addresses", {"work"})):
            subs = {sub["name"]: sub for sub in core[name]["subAttributes"]}
            self.assertLessEqual(kinds, set(subs["type"].get("canonicalValues", ())), name)
        self.assertLessEqual({"employeeNumber", "department", "manager"}, set(schemas[ENTERPRISE]))
        self.assertIn("objectId", schemas[WPO365])

    def test_attribute_definitions_use_the_words_of_the_standard(self) -> None:
        words = {
            "type": {"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"},
            "mutability": {"readOnly", "readWrite", "immutable", "writeOnly"},
            "returned": {"always", "never", "default", "request"},
            "uniqueness": {"none", "server", "global"},
        }
        for schema in self.ok(self.scim.get("/Schemas"))["Resources"]:
            for attribute in self.every_attribute(schema["attributes"]):
                with self.subTest(schema=schema["id"], attribute=attribute["name"]):
                    self.assertNotIn(None, attribute.values())
                    self.assertIsInstance(attribute["multiValued"], bool)
                    self.assertIsInstance(attribute["required"], bool)
                    for key, allowed in words.items():
                        if key in attribute:
                            self.assertIn(attribute[key], allowed)
                    self.assertIn(attribute["type"], words["type"])

    def test_the_resource_types_are_listed_and_readable_by_id(self) -> None:
        listed = self.ok(self.scim.get("/ResourceTypes"))
        by_id = {resource["id"]: resource for resource in listed["Resources"]}
        self.assertIn("User", by_id)
        for name, resource in by_id.items():
            with self.subTest(name=name):
                self.assertEqual(resource, self.ok(self.scim.get(f"/ResourceTypes/{name}")))
        user = by_id["User"]
        self.assertEqual(("/Users", CORE), (user["endpoint"], user["schema"]))
        self.assertLessEqual({ENTERPRISE, WPO365}, {extension["schema"] for extension in user["schemaExtensions"]})

    def test_the_service_provider_config_tells_the_truth(self) -> None:
        config = self.ok(self.scim.get("/ServiceProviderConfig"))
        self.assertEqual(["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"], config["schemas"])
        for feature in ("patch", "filter", "bulk", "sort", "etag"):
            self.assertIs(True, config[feature]["supported"], feature)
        self.assertIs(True, config["changePassword"]["supported"])
        self.assertGreater(config["filter"]["maxResults"], 0)
        self.assertGreater(config["bulk"]["maxOperations"], 0)
        self.assertIn("oauthbearertoken", [scheme["type"] for scheme in config["authenticationSchemes"]])

    def test_an_unknown_schema_or_type_is_404(self) -> None:
        self.refused(self.scim.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:Nothing"), 404)
        self.refused(self.scim.get("/ResourceTypes/Nothing"), 404)
