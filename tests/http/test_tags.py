"""Entity tags over HTTP: what other resources show is in the tag of a read, and no obstacle to a write."""

from tests.http import test_groups
from tests.http.case import patch_body, unique


class Tags(test_groups.GroupCase):
    """A client that keeps what it has read, and asks whether it is still so."""

    def tag(self, path: str) -> str:
        """The tag of a resource, which a read under it confirms."""
        answer = self.scim.get(path)
        tag = answer.headers["etag"]
        self.assertEqual(tag, self.ok(answer)["meta"]["version"])
        self.assertEqual(304, self.scim.request("GET", path, None, {"If-None-Match": tag}).status)
        return tag

    def assert_is_over(self, path: str, old: str) -> str:
        """A read under an old tag gets the resource, and with it a new tag."""
        answer = self.scim.request("GET", path, None, {"If-None-Match": old})
        self.ok(answer)
        self.assertNotEqual(old, answer.headers["etag"])
        return answer.headers["etag"]

    def test_groups_are_in_the_tag_of_a_user_and_no_obstacle_to_its_writes(self) -> None:
        ann = self.create()["id"]
        path = f"/Users/{ann}"
        tags = [first := self.tag(path)]
        inner = self.group(ann)["id"]
        tags.append(self.assert_is_over(path, tags[-1]))
        outer = self.group(inner)["id"]
        tags.append(self.assert_is_over(path, tags[-1]))
        for group in (inner, outer):
            self.change(group, {"op": "replace", "path": "displayName", "value": unique("Renamed")})
            tags.append(self.assert_is_over(path, tags[-1]))
        title = patch_body([{"op": "add", "path": "title", "value": "Baker"}])
        self.ok(self.scim.request("PATCH", path, title, {"If-Match": first}))
        self.refused(self.scim.request("PATCH", path, title, {"If-Match": first}), 412)
        self.assertEqual(204, self.scim.delete(f"/Groups/{inner}").status)
        self.assertNotIn("groups", self.ok(self.scim.get(path)))
        self.assert_is_over(path, tags[-1])
        self.assertEqual(len(tags), len(set(tags)))

    def test_names_of_members_are_in_the_tag_of_their_group_and_no_obstacle_to_its_writes(self) -> None:
        ann, ben = self.people(2)
        group = self.group(ann)["id"]
        path = f"/Groups/{group}"
        first = self.tag(path)
        self.patch(ann, {"op": "replace", "path": "displayName", "value": unique("Ann")})
        second = self.assert_is_over(path, first)
        rename = patch_body([{"op": "replace", "path": "displayName", "value": unique("Renamed")}])
        self.assertEqual(204, self.scim.request("PATCH", path, rename, {"If-Match": first}).status)
        third = self.assert_is_over(path, second)
        for change in (
            lambda: self.change(group, {"op": "add", "path": "members", "value": [{"value": ben}]}),
            lambda: self.assertEqual(204, self.scim.delete(f"/Users/{ann}").status),
        ):
            change()
            fourth = self.assert_is_over(path, third)
            self.refused(self.scim.request("PATCH", path, rename, {"If-Match": third}), 412)
            third = fourth
