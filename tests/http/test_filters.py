"""`GET /Users?filter=…`: who is found, who is not, and what a bad filter is told."""

from urllib.parse import quote

from tests.entra.client import Client
from tests.http.case import ENTERPRISE, WPO365, ScimCase, literal, unique
from tests.http.server import server


class Matching(ScimCase):
    """RFC 7644 §3.4.2.2 with the attributes an identity provider matches by."""

    def setUp(self) -> None:
        super().setUp()
        self.token = unique()
        self.user = self.create(
            externalId=f"{self.token}-External",
            displayName=f"Display {self.token}",
            title=f"Title {self.token}",
            **{WPO365: {"objectId": f"{self.token}-object"}, ENTERPRISE: {"department": f"Dept {self.token}"}},
        )
        self.address = self.user["emails"][0]["value"]

    def finds(self, *conditions: str) -> None:
        """Each condition finds this user and nobody else."""
        for condition in conditions:
            with self.subTest(condition=condition):
                self.assertEqual([self.user["id"]], self.found(condition))

    def misses(self, *conditions: str) -> None:
        """Each condition finds nobody."""
        for condition in conditions:
            with self.subTest(condition=condition):
                self.assertEqual([], self.found(condition))

    def test_every_identifier_finds_its_user(self) -> None:
        self.finds(
            f"userName eq {literal(self.user['userName'])}",
            f"externalId eq {literal(self.user['externalId'])}",
            f"id eq {literal(self.user['id'])}",
            f"{WPO365}:objectId eq {literal(self.token + '-object')}",
            f"emails eq {literal(self.address)}",
            f"emails.value eq {literal(self.address)}",
            f'emails[type eq "work"].value eq {literal(self.address)}',
            f'emails[type eq "work" and value eq {literal(self.address)}]',
            f"displayName eq {literal('Display ' + self.token)}",
            f"{ENTERPRISE}:department eq {literal('Dept ' + self.token)}",
        )

    def test_names_operators_and_urns_are_read_without_case(self) -> None:
        """RFC 7644 §3.4.2.2, Entra quirks Q-10, Q-17, Q-18."""
        name = literal(self.user["userName"])
        self.finds(
            f"USERNAME EQ {name}",
            f"username Eq {name}",
            f"urn:ietf:params:scim:schemas:core:2.0:User:userName eq {name}",
            f"URN:IETF:params:scim:schemas:core:2.0:user:username eq {name}",
            f'EMAILS[TYPE EQ "work"].VALUE EQ {literal(self.address)}',
        )

    def test_case_counts_only_where_the_schema_says_so(self) -> None:
        """RFC 7643 §4.1.1 and §3.1: userName and e-mail without case, externalId and id with it (Q-37)."""
        self.finds(
            f"userName eq {literal(self.user['userName'].upper())}",
            f"emails.value eq {literal(self.address.upper())}",
            f'emails[type eq "WORK"].value eq {literal(self.address)}',
        )
        self.misses(f"externalId eq {literal(self.user['externalId'].upper())}")

    def test_trailing_blanks_count(self) -> None:
        """MariaDB pads when it compares; SCIM does not."""
        self.misses(
            f"externalId eq {literal(self.user['externalId'] + ' ')}",
            f"userName eq {literal(self.user['userName'] + ' ')}",
            f"{WPO365}:objectId eq {literal(self.token + '-object ')}",
        )

    def test_and_joins_conditions(self) -> None:
        name, other = literal(self.user["userName"]), literal(unique())
        self.finds(
            f"userName eq {name} and active eq true",
            f"id eq {literal(self.user['id'])} AND userName eq {name}",
            f"(userName eq {name}) and (externalId eq {literal(self.user['externalId'])})",
            f'userName eq {name} and emails[type eq "work"].value eq {literal(self.address)}',
        )
        self.misses(
            f"userName eq {name} and active eq false",
            f"userName eq {name} and externalId eq {other}",
            f"id eq {literal(self.user['id'])} and userName eq {other}",
        )

    def test_the_other_operators_of_the_grammar_work(self) -> None:
        name, external = literal(self.user["userName"]), literal(self.user["externalId"])
        self.finds(
            f"userName eq {literal(unique())} or userName eq {name}",
            f"userName sw {literal(self.token[:4])} and externalId sw {literal(self.token)}",
            f"externalId co {literal(self.token)} and title pr",
            f"externalId ew {literal(self.token[-12:] + '-External')}",
            f"externalId eq {external} and not (active eq false)",
            f"externalId eq {external} and userName ne {literal(unique())}",
        )
        self.misses(f"externalId eq {external} and nickName pr", f"externalId eq {external} and not (title pr)")

    def test_and_binds_closer_than_or(self) -> None:
        external = literal(self.user["externalId"])
        self.finds(f"externalId eq {external} or externalId eq {external} and active eq false")
        self.misses(f"(externalId eq {external} or externalId eq {external}) and active eq false")

    def test_a_condition_cannot_reach_outside_its_value_path(self) -> None:
        """One element has to satisfy all of it (RFC 7644 §3.4.2.2)."""
        user = self.create(emails=[
            {"type": "work", "value": f"w.{self.token}@corp.example.com"},
            {"type": "home", "value": f"h.{self.token}@corp.example.com"},
        ])
        self.assertEqual([], self.found(f'emails[type eq "work" and value eq "h.{self.token}@corp.example.com"]'))
        self.assertEqual([user["id"]], self.found(f'emails[type eq "home" and value eq "h.{self.token}@corp.example.com"]'))

    def test_the_spelling_of_a_blank_and_of_brackets_does_not_matter(self) -> None:
        """Entra quirk Q-27: form decoding, and `%2B` for a plus."""
        plus = self.create(userName=f"{unique()}+tag@corp.example.com")
        percent = Client(server().tenant_url, server().token, "%20", self._observe)
        self.addCleanup(percent.close)
        for client in (self.scim, percent):
            for user in (self.user, plus):
                listed = self.ok(client.find(f"userName eq {literal(user['userName'])}"))
                self.assertEqual([user["id"]], [r["id"] for r in listed["Resources"]])
        raw = f'/Users?filter=emails[type+eq+%22work%22].value+eq+%22{quote(self.address)}%22'
        self.assertEqual(1, self.ok(self.scim.get(raw))["totalResults"])

    def test_special_characters_in_a_value_are_only_text(self) -> None:
        """Entra quirk Q-38, and what a database would take for syntax."""
        for text in ("O'Brien", 'say "x"', "back\\slash", "100%", "under_score", "' OR '1'='1", "a) or (userName pr", "naïve 山田 🙂"):
            with self.subTest(text=text):
                external = f"{unique()} {text}"
                user = self.create(externalId=external)
                self.assertEqual([user["id"]], self.found(f"externalId eq {literal(external)}"))
                self.assertEqual([], self.found(f"externalId eq {literal(external + 'x')}"))
        self.misses('userName eq "%"', f'userName eq "{self.token}%"', 'externalId eq "\' OR \'\'=\'"')

    def test_an_unquoted_value_is_taken_as_text(self) -> None:
        """Entra quirk Q-28."""
        user = self.create(externalId=f"bare{self.token.replace('-', '')}")
        self.assertEqual([user["id"]], self.found(f"externalId eq {user['externalId']}"))

    def test_a_random_value_is_an_empty_list(self) -> None:
        """Entra's probe; a 404 would quarantine the job (Q-29)."""
        for attribute in ("userName", "externalId", "id", 'emails[type eq "work"].value', f"{WPO365}:objectId"):
            with self.subTest(attribute=attribute):
                listed = self.ok(self.scim.find(f"{attribute} eq {literal(unique())}"))
                self.assertEqual((0, []), (listed["totalResults"], listed["Resources"]))

    def test_an_inactive_user_is_found(self) -> None:
        self.patch(self.user["id"], {"op": "Replace", "path": "active", "value": "False"})
        self.finds(f"userName eq {literal(self.user['userName'])}", f"externalId eq {literal(self.user['externalId'])} and active eq false")

    def test_a_user_is_found_by_his_new_values_only(self) -> None:
        new = unique()
        self.patch(
            self.user["id"],
            {"op": "replace", "path": "externalId", "value": f"{new}-e"},
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": f"{new}@corp.example.com"},
            {"op": "replace", "path": f"{WPO365}:objectId", "value": f"{new}-o"},
        )
        self.finds(f'externalId eq "{new}-e"', f'emails.value eq "{new}@corp.example.com"', f'{WPO365}:objectId eq "{new}-o"')
        self.misses(
            f"externalId eq {literal(self.user['externalId'])}",
            f"emails.value eq {literal(self.address)}",
            f"{WPO365}:objectId eq {literal(self.token + '-object')}",
        )

    def test_the_reference_check_of_old_jobs_is_answered(self) -> None:
        report = self.create(**{ENTERPRISE: {"manager": self.user["id"]}})
        for attribute in ("manager", f"{ENTERPRISE}:manager", f"{ENTERPRISE}:manager.value"):
            with self.subTest(attribute=attribute):
                condition = f"id eq {literal(report['id'])} and {attribute} eq {literal(self.user['id'])}"
                listed = self.ok(self.scim.find(condition, lead="attributes=id"))
                self.assertEqual([report["id"]], [resource["id"] for resource in listed["Resources"]])
                self.assertNotIn("userName", listed["Resources"][0])


class BadFilter(ScimCase):
    """RFC 7644 §3.4.2.2: `invalidFilter`; the detail names the position for the administrator."""

    def test_a_filter_that_cannot_be_read_is_refused_with_its_position(self) -> None:
        bad = (
            'userName eq', "userName", 'userName eq "x', 'userName is "x"', '(userName eq "x"', 'userName eq "x")',
            'userName eq "x" and', 'userName eq "x" userName eq "y"', 'emails[type eq "work"', 'eq "x"', 'not userName eq "x"',
            'userName eq "x" & active eq true', "=", 'userName eq "\\x"',
        )
        for condition in bad:
            with self.subTest(condition=condition):
                error = self.refused(self.scim.find(condition), 400, "invalidFilter")
                self.assertRegex(error["detail"], r"\d")

    def test_an_ordering_of_a_boolean_is_refused(self) -> None:
        """RFC 7644 §3.4.2.2: `gt` on a boolean shall fail."""
        self.refused(self.scim.find("active gt true"), 400, "invalidFilter")

    def test_a_filter_without_end_is_refused(self) -> None:
        for depth in (100, 1000):
            deep = "(" * depth + 'userName eq "x"' + ")" * depth
            self.refused(self.scim.find(deep), 400, "invalidFilter")
            self.refused(self.scim.find("not " * depth + '(userName eq "x")'), 400, "invalidFilter")
        self.refused(self.scim.find(" and ".join(['id eq "x"'] * 300)), 400)

    def test_a_null_byte_in_a_filter_finds_nobody(self) -> None:
        answer = self.scim.get("/Users?filter=userName+eq+%22a%00b%22")
        if answer.status == 200:
            self.assertEqual(0, answer.json["totalResults"])
        else:
            self.refused(answer, 400, "invalidFilter")

    def test_a_filter_that_is_not_utf8_is_refused(self) -> None:
        self.refused(self.scim.get("/Users?filter=userName+eq+%22caf%e9%22"), 400)
