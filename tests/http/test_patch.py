"""PATCH: every operation and path form."""

from tests.http.case import CORE, ENTERPRISE, WPO365, ScimCase, patch_body, unique

WORK = 'emails[type eq "work"].value'


class Operations(ScimCase):
    """RFC 7644 §3.5.2."""

    def after(self, start: dict, *operations: dict) -> dict:
        """A user with these attributes after these operations."""
        return self.patch(self.create(**start)["id"], *operations)

    def test_add_replace_and_remove_of_a_plain_attribute(self) -> None:
        self.assertEqual("A", self.after({}, {"op": "add", "path": "title", "value": "A"})["title"])
        self.assertEqual("B", self.after({"title": "A"}, {"op": "add", "path": "title", "value": "B"})["title"])
        self.assertEqual("B", self.after({"title": "A"}, {"op": "replace", "path": "title", "value": "B"})["title"])
        self.assertEqual("B", self.after({}, {"op": "replace", "path": "title", "value": "B"})["title"])
        self.assertNotIn("title", self.after({"title": "A"}, {"op": "remove", "path": "title"}))

    def test_removing_what_is_not_there_succeeds(self) -> None:
        for path in ("title", "name.givenName", "phoneNumbers", 'phoneNumbers[type eq "fax"]', f"{ENTERPRISE}:department", f"{ENTERPRISE}:manager"):
            with self.subTest(path=path):
                self.after({}, {"op": "remove", "path": path})

    def test_verbs_are_read_without_case(self) -> None:
        """Entra quirk Q-01."""
        for verb in ("Replace", "REPLACE", "replace", "Add", "ADD"):
            with self.subTest(verb=verb):
                self.assertEqual("x", self.after({}, {"op": verb, "path": "title", "value": "x"})["title"])
        self.assertNotIn("title", self.after({"title": "x"}, {"op": "Remove", "path": "title"}))

    def test_paths_are_read_without_case_and_with_their_urn(self) -> None:
        """Entra quirks Q-17, Q-18."""
        for path in ("TITLE", f"{CORE}:title", f"{CORE.lower()}:Title"):
            with self.subTest(path=path):
                self.assertEqual("x", self.after({"title": "a"}, {"op": "replace", "path": path, "value": "x"})["title"])
        path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:Department"
        self.assertEqual({"department": "x"}, self.after({}, {"op": "replace", "path": path, "value": "x"})[ENTERPRISE])

    def test_a_sub_attribute_is_changed_alone(self) -> None:
        name = {"givenName": "A", "familyName": "B", "middleName": "M"}
        held = self.after({"name": name}, {"op": "replace", "path": "name.givenName", "value": "X"})
        self.assertEqual({**name, "givenName": "X"}, {k: held["name"][k] for k in name})
        held = self.after({"name": name}, {"op": "remove", "path": "name.middleName"})
        self.assertNotIn("middleName", held["name"])

    def test_a_complex_value_is_merged(self) -> None:
        """RFC 7644 §3.5.2.3: a replaced complex attribute keeps the sub-attributes not named."""
        held = self.after({"name": {"givenName": "A", "familyName": "B"}}, {"op": "replace", "path": "name", "value": {"givenName": "X"}})
        self.assertEqual(("X", "B"), (held["name"]["givenName"], held["name"]["familyName"]))

    def test_a_value_without_path_is_merged(self) -> None:
        held = self.after(
            {"name": {"givenName": "A", "familyName": "B"}, "title": "T", ENTERPRISE: {"department": "D", "employeeNumber": "1"}},
            {"op": "replace", "value": {"displayName": "X", "name": {"givenName": "Y"}, ENTERPRISE: {"department": "Z"}}},
        )
        self.assertEqual(("X", "Y", "B", "T"), (held["displayName"], held["name"]["givenName"], held["name"]["familyName"], held["title"]))
        self.assertEqual({"department": "Z", "employeeNumber": "1"}, held[ENTERPRISE])

    def test_dotted_and_urn_keys_are_paths(self) -> None:
        """Entra quirks Q-05, Q-06."""
        held = self.after(
            {"name": {"givenName": "A", "familyName": "B"}},
            {"op": "replace", "value": {"name.givenName": "X", f"{ENTERPRISE}:department": "D", f"{WPO365}:objectId": "o-" + unique()}},
            {"op": "add", "value": {f"{ENTERPRISE}:division": "E", WORK: f"{unique('w')}@corp.example.com"}},
        )
        self.assertEqual(("X", "B"), (held["name"]["givenName"], held["name"]["familyName"]))
        self.assertEqual({"department": "D", "division": "E"}, held[ENTERPRISE])
        self.assertTrue(held["emails"][0]["value"].startswith("w-"))
        self.assertTrue(held[WPO365]["objectId"].startswith("o-"))

    def test_a_value_path_changes_only_its_element(self) -> None:
        phones = [{"type": "work", "value": "1"}, {"type": "mobile", "value": "2"}]
        held = self.after({"phoneNumbers": phones}, {"op": "replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": "9"})
        self.assertEqual([phones[0], {"type": "mobile", "value": "9"}], held["phoneNumbers"])
        held = self.after({"phoneNumbers": phones}, {"op": "remove", "path": 'phoneNumbers[type eq "work"]'})
        self.assertEqual([phones[1]], held["phoneNumbers"])

    def test_a_value_path_without_match_creates_the_element(self) -> None:
        """Entra quirks Q-07, Q-08."""
        for verb in ("Add", "Replace"):
            with self.subTest(verb=verb):
                held = self.after(
                    {"phoneNumbers": [{"type": "work", "value": "1"}]},
                    {"op": verb, "path": 'phoneNumbers[type eq "mobile"].value', "value": "2"},
                    {"op": verb, "path": 'addresses[type eq "work"].locality', "value": "Oslo"},
                    {"op": verb, "path": 'addresses[type eq "work"].country', "value": "Norway"},
                )
                self.assertEqual([{"type": "work", "value": "1"}, {"type": "mobile", "value": "2"}], held["phoneNumbers"])
                self.assertEqual([{"type": "work", "locality": "Oslo", "country": "Norway"}], held["addresses"])

    def test_operations_on_one_element_end_in_one_element_in_any_order(self) -> None:
        address = f"{unique()}@corp.example.com"
        operations = [
            {"op": "Add", "path": 'emails[type eq "work"].primary', "value": "true"},
            {"op": "Add", "path": 'emails[type eq "work"].type', "value": "work"},
            {"op": "Add", "path": WORK, "value": address},
        ]
        held = self.after({"emails": None}, *operations)
        self.assertEqual([{"type": "work", "value": address, "primary": True}], held["emails"])

    def test_an_element_is_added_once(self) -> None:
        """RFC 7644 §3.5.2.1: what is there already is not added again."""
        phone = {"type": "work", "value": "1"}
        held = self.after({"phoneNumbers": [phone]}, {"op": "add", "path": "phoneNumbers", "value": [phone, {"type": "fax", "value": "2"}]})
        self.assertEqual([phone, {"type": "fax", "value": "2"}], held["phoneNumbers"])

    def test_a_multi_valued_attribute_is_replaced_whole(self) -> None:
        fax = [{"type": "fax", "value": "2"}]
        held = self.after({"phoneNumbers": [{"type": "work", "value": "1"}]}, {"op": "replace", "path": "phoneNumbers", "value": fax})
        self.assertEqual(fax, held["phoneNumbers"])

    def test_one_primary_remains(self) -> None:
        """RFC 7644 §3.5.2: a new primary takes the flag from the old one."""
        phones = [{"type": "work", "value": "1", "primary": True}, {"type": "home", "value": "2"}]
        held = self.after({"phoneNumbers": phones}, {"op": "replace", "path": 'phoneNumbers[type eq "home"].primary', "value": True})
        self.assertEqual(["2"], [phone["value"] for phone in held["phoneNumbers"] if phone.get("primary")])

    def test_empty_values_clear(self) -> None:
        """Entra quirks Q-14, Q-24."""
        boss = self.create()["id"]
        start = {"title": "A", "nickName": "N", ENTERPRISE: {"department": "D", "manager": boss}}
        held = self.after(
            start,
            {"op": "replace", "path": "title", "value": ""},
            {"op": "replace", "path": "nickName", "value": None},
            {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": ""},
        )
        self.assertNotIn("title", held)
        self.assertNotIn("nickName", held)
        self.assertEqual({"department": "D"}, held[ENTERPRISE])

    def test_a_manager_is_set_and_cleared_in_every_shape(self) -> None:
        """Entra quirks Q-11, Q-14, Q-15."""
        boss = self.create()["id"]
        manager = f"{ENTERPRISE}:manager"
        for path, value in (
            (manager, boss), (manager, {"value": boss}), (manager, [{"value": boss}]),
            ("manager", [{"$ref": f"https://site.example.com/Users/{boss}", "value": boss}]),
        ):
            with self.subTest(path=path, value=value):
                self.assertEqual(boss, self.after({}, {"op": "Add", "path": path, "value": value})[ENTERPRISE]["manager"]["value"])
        self.assertEqual(boss, self.after({}, {"op": "add", "value": {manager: boss}})[ENTERPRISE]["manager"]["value"])
        for operation in (
            {"op": "Replace", "path": manager, "value": ""}, {"op": "Replace", "path": manager, "value": {"value": ""}},
            {"op": "remove", "path": manager}, {"op": "remove", "path": f'{manager}[value eq "{boss}"]'},
        ):
            with self.subTest(operation=operation):
                held = self.after({ENTERPRISE: {"manager": boss, "department": "D"}}, operation)
                self.assertEqual({"department": "D"}, held[ENTERPRISE])

    def test_a_single_element_stands_for_a_scalar(self) -> None:
        """Entra quirk Q-23."""
        self.assertEqual("x", self.after({}, {"op": "Replace", "path": "displayName", "value": ["x"]})["displayName"])

    def test_roles_in_every_shape(self) -> None:
        """Entra quirk Q-09, and the JSON text of a single role assignment."""
        held = self.after({}, {"op": "Add", "path": 'roles[primary eq "True"].value', "value": "author"})
        self.assertEqual([{"primary": True, "value": "author"}], held["roles"])
        held = self.after(
            {"roles": [{"value": "editor", "primary": True}]}, {"op": "Replace", "path": 'roles[primary EQ "True"].value', "value": "author"},
        )
        self.assertEqual([{"value": "author", "primary": True}], held["roles"])
        role = '{"id":"06b07648-ecfe-589f-9d2f-6325724a46ee","value":"author","displayName":"Author"}'
        held = self.after({}, {"op": "Add", "path": "roles", "value": [{"value": role}]})
        self.assertEqual(["author"], [entry["value"] for entry in held["roles"]])

    def test_an_unknown_attribute_does_not_fail_the_rest(self) -> None:
        """Entra quirk Q-21."""
        held = self.after({}, {"op": "Replace", "path": "x_unmappedThing", "value": "1"}, {"op": "Replace", "path": "displayName", "value": "Y"})
        self.assertEqual("Y", held["displayName"])
        held = self.after({}, {"op": "replace", "value": {"x_unmapped": "1", "title": "Z"}})
        self.assertEqual("Z", held["title"])

    def test_no_operations_change_nothing(self) -> None:
        """Entra quirk Q-22."""
        user = self.create(title="A")
        self.assertEqual({**user, "meta": None}, {**self.patch(user["id"]), "meta": None})

    def test_the_member_names_of_a_message_are_read_without_case(self) -> None:
        user = self.create()
        body = {"Schemas": patch_body([])["schemas"], "operations": [{"OP": "replace", "Path": "title", "VALUE": "x"}]}
        self.assertEqual("x", self.ok(self.scim.patch(f"/Users/{user['id']}", body))["title"])

    def test_operations_apply_in_their_order(self) -> None:
        held = self.after(
            {}, {"op": "add", "path": "title", "value": "A"}, {"op": "remove", "path": "title"}, {"op": "replace", "path": "title", "value": "B"},
        )
        self.assertEqual("B", held["title"])

    def test_a_thousand_operations_are_applied(self) -> None:
        operations = [{"op": "Replace", "path": "title", "value": str(number)} for number in range(1000)]
        self.assertEqual("999", self.after({}, *operations)["title"])

    def test_the_same_patch_twice_is_the_same_state(self) -> None:
        user = self.create(phoneNumbers=[{"type": "work", "value": "1"}])
        operations = [
            {"op": "Add", "path": "phoneNumbers", "value": [{"type": "fax", "value": "2"}]},
            {"op": "Replace", "path": "displayName", "value": "X"},
            {"op": "Replace", "path": "active", "value": "False"},
        ]
        first, second = self.patch(user["id"], *operations), self.patch(user["id"], *operations)
        self.assertEqual({**first, "meta": None}, {**second, "meta": None})
