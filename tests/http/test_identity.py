"""Who is who: names, identifiers and addresses that must be one person's, and those that need not be."""

from tests.http.admin import admin
from tests.http.case import WPO365, ScimCase, patch_body, unique


class UserName(ScimCase):
    """RFC 7643 §4.1.1: unique, compared without case."""

    def test_a_second_user_with_a_user_name_is_409(self) -> None:
        user = self.create()
        with self.nothing_changes(user["id"]):
            answer = self.scim.post("/Users", self.body(userName=user["userName"]))
            self.refused(answer, 409, "uniqueness", "userName")

    def test_a_user_name_in_another_case_is_409(self) -> None:
        user = self.create(userName=f"{unique('Ärztin')}@corp.example.com")
        for name in (user["userName"].upper(), user["userName"].lower(), user["userName"].title()):
            with self.subTest(name=name), self.nothing_changes(user["id"]):
                self.refused(self.scim.post("/Users", self.body(userName=name)), 409, "uniqueness", "userName")

    def test_names_that_differ_by_an_accent_are_two_people(self) -> None:
        token = unique()
        first = self.create(userName=f"resume.{token}@corp.example.com")
        second = self.create(userName=f"résumé.{token}@corp.example.com")
        self.assertNotEqual(first["id"], second["id"])
        self.assertEqual([first["id"]], self.found(f'userName eq "resume.{token}@corp.example.com"'))
        self.assertEqual([second["id"]], self.found(f'userName eq "RÉSUMÉ.{token}@corp.example.com"'))

    def test_a_rename_onto_another_user_is_409_and_changes_nothing(self) -> None:
        first, second = self.create(), self.create()
        with self.nothing_changes(first["id"], second["id"]):
            operation = {"op": "Replace", "path": "userName", "value": first["userName"].upper()}
            answer = self.scim.patch(f"/Users/{second['id']}", patch_body([operation]))
            self.refused(answer, 409, "uniqueness", "userName")
            answer = self.scim.put(f"/Users/{second['id']}", self.body(userName=first["userName"]))
            self.refused(answer, 409, "uniqueness", "userName")

    def test_a_rename_to_another_case_of_itself_succeeds(self) -> None:
        user = self.create()
        name = user["userName"].upper()
        self.assertEqual(name, self.patch(user["id"], {"op": "replace", "path": "userName", "value": name})["userName"])

    def test_a_rename_keeps_the_id_and_the_login(self) -> None:
        user = self.create()
        address = user["emails"][0]["value"]
        before = admin().accounts(address)
        self.assertEqual(1, len(before))
        name = f"{unique('renamed')}@corp.example.com"
        after = self.patch(user["id"], {"op": "Replace", "path": "userName", "value": name})
        self.assertEqual((user["id"], name), (after["id"], after["userName"]))
        self.assertEqual([], self.found(f'userName eq "{user["userName"]}"'))
        self.assertEqual([user["id"]], self.found(f'userName eq "{name}"'))
        self.assertEqual(before[0]["username"], admin().accounts(address)[0]["username"])

    def test_a_name_that_a_rename_set_free_can_be_taken(self) -> None:
        user = self.create()
        self.patch(user["id"], {"op": "replace", "path": "userName", "value": f"{unique()}@corp.example.com"})
        other = self.create(userName=user["userName"])
        self.assertNotEqual(user["id"], other["id"])
        self.assertEqual([other["id"]], self.found(f'userName eq "{user["userName"]}"'))

    def test_a_user_name_above_sixty_characters_is_kept_whole(self) -> None:
        """WordPress logins end at 60 characters; two that differ only behind that are two people."""
        stem = f"{unique()}.{'maximiliane-alexandra-von-hohenberg' * 2}"
        people = [self.create(userName=f"{stem}{number}@corp.example.com") for number in (1, 2)]
        self.assertNotEqual(people[0]["id"], people[1]["id"])
        for number, person in enumerate(people, 1):
            self.assertEqual(f"{stem}{number}@corp.example.com", self.read(person["id"])["userName"])
            self.assertEqual([person["id"]], self.found(f'userName eq "{stem}{number}@corp.example.com"'))

    def test_a_guest_is_kept_with_his_whole_name(self) -> None:
        """Entra quirk Q-49."""
        home = unique("guest")
        name, address = f"{home}_partner.example#EXT#@corp.example.com", f"{home}@partner.example"
        guest = self.create(userName=name, emails=[{"type": "work", "value": address}])
        self.assertEqual(name, self.read(guest["id"])["userName"])
        self.assertEqual([guest["id"]], self.found(f'userName eq "{name}"'))
        self.assertEqual([address], [account["email"] for account in admin().accounts(address)])
        self.assertNotIn("#", admin().accounts(address)[0]["username"])

    def test_a_name_with_characters_no_login_may_have_is_kept(self) -> None:
        for name in (f"{unique()}+tag'o@corp.example.com", f"山田.{unique()}@corp.example.com", f"{unique()}\\x@corp.example.com"):
            with self.subTest(name=name):
                user = self.create(userName=name)
                self.assertEqual(name, self.read(user["id"])["userName"])
                filter_value = name.replace("\\", "\\\\")
                self.assertEqual([user["id"]], self.found(f'userName eq "{filter_value}"'))


class Email(ScimCase):
    """Two people never share one account because of an address."""

    def test_an_address_of_another_user_is_409(self) -> None:
        user = self.create()
        address = user["emails"][0]["value"]
        with self.nothing_changes(user["id"]):
            for value in (address, address.upper()):
                answer = self.scim.post("/Users", self.body(emails=[{"type": "work", "value": value}]))
                self.refused(answer, 409, "uniqueness")
        self.assertEqual(1, len(admin().accounts(address)))

    def test_a_change_to_an_address_of_another_user_is_409_and_changes_nothing(self) -> None:
        first, second = self.create(), self.create(displayName="Before")
        operations = [
            {"op": "Replace", "path": "displayName", "value": "After"},
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": first["emails"][0]["value"]},
        ]
        with self.nothing_changes(first["id"], second["id"]):
            self.refused(self.scim.patch(f"/Users/{second['id']}", patch_body(operations)), 409, "uniqueness")

    def test_a_new_person_gets_the_address_that_a_deleted_one_had(self) -> None:
        user = self.create()
        address = user["emails"][0]["value"]
        self.assertEqual(204, self.scim.delete(f"/Users/{user['id']}").status)
        heir = self.create(emails=[{"type": "work", "primary": True, "value": address}])
        self.assertEqual([heir["id"]], self.found(f'emails[type eq "work"].value eq "{address}"'))
        holders = [account["username"] for account in admin().accounts(address) if account["email"] == address]
        self.assertEqual([heir["userName"]], holders)

    def test_an_address_that_an_administrator_took_away_is_free(self) -> None:
        user = self.create()
        address = user["emails"][0]["value"]
        account = admin().accounts(address)[0]["id"]
        admin().rest("POST", f"users/{account}", {"email": f"{unique('edited')}@corp.example.com"})
        other = self.create(emails=[{"type": "work", "primary": True, "value": address}])
        self.assertEqual([other["id"]], self.found(f'emails[type eq "work"].value eq "{address}"'))

    def test_a_user_without_mailbox_is_created(self) -> None:
        user = self.create(emails=None)
        self.assertNotIn("emails", self.read(user["id"]))
        other = self.create(emails=None)
        self.assertNotEqual(user["id"], other["id"])

    def test_a_mailbox_can_come_and_go(self) -> None:
        user = self.create(emails=None)
        address = f"{unique()}@corp.example.com"
        held = self.patch(user["id"], {"op": "Add", "path": 'emails[type eq "work"].value', "value": address})
        self.assertEqual([(address, "work")], [(e["value"], e["type"]) for e in held["emails"]])
        self.assertEqual([address], [account["email"] for account in admin().accounts(address)])
        held = self.patch(user["id"], {"op": "remove", "path": "emails"})
        self.assertNotIn("emails", held)
        self.assertEqual([], admin().accounts(address))

    def test_an_address_with_an_apostrophe_and_a_plus_is_kept(self) -> None:
        address = f"{unique()}.o'brien+x@corp.example.com"
        user = self.create(emails=[{"type": "work", "value": address}])
        self.assertEqual(address, self.read(user["id"])["emails"][0]["value"])
        self.assertEqual([user["id"]], self.found(f'emails[type eq "work"].value eq "{address}"'))


class OtherIdentifiers(ScimCase):
    """externalId, objectId and id."""

    def test_two_people_with_one_external_id_are_accepted(self) -> None:
        """Entra's default source of externalId is not unique (Entra quirk Q-39)."""
        shared = unique("nick")
        first, second = self.create(externalId=shared), self.create(externalId=shared)
        self.assertEqual({first["id"], second["id"]}, set(self.found(f'externalId eq "{shared}"')))

    def test_an_object_id_is_one_persons(self) -> None:
        object_id = unique("object")
        user = self.create(**{WPO365: {"objectId": object_id}})
        with self.nothing_changes(user["id"]):
            self.refused(self.scim.post("/Users", self.body(**{WPO365: {"objectId": object_id}})), 409, "uniqueness")

    def test_an_id_in_a_post_is_ignored(self) -> None:
        """RFC 7643 §3.1: `id` is the server's to give."""
        other = self.create(displayName="Other")
        with_id = self.body(id=other["id"], displayName="New")
        user = self.created(self.scim.post("/Users", with_id))
        self.assertNotEqual(other["id"], user["id"])
        self.assertEqual(other, self.read(other["id"]))

    def test_the_id_of_another_user_in_a_put_is_refused(self) -> None:
        user, other = self.create(displayName="Before"), self.create(displayName="Other")
        with self.nothing_changes(user["id"], other["id"]):
            answer = self.scim.put(f"/Users/{user['id']}", self.body(id=other["id"], displayName="After"))
            self.refused(answer, 400, "mutability")

    def test_a_put_with_its_own_id_succeeds(self) -> None:
        user = self.create()
        held = self.ok(self.scim.put(f"/Users/{user['id']}", {**user, "displayName": "After"}))
        self.assertEqual((user["id"], "After"), (held["id"], held["displayName"]))

    def test_the_id_of_another_user_in_a_patch_is_refused(self) -> None:
        user, other = self.create(displayName="Before"), self.create(displayName="Other")
        operations = [
            {"op": "replace", "path": "id", "value": other["id"]},
            {"op": "replace", "value": {"id": other["id"], "displayName": "After"}},
            {"op": "remove", "path": "id"},
        ]
        for operation in operations:
            with self.subTest(operation=operation), self.nothing_changes(user["id"], other["id"]):
                answer = self.scim.patch(f"/Users/{user['id']}", patch_body([operation]))
                self.refused(answer, 400, "mutability")

    def test_the_id_of_a_deleted_user_is_never_given_again(self) -> None:
        user = self.create()
        self.assertEqual(204, self.scim.delete(f"/Users/{user['id']}").status)
        again = self.create(userName=user["userName"], emails=user["emails"])
        self.assertNotEqual(user["id"], again["id"])
        self.refused(self.scim.get(f"/Users/{user['id']}"), 404)
