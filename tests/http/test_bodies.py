"""Bodies no client should send: each is refused in SCIM's words, and nothing has changed afterwards."""

import json

from tests.http.case import CORE, ScimCase, patch_body, unique

MIB = 1024 * 1024


class UnreadableBody(ScimCase):
    """RFC 7644 §3.12: `invalidSyntax` for a request that is no JSON object."""

    def refuse_everywhere(self, content: bytes, status: int = 400, scim_type: str | None = "invalidSyntax") -> None:
        """The same body on every route that reads one."""
        user = self.create()
        group = self.created(self.scim.post("/Groups", {"displayName": unique("Group"), "members": [{"value": user["id"]}]}))
        routes = [(method, f"/{kind}/{it['id']}") for method in ("PUT", "PATCH") for kind, it in (("Users", user), ("Groups", group))]
        routes += [("POST", path) for path in ("/Users", "/Groups", "/.search", "/Users/.search", "/Groups/.search", "/Bulk")]
        groups = self.ok(self.scim.get("/Groups?count=0"))["totalResults"]
        with self.nothing_changes(user["id"]):
            for method, path in routes:
                with self.subTest(method=method, path=path):
                    self.refused(self.scim.request(method, path, content), status, scim_type)
        self.assertEqual(group, self.ok(self.scim.get(f"/Groups/{group['id']}")))
        self.assertEqual(groups, self.ok(self.scim.get("/Groups?count=0"))["totalResults"])

    def test_a_nul_is_refused(self) -> None:
        self.refuse_everywhere(b'{"userName":"a\0b@corp.example.com"}')
        self.refuse_everywhere(b'{"userName":"a@corp.example.com"}\0')

    def test_a_key_twice_in_another_case_is_refused(self) -> None:
        self.refuse_everywhere(b'{"schemas":[],"Schemas":[],"userName":"a@corp.example.com"}')

    def test_a_body_that_is_not_utf8_is_refused(self) -> None:
        self.refuse_everywhere(b'{"userName":"caf\xe9@corp.example.com"}')

    def test_an_overlong_utf8_sequence_is_refused(self) -> None:
        self.refuse_everywhere(b'{"userName":"a\xc0\xafb@corp.example.com"}')

    def test_a_lone_surrogate_is_refused(self) -> None:
        self.refuse_everywhere(b'{"userName":"a\\ud800b@corp.example.com"}')

    def test_a_body_that_is_not_json_is_refused(self) -> None:
        self.refuse_everywhere(b'{"userName": ')

    def test_a_form_body_under_a_scim_content_type_is_refused(self) -> None:
        self.refuse_everywhere(b"userName=x&active=true")

    def test_text_after_the_object_is_refused(self) -> None:
        self.refuse_everywhere(b'{"userName":"a@corp.example.com"} {}')

    def test_a_body_that_is_not_an_object_is_refused(self) -> None:
        for content in (b"[]", b'"userName"', b"17", b"true", b"null"):
            with self.subTest(content=content):
                self.refuse_everywhere(content)

    def test_an_empty_body_is_refused(self) -> None:
        self.refuse_everywhere(b"")

    def test_a_body_above_two_mebibytes_is_413(self) -> None:
        filler = b'{"userName":"' + b"a" * (2 * MIB) + b'"}'
        self.refuse_everywhere(filler, 413, None)

    def test_a_body_just_below_two_mebibytes_is_read(self) -> None:
        user = self.create()
        body = json.dumps({**patch_body([]), "filler": ""}).encode()
        body = body[:-2] + b"a" * (2 * MIB - len(body)) + b'"}'
        self.assertEqual(2 * MIB, len(body))
        self.assertEqual(200, self.scim.request("PATCH", f"/Users/{user['id']}", body).status)

    def test_a_body_nested_too_deep_is_refused(self) -> None:
        self.refuse_everywhere(b'{"userName":' + b"[" * 5000 + b"]" * 5000 + b"}")
        self.refuse_everywhere(b'{"name":' * 5000 + b"1" + b"}" * 5000)

    def test_a_duplicate_key_is_refused(self) -> None:
        name = unique()
        self.refuse_everywhere(f'{{"userName":"{name}","userName":"{name}2"}}'.encode())

    def test_a_duplicate_key_in_a_nested_object_is_refused(self) -> None:
        self.refuse_everywhere(f'{{"userName":"{unique()}","name":{{"givenName":"A","givenName":"B"}}}}'.encode())

    def test_a_duplicate_key_spelt_with_an_escape_is_refused(self) -> None:
        self.refuse_everywhere(f'{{"active":true,"userName":"{unique()}","\\u0061ctive":false}}'.encode())


class WrongValues(ScimCase):
    """RFC 7644 §3.12: `invalidValue` for a value of the wrong type or a required one missing."""

    def refuse_create(self, scim_type: str, *words: str, **attributes: object) -> None:
        """A POST with these attributes creates nobody."""
        body = self.body()
        with self.nothing_changes():
            self.refused(self.scim.post("/Users", {**body, **attributes}), 400, scim_type, *words)
            self.assertEqual([], self.found(f'userName eq "{body["userName"]}"'))

    def test_a_user_without_user_name_is_refused(self) -> None:
        body = self.body()
        del body["userName"]
        with self.nothing_changes():
            self.refused(self.scim.post("/Users", body), 400, "invalidValue", "userName")

    def test_an_empty_user_name_is_refused(self) -> None:
        self.refuse_create("invalidValue", "userName", userName="")
        self.refuse_create("invalidValue", "userName", userName=None)

    def test_a_user_name_of_blanks_is_refused(self) -> None:
        self.refuse_create("invalidValue", "userName", userName="   ")

    def test_a_user_name_of_another_type_is_refused(self) -> None:
        for value in (17, True, {"value": unique()}):
            with self.subTest(value=value):
                self.refuse_create("invalidValue", "userName", userName=value)

    def test_a_boolean_that_is_none_is_refused(self) -> None:
        for value in ("perhaps", 2, {"value": True}):
            with self.subTest(value=value):
                self.refuse_create("invalidValue", "active", active=value)

    def test_text_for_a_complex_attribute_is_refused(self) -> None:
        self.refuse_create("invalidValue", "name", name="Mira Halvorsen")

    def test_an_object_for_a_text_is_refused(self) -> None:
        self.refuse_create("invalidValue", "displayName", displayName={"value": "Mira"})

    def test_text_for_a_multi_valued_attribute_is_refused(self) -> None:
        self.refuse_create("invalidValue", "emails", emails="mira@corp.example.com")

    def test_a_number_among_emails_is_refused(self) -> None:
        self.refuse_create("invalidValue", "emails", emails=[17])

    def test_a_null_byte_in_a_user_name_is_refused(self) -> None:
        self.refuse_create("invalidValue", "userName", userName=f"{unique()}\0@corp.example.com")

    def test_an_email_address_that_is_none_is_refused(self) -> None:
        self.refuse_create("invalidValue", emails=[{"type": "work", "value": "not an address"}])

    def test_a_patch_to_a_wrong_type_changes_nothing(self) -> None:
        user = self.create(displayName="Before", title="Analyst")
        wrong = (
            {"op": "replace", "path": "active", "value": "perhaps"},
            {"op": "replace", "path": "displayName", "value": {"formatted": "x"}},
            {"op": "replace", "path": "name", "value": "Mira"},
            {"op": "replace", "path": "emails", "value": "mira@corp.example.com"},
            {"op": "replace", "value": "no map"},
            {"op": "replace", "value": {"active": "perhaps", "title": "Buyer"}},
        )
        for operation in wrong:
            with self.subTest(operation=operation), self.nothing_changes(user["id"]):
                self.refused(self.scim.patch(f"/Users/{user['id']}", patch_body([operation])), 400, "invalidValue")

    def test_a_user_cannot_lose_his_user_name(self) -> None:
        user = self.create()
        lost = (
            {"op": "remove", "path": "userName"},
            {"op": "replace", "path": "userName", "value": ""},
            {"op": "replace", "path": "userName", "value": None},
        )
        for operation in lost:
            with self.subTest(operation=operation), self.nothing_changes(user["id"]):
                answer = self.scim.patch(f"/Users/{user['id']}", patch_body([operation]))
                self.refused(answer, 400, None, "userName")
                self.assertIn(answer.json["scimType"], ("invalidValue", "mutability"))

    def test_a_put_without_user_name_changes_nothing(self) -> None:
        user = self.create(displayName="Before")
        with self.nothing_changes(user["id"]):
            body = {"schemas": [CORE], "displayName": "After"}
            self.refused(self.scim.put(f"/Users/{user['id']}", body), 400, "invalidValue", "userName")


class WrongPatch(ScimCase):
    """RFC 7644 §3.5.2: messages that are no PATCH."""

    def refuse(self, body: dict, scim_types: tuple[str, ...]) -> None:
        """A PATCH with this body changes nothing."""
        user = self.create(displayName="Before", title="Analyst")
        with self.nothing_changes(user["id"]):
            answer = self.scim.patch(f"/Users/{user['id']}", body)
            self.refused(answer, 400)
            self.assertIn(answer.json.get("scimType"), scim_types, answer.detail)

    def test_an_unknown_operation_is_refused(self) -> None:
        for verb in ("Move", "copy", "", 1, None):
            with self.subTest(verb=verb):
                self.refuse(patch_body([{"op": verb, "path": "displayName", "value": "x"}]), ("invalidSyntax",))

    def test_an_operation_without_verb_is_refused(self) -> None:
        self.refuse(patch_body([{"path": "displayName", "value": "x"}]), ("invalidSyntax",))

    def test_operations_of_another_type_are_refused(self) -> None:
        for operations in ({}, "replace", None, [1], [None]):
            with self.subTest(operations=operations):
                self.refuse(patch_body(operations), ("invalidSyntax", "invalidValue"))

    def test_a_message_without_operations_is_refused(self) -> None:
        self.refuse({"schemas": patch_body([])["schemas"]}, ("invalidSyntax", "invalidValue"))

    def test_a_path_that_cannot_be_read_is_refused(self) -> None:
        for path in ("emails[type eq", "emails[type eq \"work\"", "name..givenName", ".title", "emails[].value", "title]", "na me"):
            with self.subTest(path=path):
                self.refuse(patch_body([{"op": "replace", "path": path, "value": "x"}]), ("invalidPath", "invalidFilter"))

    def test_a_path_of_another_type_is_refused(self) -> None:
        self.refuse(patch_body([{"op": "replace", "path": 7, "value": "x"}]), ("invalidPath", "invalidSyntax"))

    def test_a_removal_without_path_is_refused(self) -> None:
        """RFC 7644 §3.5.2.2."""
        self.refuse(patch_body([{"op": "remove"}]), ("noTarget",))

    def test_an_operation_without_value_is_refused(self) -> None:
        self.refuse(patch_body([{"op": "add", "path": "title"}]), ("invalidValue", "invalidSyntax"))
