"""Groups over HTTP: what they are, who is in them, in both dialects of Entra, and under parallel requests."""

import threading
from collections.abc import Callable
from urllib.parse import quote

from tests.entra.client import Answer
from tests.http.admin import admin
from tests.http.case import ScimCase, literal, patch_body, unique
from tests.http.server import server
from tests.http.settings import restore, save

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


class GroupCase(ScimCase):
    """A test with groups of its own."""

    def group(self, *members: str, **attributes) -> dict:
        """A group with these members, as the server answered."""
        body = {"schemas": [GROUP], "displayName": unique("Group"), "members": [{"value": member} for member in members]}
        return self.created(self.scim.post("/Groups", body | attributes))

    def people(self, count: int) -> list[str]:
        """Ids of new users."""
        return [self.create()["id"] for _ in range(count)]

    def of(self, group: str) -> list[str]:
        """Ids of the members of a group."""
        return [member["value"] for member in self.ok(self.scim.get(f"/Groups/{group}"))["members"]]

    def change(self, group: str, *operations: dict) -> Answer:
        """A PATCH, which must succeed without a body."""
        answer = self.scim.patch(f"/Groups/{group}", patch_body(list(operations)))
        self.assertEqual((204, b""), (answer.status, answer.content), answer.detail)
        return answer

    def version(self, group: str) -> str:
        """The entity tag."""
        return self.ok(self.scim.get(f"/Groups/{group}?excludedAttributes=members"))["meta"]["version"]


class Resource(GroupCase):
    """The group itself."""

    def test_a_created_group_is_what_was_sent(self) -> None:
        ann, ben = self.people(2)
        external_id = unique()
        answer = self.scim.post("/Groups", {
            "schemas": [GROUP], "displayName": (name := unique("Ünit “A”")), "externalId": external_id,
            "members": [{"value": ann}, {"value": ben, "display": "ignored"}, {"value": ann}],
        })  # fmt: skip
        created = self.created(answer)
        self.assertEqual((name, external_id), (created["displayName"], created["externalId"]))
        self.assertEqual([(ann, "User"), (ben, "User")], [(member["value"], member["type"]) for member in created["members"]])
        self.assertEqual([f"{server().tenant_url}/Users/{ann}", f"{server().tenant_url}/Users/{ben}"], [m["$ref"] for m in created["members"]])
        self.assertEqual(f"{server().tenant_url}/Groups/{created['id']}", answer.headers["location"])
        self.assertEqual(created["meta"]["version"], answer.headers["etag"])
        self.assertEqual("Group", created["meta"]["resourceType"])
        self.assertEqual(created, self.ok(self.scim.get(f"/Groups/{created['id']}")))

    def test_a_group_without_a_name_is_refused(self) -> None:
        for name in (None, "", "  "):
            self.refused(self.scim.post("/Groups", {"schemas": [GROUP], "displayName": name}), 400, "invalidValue", "displayName")

    def test_the_longest_name_fits_and_a_longer_one_is_refused(self) -> None:
        stem = unique()
        longest = stem + "ß" * (255 - len(stem))
        self.assertEqual(longest, self.group(displayName=longest)["displayName"])
        self.refused(self.scim.post("/Groups", {"schemas": [GROUP], "displayName": longest + "x"}), 400, "invalidValue", "displayName")

    def test_a_name_belongs_to_one_group_in_any_case(self) -> None:
        group, other = self.group(), self.group()
        name = group["displayName"].swapcase()
        self.refused(self.scim.post("/Groups", {"schemas": [GROUP], "displayName": name}), 409, "uniqueness", "displayName")
        rename = patch_body([{"op": "replace", "path": "displayName", "value": name}])
        self.refused(self.scim.patch(f"/Groups/{other['id']}", rename), 409, "uniqueness", "displayName")
        self.assertEqual(other, self.ok(self.scim.get(f"/Groups/{other['id']}")))
        self.assertEqual(204, self.scim.patch(f"/Groups/{group['id']}", rename).status)
        self.assertEqual(name, self.ok(self.scim.get(f"/Groups/{group['id']}"))["displayName"])

    def test_a_deleted_group_is_gone_and_its_members_are_not(self) -> None:
        (ann,) = self.people(1)
        group = self.group(ann)
        self.assertEqual(204, self.scim.delete(f"/Groups/{group['id']}").status)
        for answer in (
            self.scim.get(f"/Groups/{group['id']}"),
            self.scim.delete(f"/Groups/{group['id']}"),
            self.scim.patch(f"/Groups/{group['id']}", patch_body([{"op": "add", "path": "members", "value": [{"value": ann}]}])),
            self.scim.put(f"/Groups/{group['id']}", {"schemas": [GROUP], "displayName": "x"}),
        ):
            self.refused(answer, 404)
        self.assertNotIn("groups", self.read(ann))
        self.group(displayName=group["displayName"])

    def test_a_group_is_no_user_and_a_user_no_group(self) -> None:
        (ann,) = self.people(1)
        self.refused(self.scim.get(f"/Groups/{ann}"), 404)
        self.refused(self.scim.get(f"/Users/{self.group()['id']}"), 404)

    def test_put_replaces_attributes_and_members(self) -> None:
        ann, ben, cy = self.people(3)
        group = self.group(ann, ben, externalId=unique())
        body = {"schemas": [GROUP], "displayName": unique("New"), "members": [{"value": cy}, {"value": ben}]}
        put = self.ok(self.scim.put(f"/Groups/{group['id']}", body))
        self.assertEqual(body["displayName"], put["displayName"])
        self.assertNotIn("externalId", put)
        self.assertCountEqual([ben, cy], [member["value"] for member in put["members"]])
        del body["members"]
        self.assertEqual([], self.ok(self.scim.put(f"/Groups/{group['id']}", body))["members"])

    def test_preconditions_are_kept(self) -> None:
        ann, ben = self.people(2)
        group = self.group(ann)["id"]
        old = self.version(group)
        self.change(group, {"op": "add", "path": "members", "value": [{"value": ben}]})
        join = patch_body([{"op": "remove", "path": "members"}])
        for method, body in (("PATCH", join), ("DELETE", None), ("PUT", {"schemas": [GROUP], "displayName": unique()})):
            self.refused(self.scim.request(method, f"/Groups/{group}", body, {"If-Match": old}), 412)
        self.assertEqual([ann, ben], self.of(group))
        self.assertEqual(204, self.scim.request("PATCH", f"/Groups/{group}", join, {"If-Match": self.version(group)}).status)
        self.assertEqual(204, self.scim.request("DELETE", f"/Groups/{group}", None, {"If-Match": self.version(group)}).status)


class Members(GroupCase):
    """Who is in a group."""

    def each_dialect(self, legacy: Callable[[str], dict], flag: Callable[[str], dict], before: Callable[[list[str]], list[str]]) -> None:
        """Applies the operation of either dialect to a group, twice; the second time nothing changes."""
        for dialect, operation in (("legacy", legacy), ("flag", flag)):
            with self.subTest(dialect=dialect):
                ann, ben = self.people(2)
                group = self.group(*before([ann, ben]))["id"]
                expected = [ann] if before([ann, ben]) == [ann, ben] else [ann, ben]
                answer = self.change(group, operation(ben))
                self.assertEqual(expected, self.of(group))
                self.assertEqual(answer.headers["etag"], self.version(group))
                again = self.change(group, operation(ben))
                self.assertEqual(answer.headers["etag"], again.headers["etag"])
                self.assertEqual(expected, self.of(group))

    def test_one_member_joins(self) -> None:
        self.each_dialect(
            lambda member: {"op": "Add", "path": "members", "value": [{"value": member}]},
            lambda member: {"op": "add", "value": {"members": [{"value": member}]}},
            lambda people: people[:1],
        )

    def test_one_member_leaves(self) -> None:
        self.each_dialect(
            lambda member: {"op": "Remove", "path": "members", "value": [{"value": member}]},
            lambda member: {"op": "remove", "path": f'members[value eq "{member}"]'},
            lambda people: people,
        )

    def test_the_first_member_of_an_empty_group(self) -> None:
        (ann,) = self.people(1)
        group = self.group()["id"]
        self.change(group, {"op": "Add", "path": "members", "value": [{"$ref": None, "value": ann}]})
        self.assertEqual([ann], self.of(group))

    def test_many_operations_count_in_their_order(self) -> None:
        ann, ben, cy = self.people(3)
        group = self.group(ann)["id"]
        name = unique("Renamed")
        self.change(
            group,
            {"op": "add", "path": "members", "value": [{"value": ben}, {"value": cy}]},
            {"op": "replace", "path": "displayName", "value": name},
            {"op": "remove", "path": f'members[value eq "{ann}"]'},
            {"op": "remove", "path": f'members[value eq "{cy}"]'},
            {"op": "add", "path": "members", "value": [{"value": cy}]},
        )
        self.assertCountEqual([ben, cy], self.of(group))
        self.assertEqual(name, self.ok(self.scim.get(f"/Groups/{group}"))["displayName"])

    def test_replace_and_remove_concern_all(self) -> None:
        ann, ben, cy = self.people(3)
        group = self.group(ann, ben)["id"]
        self.change(group, {"op": "replace", "path": "members", "value": [{"value": cy}, {"value": ben}]})
        self.assertCountEqual([ben, cy], self.of(group))
        self.change(group, {"op": "replace", "value": {"members": [{"value": ann}]}})
        self.assertEqual([ann], self.of(group))
        self.change(group, {"op": "remove", "path": "members"})
        self.assertEqual([], self.of(group))

    def test_replace_only_adds_when_the_administrator_says_so(self) -> None:
        self.addCleanup(restore, admin(), save(admin(), members_replace="additive"))
        ann, ben = self.people(2)
        group = self.group(ann)["id"]
        self.change(group, {"op": "replace", "value": {"members": [{"value": ben}]}})
        self.assertEqual([ann, ben], self.of(group))
        self.change(group, {"op": "remove", "path": f'members[value eq "{ann}"]'})
        self.assertEqual([ben], self.of(group))

    def test_unknown_members_are_refused_and_nothing_changes(self) -> None:
        (ann,) = self.people(1)
        group = self.group(ann)
        (gone,) = self.people(1)
        self.assertEqual(204, self.scim.delete(f"/Users/{gone}").status)
        for unknown in ("nobody", gone, group["id"]):
            for operation in (
                {"op": "add", "path": "members", "value": [{"value": unknown}]},
                {"op": "replace", "path": "members", "value": [{"value": unknown}]},
            ):
                self.refused(self.scim.patch(f"/Groups/{group['id']}", patch_body([operation])), 400, "invalidValue")
        name = unique()
        self.refused(self.scim.post("/Groups", {"schemas": [GROUP], "displayName": name, "members": [{"value": gone}]}), 400, "invalidValue", gone)
        self.assertEqual(0, self.ok(self.scim.find(f"displayName eq {literal(name)}", "Groups"))["totalResults"])
        self.assertEqual(group, self.ok(self.scim.get(f"/Groups/{group['id']}")))
        self.change(group["id"], {"op": "remove", "path": f'members[value eq "{gone}"]'})

    def test_members_are_selected_by_what_they_are_called(self) -> None:
        ann = self.create(displayName=(name := unique("Ann")))["id"]
        (ben,) = self.people(1)
        group = self.group(ann, ben)["id"]
        self.change(group, {"op": "remove", "path": f'members[display eq "{name}"]'})
        self.assertEqual([ben], self.of(group))

    def test_a_patch_that_asks_for_attributes_is_answered_with_them(self) -> None:
        (ann,) = self.people(1)
        group = self.group()["id"]
        body = patch_body([{"op": "add", "path": "members", "value": [{"value": ann}]}])
        answer = self.ok(self.scim.patch(f"/Groups/{group}?attributes=members", body))
        self.assertEqual([ann], [member["value"] for member in answer["members"]])
        self.assertNotIn("displayName", answer)

    def test_members_can_be_left_out(self) -> None:
        (ann,) = self.people(1)
        group = self.group(ann)
        self.assertNotIn("members", self.ok(self.scim.get(f"/Groups/{group['id']}?excludedAttributes=members")))
        listed = self.ok(self.scim.find(f"displayName eq {literal(group['displayName'])}", "Groups", "excludedAttributes=members"))
        self.assertEqual([group["id"]], [found["id"] for found in listed["Resources"]])
        self.assertNotIn("members", listed["Resources"][0])


class Memberships(GroupCase):
    """Groups as seen from their members."""

    def test_users_show_their_groups_direct_and_indirect(self) -> None:
        ann, ben = self.people(2)
        child = self.group(ann)
        parent = self.group(child["id"], ben)
        self.assertEqual("Group", parent["members"][0]["type"])
        self.assertEqual(child["displayName"], parent["members"][0]["display"])
        self.assertEqual(
            [(child["id"], child["displayName"], "direct"), (parent["id"], parent["displayName"], "indirect")],
            [(group["value"], group["display"], group["type"]) for group in self.read(ann)["groups"]],
        )
        self.assertEqual([(parent["id"], "direct")], [(group["value"], group["type"]) for group in self.read(ben)["groups"]])
        self.assertEqual(f"{server().tenant_url}/Groups/{parent['id']}", self.read(ben)["groups"][0]["$ref"])
        self.assertNotIn("groups", self.ok(self.scim.get(f"/Users/{ann}?excludedAttributes=groups")))

    def test_groups_in_a_circle_end(self) -> None:
        (ann,) = self.people(1)
        one = self.group(ann)["id"]
        two = self.group(one)["id"]
        self.change(one, {"op": "add", "path": "members", "value": [{"value": two}]})
        self.assertEqual([(one, "direct"), (two, "indirect")], [(group["value"], group["type"]) for group in self.read(ann)["groups"]])
        self.assertEqual(204, self.scim.delete(f"/Groups/{one}").status)
        self.assertEqual([], self.of(two))

    def test_groups_of_a_user_are_not_the_clients_to_write(self) -> None:
        user = self.create(groups=[{"value": self.group()["id"]}])
        self.assertNotIn("groups", user)
        group = self.group(user["id"])
        body = self.body(userName=user["userName"], emails=user["emails"], groups=[])
        self.assertEqual([group["id"]], [held["value"] for held in self.ok(self.scim.put(f"/Users/{user['id']}", body))["groups"]])

    def test_a_deleted_user_leaves_and_does_not_come_back_as_a_member(self) -> None:
        for choice in ("deactivate", "delete"):
            with self.subTest(on_delete=choice):
                self.addCleanup(restore, admin(), save(admin(), on_delete=choice))
                user = self.create()
                group = self.group(user["id"])["id"]
                before = self.version(group)
                self.assertEqual(204, self.scim.delete(f"/Users/{user['id']}").status)
                self.assertEqual([], self.of(group))
                self.assertNotEqual(before, self.version(group))
                again = self.create(userName=user["userName"], emails=user["emails"])
                self.assertNotIn("groups", again)
                self.assertEqual([], self.of(group))

    def test_a_deactivated_user_stays_a_member(self) -> None:
        (ann,) = self.people(1)
        group = self.group(ann)["id"]
        self.patch(ann, {"op": "replace", "path": "active", "value": False})
        self.assertEqual([ann], self.of(group))

    def test_a_rename_is_seen_everywhere_at_once(self) -> None:
        user = self.create(displayName="Before")
        group = self.group(user["id"])
        self.patch(user["id"], {"op": "replace", "path": "displayName", "value": "After"})
        self.assertEqual("After", self.ok(self.scim.get(f"/Groups/{group['id']}"))["members"][0]["display"])
        self.change(group["id"], {"op": "replace", "path": "displayName", "value": (name := unique("Ærø"))})
        self.assertEqual(name, self.read(user["id"])["groups"][0]["display"])


class Queries(GroupCase):
    """Finding groups."""

    def ids(self, condition: str) -> list[str]:
        """Ids of the groups a filter finds."""
        return [group["id"] for group in self.ok(self.scim.find(condition, "Groups"))["Resources"]]

    def test_groups_are_found_by_name_external_id_and_member(self) -> None:
        (ann,) = self.people(1)
        group = self.group(ann, externalId=(external_id := unique("Ext")))
        other = self.group(ann)
        for condition, found in (
            (f"displayName eq {literal(group['displayName'].upper())}", [group["id"]]),
            (f"externalId eq {literal(external_id)}", [group["id"]]),
            (f"externalId eq {literal(external_id.upper())}", []),
            (f"id eq {literal(group['id'])} and members eq {literal(ann)}", [group["id"]]),
            (f"id eq {literal(group['id'])} and members.value eq {literal(unique())}", []),
            (f'members[value eq "{ann}"] and displayName sw "group"', [group["id"], other["id"]]),
        ):
            with self.subTest(condition):
                self.assertCountEqual(found, self.ids(condition))

    def test_users_are_found_by_their_groups(self) -> None:
        ann, ben = self.people(2)
        group = self.group(ann)["id"]
        self.assertEqual([ann], self.found(f"groups.value eq {literal(group)}"))
        self.assertEqual([], self.found(f"groups.value eq {literal(unique())} and id eq {literal(ben)}"))

    def test_pages_sorted_either_way_show_every_group_once(self) -> None:
        prefix = unique("Page")
        made = [self.group(displayName=f"{prefix} {letter}")["id"] for letter in "cabed"]
        filtered = f"/Groups?filter={quote(f'displayName sw {literal(prefix)}')}"
        for order, expected in (("ascending", [1, 2, 0, 4, 3]), ("descending", [3, 4, 0, 2, 1])):
            shown = []
            for start in (1, 3, 5):
                page = self.ok(self.scim.get(f"{filtered}&sortBy=displayName&sortOrder={order}&startIndex={start}&count=2"))
                self.assertEqual((5, start), (page["totalResults"], page["startIndex"]))
                shown += [group["id"] for group in page["Resources"]]
            self.assertEqual([made[index] for index in expected], shown)

    def test_cursors_lead_forth_and_back(self) -> None:
        prefix = unique("Cursor")
        made = [self.group(displayName=f"{prefix} {number}")["id"] for number in range(5)]
        path = f"/Groups?filter={quote(f'displayName sw {literal(prefix)}')}&count=2"
        cursors, shown = [""], []
        while True:
            page = self.scim.get(f"{path}&cursor={quote(cursors[-1])}")
            body = self.listed(page)
            shown.append([group["id"] for group in body["Resources"]])
            if "nextCursor" not in body:
                break
            cursors.append(body["nextCursor"])
        self.assertEqual([made[:2], made[2:4], made[4:]], shown)
        back = self.listed(self.scim.get(f"{path}&cursor={quote(body['previousCursor'])}"))
        self.assertEqual(made[2:4], [group["id"] for group in back["Resources"]])

    def listed(self, answer: Answer) -> dict:
        """The body of a page by cursor, which has no startIndex and may have no totalResults (RFC 9865)."""
        self.faults = [fault for fault in self.faults if "startIndex" not in fault and "totalResults" not in fault]
        return self.ok(answer)

    def test_searches_ask_groups_or_everything(self) -> None:
        (ann,) = self.people(1)
        group = self.group(ann)
        name = group["displayName"]
        body = {"schemas": [SEARCH], "filter": f"displayName eq {literal(name)}", "attributes": ["displayName"]}
        for path in ("/Groups/.search", "/.search"):
            found = self.ok(self.scim.post(path, body))
            self.assertEqual([group["id"]], [resource["id"] for resource in found["Resources"]])
            self.assertNotIn("members", found["Resources"][0])
        both = {"schemas": [SEARCH], "filter": f"id eq {literal(ann)} or id eq {literal(group['id'])}"}
        found = self.ok(self.scim.post("/.search", both))
        self.assertEqual([("User", ann), ("Group", group["id"])], [(r["meta"]["resourceType"], r["id"]) for r in found["Resources"]])

    def test_a_bulk_request_makes_users_and_their_group(self) -> None:
        name, person = unique("Bulk"), self.body()
        operations = [
            {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"schemas": [GROUP], "displayName": name, "members": [{"value": "bulkId:u"}]}},
            {"method": "POST", "path": "/Users", "bulkId": "u", "data": person},
        ]
        answer = self.scim.post("/Bulk", {"schemas": [BULK], "Operations": operations})
        self.assertEqual(["201", "201"], [result["status"] for result in answer.json["Operations"]], answer.json)
        group, user = (result["location"].rpartition("/")[2] for result in answer.json["Operations"])
        self.assertEqual([user], self.of(group))
        self.assertEqual(name, self.read(user)["groups"][0]["display"])

    def test_a_bulk_request_closes_a_circle_of_groups(self) -> None:
        operations = [
            {"method": "POST", "path": "/Groups", "bulkId": own, "data": {"schemas": [GROUP], "displayName": unique(own), "members": [{"value": f"bulkId:{other}"}]}}
            for own, other in (("a", "b"), ("b", "a"))
        ]
        answer = self.scim.post("/Bulk", {"schemas": [BULK], "Operations": operations})
        one, two = (result["location"].rpartition("/")[2] for result in answer.json["Operations"])
        self.assertEqual(([two], [one]), (self.of(one), self.of(two)))


class Parallel(GroupCase):
    """Entra runs several workers."""

    WORKERS = 5

    def run_workers(self, work: Callable[[int], None]) -> None:
        """Runs work in every worker; what one raises fails the test."""
        raised: list[BaseException] = []

        def run(number: int) -> None:
            try:
                work(number)
            except BaseException as error:
                raised.append(error)

        threads = [threading.Thread(target=run, args=(number,)) for number in range(self.WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if raised:
            raise raised[0]

    def test_members_added_one_by_one_by_many_workers_are_all_there(self) -> None:
        created: list[list[str]] = [[] for _ in range(self.WORKERS)]

        def create(number: int) -> None:
            client = self.client(alone=False)
            created[number] = [self.created(client.post("/Users", self.body()))["id"] for _ in range(60)]

        self.run_workers(create)
        group = self.group()["id"]
        statuses: list[int] = []

        def add(number: int) -> None:
            client = self.client(alone=False)
            for member in created[number]:
                body = patch_body([{"op": "Add", "path": "members", "value": [{"value": member}]}])
                statuses.append(client.patch(f"/Groups/{group}", body).status)

        self.run_workers(add)
        self.assertEqual([204] * 300, statuses)
        everybody = [member for part in created for member in part]
        self.assertCountEqual(everybody, self.of(group))
        self.assertEqual('W/"301"', self.version(group))

        def remove(number: int) -> None:
            client = self.client(alone=False)
            for member in created[number][1:]:
                body = patch_body([{"op": "Remove", "path": "members", "value": [{"value": member}]}])
                self.assertEqual(204, client.patch(f"/Groups/{group}", body).status)

        self.run_workers(remove)
        self.assertCountEqual([part[0] for part in created], self.of(group))

    def test_a_rename_among_joining_members_loses_neither(self) -> None:
        people = self.people(self.WORKERS * 4)
        group = self.group()["id"]
        name = unique("Renamed")

        def work(number: int) -> None:
            client = self.client(alone=False)
            for index, member in enumerate(people[number :: self.WORKERS]):
                operations = [{"op": "Add", "path": "members", "value": [{"value": member}]}]
                if index == number == 2:
                    operations.append({"op": "Replace", "path": "displayName", "value": name})
                answer = client.patch(f"/Groups/{group}", patch_body(operations))
                self.assertEqual(204, answer.status, answer.detail)

        self.run_workers(work)
        self.assertCountEqual(people, self.of(group))
        self.assertEqual(name, self.ok(self.scim.get(f"/Groups/{group}"))["displayName"])

    def test_one_name_makes_one_group(self) -> None:
        body = {"schemas": [GROUP], "displayName": unique()}
        statuses: list[int] = []
        self.run_workers(lambda _: statuses.append(self.client(alone=False).post("/Groups", body).status))
        self.assertEqual([201] + [409] * (self.WORKERS - 1), sorted(statuses))
