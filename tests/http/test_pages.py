"""Pages of a list."""

from tests.http.case import ScimCase, literal, unique

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


class Pages(ScimCase):
    """RFC 7644 §3.4.2.4."""

    def setUp(self) -> None:
        super().setUp()
        self.token = unique()
        self.ids = [self.create(externalId=self.token)["id"] for _ in range(5)]
        self.condition = f"externalId eq {literal(self.token)}"

    def page(self, query: str) -> dict:
        """A page of this test's own users."""
        return self.ok(self.scim.find(self.condition, lead=query))

    def test_a_page_echoes_its_start_and_counts_all(self) -> None:
        page = self.page("startIndex=2&count=2")
        self.assertEqual([LIST], page["schemas"])
        self.assertEqual((5, 2, 2, 2), (page["totalResults"], page["startIndex"], page["itemsPerPage"], len(page["Resources"])))

    def test_pages_together_are_everybody_once_in_a_stable_order(self) -> None:
        for _ in range(2):
            seen = [r["id"] for start in (1, 3, 5) for r in self.page(f"startIndex={start}&count=2")["Resources"]]
            self.assertEqual(self.ids, seen)

    def test_pages_of_all_users_are_everybody_once(self) -> None:
        total, seen = self.total(), []
        while len(seen) < total:
            page = self.ok(self.scim.get(f"/Users?startIndex={len(seen) + 1}&count=50"))
            self.assertEqual((total, len(seen) + 1), (page["totalResults"], page["startIndex"]))
            self.assertTrue(page["Resources"], "a page before the end is empty")
            seen += [resource["id"] for resource in page["Resources"]]
        self.assertEqual(total, len(set(seen)))
        self.assertLessEqual(set(self.ids), set(seen))

    def test_a_count_of_zero_or_less_asks_only_for_the_number(self) -> None:
        for count in (0, -1, -100):
            with self.subTest(count=count):
                for page in (self.page(f"count={count}"), self.ok(self.scim.get(f"/Users?count={count}"))):
                    self.assertEqual([], page["Resources"])
                    self.assertGreaterEqual(page["totalResults"], 5)

    def test_a_start_below_one_is_one(self) -> None:
        for start in (0, -1, -100):
            with self.subTest(start=start):
                page = self.page(f"startIndex={start}&count=2")
                self.assertEqual((1, self.ids[:2]), (page["startIndex"], [r["id"] for r in page["Resources"]]))

    def test_a_start_beyond_the_end_is_an_empty_page(self) -> None:
        page = self.page("startIndex=6&count=2")
        self.assertEqual((5, 6, []), (page["totalResults"], page["startIndex"], page["Resources"]))
        far = self.ok(self.scim.get("/Users?startIndex=1000000&count=2"))
        self.assertEqual((1000000, []), (far["startIndex"], far["Resources"]))
        self.assertEqual([], self.ok(self.scim.get("/Users?startIndex=99999999999999999999&count=2"))["Resources"])

    def test_a_huge_count_is_no_error(self) -> None:
        self.assertEqual(5, len(self.page("count=1000000")["Resources"]))

    def test_a_number_that_is_none_is_refused(self) -> None:
        for query in ("startIndex=one", "count=all", "count=1.5"):
            with self.subTest(query=query):
                self.refused(self.scim.get(f"/Users?{query}"), 400, "invalidValue")

    def test_an_empty_group_list_is_answered(self) -> None:
        """The probe of a group mapping has to succeed before there is a group."""
        for query in ("?startIndex=1000000&count=5", f"?excludedAttributes=members&filter=displayName+eq+%22{unique()}%22"):
            with self.subTest(query=query):
                self.assertEqual([], self.ok(self.scim.get(f"/Groups{query}"))["Resources"])
