"""Bulk over HTTP: circles of references are made whole or not at all."""

from tests.http import test_groups
from tests.http.case import unique


class Circles(test_groups.GroupCase):
    """Groups that are members of each other."""

    def bulk(self, *operations: dict) -> list[dict]:
        """The results of operations."""
        body = {"schemas": [test_groups.BULK], "Operations": list(operations)}
        return self.ok(self.scim.post("/Bulk", body))["Operations"]

    @staticmethod
    def make(bulk_id: str, name: str, *members: str) -> dict:
        """A group with members by reference."""
        data = {"displayName": name, "members": [{"value": f"bulkId:{member}"} for member in members]}
        return {"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data}

    def user(self, bulk_id: str) -> dict:
        """A user nobody else is."""
        return {"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": self.body()}

    def test_a_circle_is_closed(self) -> None:
        results = self.bulk(self.make("a", unique("A"), "b", "u"), self.make("b", unique("B"), "a"), self.user("u"))
        self.assertEqual(["201"] * 3, [result["status"] for result in results])
        first, second, user = (result["location"].rpartition("/")[2] for result in results)
        self.assertCountEqual([second, user], self.of(first))
        self.assertEqual([first], self.of(second))
        for group, result in zip((first, second), results):
            self.assertEqual(result["version"], self.scim.get(f"/Groups/{group}").headers["etag"])

    def test_a_circle_that_cannot_be_closed_has_not_happened(self) -> None:
        taken = self.group()["displayName"]
        names = unique("A"), unique("C")
        results = self.bulk(
            self.make("a", names[0], "b", "u"), self.make("b", taken, "c"), self.make("c", names[1], "a"), self.user("u"),
            self.make("d", unique("D"), "a"),
        )  # fmt: skip
        self.assertEqual(["409", "409", "409", "201", "409"], [result["status"] for result in results])
        self.assertEqual("uniqueness", results[1]["response"]["scimType"])
        for index in (0, 1, 2, 4):
            self.assertNotIn("location", results[index])
        for name in names:
            self.assertEqual(0, self.ok(self.scim.get(f'/Groups?filter=displayName eq "{name}"'.replace(" ", "%20")))["totalResults"])
        self.assertNotIn("groups", self.read(results[3]["location"].rpartition("/")[2]))
