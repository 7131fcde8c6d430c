"""What is sent comes back: every attribute, every script, whole."""

from tests.http.admin import admin
from tests.http.case import CORE, ENTERPRISE, WPO365, ScimCase, patch_body, unique

# Every readWrite attribute of the core and enterprise schemas (RFC 7643 §§4.1, 4.3) and of the third one.
EVERYTHING = {
    "name": {
        "formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen", "givenName": "Barbara",
        "middleName": "Jane", "honorificPrefix": "Ms.", "honorificSuffix": "III",
    },
    "displayName": "Babs Jensen",
    "nickName": "Babs",
    "profileUrl": "https://login.example.com/bjensen",
    "addresses": [
        {"type": "work", "streetAddress": "100 Universal City Plaza", "locality": "Hollywood", "region": "CA",
         "postalCode": "91608", "country": "US", "formatted": "100 Universal City Plaza\nHollywood, CA 91608 US", "primary": True},
        {"type": "home", "streetAddress": "456 Hollywood Blvd", "locality": "Hollywood", "region": "CA", "postalCode": "91608",
         "country": "US"},
    ],
    "phoneNumbers": [
        {"value": "555-555-5555", "type": "work"}, {"value": "+47 55 01 00 11 ext. 7", "type": "fax"},
        {"value": "tel:+1-201-555-0123", "type": "mobile", "primary": True, "display": "(201) 555-0123"},
    ],
    "ims": [{"value": "someaimhandle", "type": "aim"}],
    "photos": [{"value": "https://photos.example.com/profilephoto/7/F", "type": "photo"}],
    "userType": "Employee",
    "title": "Tour Guide",
    "preferredLanguage": "en-US",
    "locale": "en-US",
    "timezone": "America/Los_Angeles",
    "entitlements": [{"value": "newsletter", "type": "licence", "display": "Newsletter"}],
    "roles": [{"value": "editor", "type": "WindowsAzureActiveDirectoryRole", "display": "Editor", "primary": True}],
    "x509Certificates": [{"value": "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTg=="}],
    ENTERPRISE: {
        "employeeNumber": "0701984", "costCenter": "4130", "organization": "Universal Studios",
        "division": "Theme Park", "department": "Tour Operations",
    },
}

TEXTS = (
    "Zoë Ærøskjold", "Zoe\u0308 decomposed", "山田 太郎", "محمد الفاسي", "נועה בן־דוד", "Ольга", "🙂 👩🏽‍🚒", "O'Brien", 'say "x"',
    "back\\slash", "C:\\new\\table", "\\' OR 1=1", "R&D", "Finance < 5M > 1M", "<b>bold</b>", "100% _sure_", "a  b   c", "&amp; &lt;", "{}", "null",
)


class RoundTrip(ScimCase):
    """What is not returned unchanged is sent again every cycle."""

    def test_every_attribute_is_returned_unchanged(self) -> None:
        sent = self.body(**EVERYTHING, externalId=unique("external"))
        sent["emails"].append({"type": "home", "value": f"{unique()}@home.example", "display": "home"})
        sent[WPO365] = {"objectId": unique("object")}
        created = self.created(self.scim.post("/Users", sent))
        self.assert_holds(sent, created)
        self.assertEqual(created, self.read(created["id"]))

    def test_every_attribute_can_be_put_unchanged(self) -> None:
        user = self.create()
        sent = self.body(**EVERYTHING, externalId=unique("external"))
        self.assert_holds(sent, self.ok(self.scim.put(f"/Users/{user['id']}", sent)))
        self.assert_holds(sent, self.read(user["id"]))

    def test_a_resource_put_back_as_read_changes_nothing(self) -> None:
        user = self.create(**EVERYTHING)
        after = self.ok(self.scim.put(f"/Users/{user['id']}", user))
        self.assertEqual({**user, "meta": None}, {**after, "meta": None})

    def test_text_of_every_script_and_escape_is_returned_unchanged(self) -> None:
        for text in TEXTS:
            with self.subTest(text=text):
                name = {"givenName": text, "familyName": text, "formatted": text}
                sent = self.body(displayName=text, title=text, externalId=f"{unique()}{text}", name=name, **{ENTERPRISE: {"department": text}})
                user = self.created(self.scim.post("/Users", sent))
                self.assert_holds(sent, user)
                self.assertEqual(user, self.read(user["id"]))
                held = self.patch(user["id"], {"op": "replace", "path": "displayName", "value": f"{text} {text}"})
                self.assertEqual(f"{text} {text}", held["displayName"])
                self.assertEqual(text, held["name"]["givenName"])

    def test_long_text_is_returned_whole_or_refused(self) -> None:
        long = "ä" * 10_000
        sent = self.body(title=long, nickName=long, **{ENTERPRISE: {"department": long}})
        user = self.created(self.scim.post("/Users", sent))
        self.assert_holds(sent, self.read(user["id"]))
        for name in ("userName", "externalId", "displayName"):
            with self.subTest(name=name):
                body = self.body(**{name: f"{unique()}{long}"})
                total = self.total()
                answer = self.scim.post("/Users", body)
                if answer.status == 201:
                    self.assertEqual(body[name], self.read(answer.json["id"])[name])
                else:
                    self.refused(answer, 400, "invalidValue", name)
                    self.assertEqual(total, self.total())

    def test_a_null_byte_is_returned_or_refused(self) -> None:
        for name in ("displayName", "title", "externalId"):
            with self.subTest(name=name):
                body = self.body(**{name: f"{unique()}a\0b"})
                total = self.total()
                answer = self.scim.post("/Users", body)
                if answer.status == 201:
                    self.assertEqual(body[name], self.read(answer.json["id"])[name])
                else:
                    self.refused(answer, 400, "invalidValue")
                    self.assertEqual(total, self.total())

    def test_null_and_empty_values_are_absent(self) -> None:
        """RFC 7643 §2.5; Entra quirk Q-24."""
        user = self.create(title=None, displayName="", addresses=[], nickName=None, name={"givenName": "", "familyName": "X"})
        held = self.read(user["id"])
        for name in ("title", "addresses", "nickName"):
            self.assertNotIn(name, held)
        self.assertEqual("X", held["name"]["familyName"])
        self.assertFalse(held["name"].get("givenName"))

    def test_attribute_names_are_read_without_case(self) -> None:
        """RFC 7643 §2.1."""
        name = unique()
        user = self.created(self.scim.post("/Users", {"SCHEMAS": [CORE], "USERNAME": name, "Title": "x", "NAME": {"GIVENNAME": "G"}}))
        self.assertEqual((name, "x", "G"), (user["userName"], user["title"], user["name"]["givenName"]))

    def test_booleans_may_be_text(self) -> None:
        """Entra quirk Q-02."""
        for text, value in (("True", True), ("true", True), ("False", False), ("false", False)):
            with self.subTest(text=text):
                self.assertIs(value, self.create(active=text)["active"])

    def test_a_password_is_never_returned(self) -> None:
        secret = unique("Secret")
        answer = self.scim.post("/Users", self.body(password=secret))
        user = self.created(answer)
        self.assertNotIn(secret.encode(), answer.content)
        self.assertNotIn("password", self.read(user["id"]))

    def test_unknown_attributes_do_no_harm(self) -> None:
        """Entra quirks Q-19, Q-21."""
        extension = "urn:ietf:params:scim:schemas:extension:ContosoHR:2.0:User"
        user = self.create(unknownThing="x", **{extension: {"badgeNumber": "B-1"}})
        self.assertEqual(user, self.read(user["id"]))

    def test_a_manager_is_sent_as_text_and_returned_as_object(self) -> None:
        """Entra quirks Q-11, Q-12."""
        boss = self.create()
        for sent in (boss["id"], {"value": boss["id"]}, {"value": boss["id"], "displayName": "Boss"}):
            with self.subTest(sent=sent):
                user = self.create(**{ENTERPRISE: {"manager": sent}})
                self.assertEqual(boss["id"], self.read(user["id"])[ENTERPRISE]["manager"]["value"])


class Answers(ScimCase):
    """RFC 7644 §3.3 and RFC 7643 §3.1: what the server adds."""

    def test_a_created_user_has_an_id_a_location_and_times(self) -> None:
        answer = self.scim.post("/Users", self.body())
        user = self.created(answer)
        self.assertIsInstance(user["id"], str)
        for header in ("location", "content-location"):
            self.assertEqual(user["meta"]["location"], answer.headers[header])
        self.assertTrue(user["meta"]["location"].endswith(f"/wpo365/v1/Users/{user['id']}"))
        self.assertEqual("User", user["meta"]["resourceType"])
        self.assertRegex(user["meta"]["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertIn(CORE, user["schemas"])

    def test_a_write_moves_the_time_and_a_read_does_not(self) -> None:
        user = self.create()
        self.assertEqual(user["meta"], self.read(user["id"])["meta"])
        held = self.patch(user["id"], {"op": "replace", "path": "title", "value": "x"})
        self.assertEqual(user["meta"]["created"], held["meta"]["created"])
        self.assertGreaterEqual(held["meta"]["lastModified"], user["meta"]["lastModified"])

    def test_schemas_name_the_extensions_that_are_there(self) -> None:
        plain = self.create(schemas=[CORE])
        self.assertNotIn(ENTERPRISE, plain)
        full = self.create(schemas=[CORE], **{ENTERPRISE: {"department": "x"}, WPO365: {"objectId": unique()}})
        self.assertLessEqual({CORE, ENTERPRISE, WPO365}, set(full["schemas"]))

    def test_a_deleted_user_is_gone(self) -> None:
        user = self.create()
        path = f"/Users/{user['id']}"
        answer = self.scim.delete(path)
        self.assertEqual((204, b""), (answer.status, answer.content))
        self.refused(self.scim.get(path), 404)
        self.refused(self.scim.delete(path), 404)
        self.refused(self.scim.put(path, self.body()), 404)
        self.refused(self.scim.patch(path, patch_body([])), 404)
        self.assertEqual([], self.found(f'userName eq "{user["userName"]}"'))
        self.assertEqual([], self.found(f'emails.value eq "{user["emails"][0]["value"]}"'))

    def test_wordpress_holds_the_names_and_the_address(self) -> None:
        user = self.create(displayName="Søren O'Brien \\ R&D", name={"givenName": "Søren \\ S", "familyName": "O'Brien"})
        (account,) = admin().accounts(user["emails"][0]["value"])
        self.assertEqual("Søren \\ S", account["first_name"])
        self.assertEqual("O'Brien", account["last_name"])
        self.assertEqual(["subscriber"], account["roles"])
