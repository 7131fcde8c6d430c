"""Two web servers on one database: the second address has a php-fpm, an opcache and a lane of its own."""

from collections import Counter

from tests.entra.client import Answer, Client
from tests.http.admin import admin
from tests.http.case import ScimCase, literal, patch_body
from tests.http.race import Send, race
from tests.http.server import server

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


class TwoNodes(ScimCase):
    """Every other request of a race goes to the other node; together they behave as one."""

    def setUp(self) -> None:
        super().setUp()
        if server().second_url is None:
            self.skipTest("a site elsewhere has one address")

    def nodes(self, count: int) -> list[Client]:
        """Connections to both nodes in turns."""
        urls = (server().tenant_url, server().second_url or "")
        clients = [Client(urls[number % 2], server().token, observe=self._observe) for number in range(count)]
        for client in clients:
            self.addCleanup(client.close)
        return clients

    def race(self, sends: list[Send]) -> list[Answer]:
        """The answers, in the order of the requests."""
        return race(self.nodes(len(sends)), sends)

    def test_fifty_posts_of_one_person_make_one_account(self) -> None:
        body = self.body()
        answers = self.race([lambda client: client.post("/Users", body)] * 50)
        self.assertEqual({201: 1, 409: 49}, dict(Counter(answer.status for answer in answers)), {a.detail for a in answers})
        self.assertEqual({"uniqueness"}, {answer.json["scimType"] for answer in answers if answer.status == 409})
        (created,) = [answer.json["id"] for answer in answers if answer.status == 201]
        for client in self.nodes(2):
            self.assertEqual([created], [one["id"] for one in client.find(f"userName eq {literal(body['userName'])}").json["Resources"]])
        self.assertEqual(1, len(admin().accounts(body["emails"][0]["value"])))

    def test_parallel_patches_of_one_user_lose_nothing(self) -> None:
        user = self.create()
        paths = ["title", "nickName", "displayName", "name.givenName", "name.familyName", "userType", "timezone", "locale"] * 2
        values = {path: ("nb-NO" if path == "locale" else "Europe/Oslo" if path == "timezone" else f"V {path}") for path in paths}

        def send(path: str) -> Send:
            body = patch_body([{"op": "Replace", "path": path, "value": values[path]}])
            return lambda client: client.patch(f"/Users/{user['id']}", body)

        answers = self.race([send(path) for path in paths])
        self.assertEqual({200}, {answer.status for answer in answers}, {answer.detail for answer in answers})
        for client in self.nodes(2):
            held = client.get(f"/Users/{user['id']}").json
            for path, value in values.items():
                first, _, second = path.partition(".")
                self.assertEqual(value, held[first][second] if second else held[first], path)

    def test_parallel_changes_of_one_group_end_in_the_exact_set(self) -> None:
        people = [self.create()["id"] for _ in range(24)]
        group = self.created(self.scim.post("/Groups", {
            "schemas": [GROUP], "displayName": people[0], "members": [{"value": one} for one in people[:8]],
        }))["id"]

        def change(op: str, one: str) -> Send:
            path = f'members[value eq "{one}"]' if op == "Remove" else "members"
            operation = {"op": op, "path": path} | ({"value": [{"value": one}]} if op == "Add" else {})
            return lambda client: client.patch(f"/Groups/{group}", patch_body([operation]))

        sends = [change("Remove", one) for one in people[:8]] + [change("Add", one) for one in people[8:]]
        answers = self.race(sends)
        self.assertEqual({204}, {answer.status for answer in answers}, {answer.detail for answer in answers})
        for client in self.nodes(2):
            held = client.get(f"/Groups/{group}").json
            self.assertCountEqual(people[8:], [member["value"] for member in held["members"]])

    def test_changes_that_cross_in_several_groups_end_in_the_exact_sets(self) -> None:
        """Every list comes in both directions, so that rows are asked for in every order; each change is sent more than once."""
        people = [self.create()["id"] for _ in range(16)]
        leaving, joining = people[:8], people[8:]
        groups = [
            self.created(self.scim.post("/Groups", {
                "schemas": [GROUP], "displayName": f"{people[0]} {number}", "members": [{"value": one} for one in leaving],
            }))["id"]
            for number in range(3)
        ]

        def change(group: str, op: str, members: list[str]) -> Send:
            operation = {"op": op, "path": "members", "value": [{"value": one} for one in members]}
            return lambda client: client.patch(f"/Groups/{group}", patch_body([operation]))

        sends = [
            change(group, op, members[::step])
            for step in (1, -1) for group in groups for op, members in (("Add", joining), ("Remove", leaving), ("Add", joining[4:] + joining[:4]))
        ]
        sends += [lambda client, one=one: client.patch(f"/Users/{one}", patch_body([{"op": "Replace", "path": "title", "value": "T"}])) for one in people]
        answers = self.race(sends)
        self.assertEqual({200, 204}, {answer.status for answer in answers}, {answer.detail for answer in answers})
        for client in self.nodes(2):
            for group in groups:
                self.assertCountEqual(joining, [member["value"] for member in client.get(f"/Groups/{group}").json["members"]])
            for one in people:
                held = client.get(f"/Users/{one}").json
                self.assertEqual("T", held["title"])
                self.assertCountEqual(groups if one in joining else [], [group["value"] for group in held.get("groups", [])])

    def test_what_one_node_writes_the_other_reads_at_once(self) -> None:
        here, there = self.nodes(2)
        user = self.created(here.post("/Users", self.body(title="0")))
        for number in range(1, 15):
            writer, reader = (here, there) if number % 2 else (there, here)
            written = writer.patch(f"/Users/{user['id']}", patch_body([{"op": "Replace", "path": "title", "value": str(number)}]))
            self.assertEqual(written.content, reader.get(f"/Users/{user['id']}").content)
        self.assertEqual(204, there.delete(f"/Users/{user['id']}").status)
        self.assertEqual(404, here.get(f"/Users/{user['id']}").status)
