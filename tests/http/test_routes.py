"""Routes, methods and content types, and the query parameters of WordPress that must not reach a SCIM client."""

import gzip
import json

from tests.entra.client import SCIM_TYPE, Answer, Client
from tests.http.case import ScimCase, literal, patch_body
from tests.http.server import server

UNKNOWN_ID = "00000000-0000-4000-8000-00000000dead"


class Routes(ScimCase):
    """RFC 7644 §3.2: endpoints and their methods."""

    def not_allowed(self, answer: Answer, *methods: str) -> None:
        """A 405 that names what is allowed (RFC 9110 §15.5.6)."""
        self.refused(answer, 405)
        allowed = {method.strip() for method in answer.headers.get("allow", "").split(",")}
        self.assertLessEqual(set(methods), allowed)
        self.assertNotIn(answer.method, allowed)

    def test_an_unknown_resource_is_404(self) -> None:
        path = f"/Users/{UNKNOWN_ID}"
        self.refused(self.scim.get(path), 404)
        self.refused(self.scim.put(path, self.body()), 404)
        self.refused(self.scim.patch(path, patch_body([{"op": "Replace", "path": "active", "value": "False"}])), 404)
        self.refused(self.scim.delete(path), 404)

    def test_an_id_is_compared_exactly(self) -> None:
        user = self.create()
        for other in (user["id"].upper(), user["id"] + "%20", user["id"][:-1], user["id"] + "0", f"0{user['id']}"):
            with self.subTest(id=other):
                if other != user["id"]:
                    self.refused(self.scim.get(f"/Users/{other}"), 404)

    def test_an_account_that_scim_does_not_manage_is_404(self) -> None:
        """The administrator of a WordPress site is user 1."""
        for path in ("/Users/1", "/Users/01", "/Users/0", "/Users/-1"):
            with self.subTest(path=path):
                self.refused(self.scim.get(path), 404)
                self.refused(self.scim.delete(path), 404)

    def test_an_unknown_route_is_404(self) -> None:
        user = self.create()
        for path in ("/Nothing", "/Users/a/b", f"/Users/{user['id']}/emails", "/wp/v2/users", "/Userss", "/Users/../Groups/x"):
            with self.subTest(path=path):
                self.refused(self.scim.get(path), 404)

    def test_the_root_of_the_service_shows_no_wordpress_index(self) -> None:
        for path in ("", "/"):
            with self.subTest(path=path):
                self.refused(self.scim.get(path), 404)

    def test_an_endpoint_this_version_has_not_is_refused(self) -> None:
        """RFC 7644 §3.11"""
        self.refused(self.scim.get("/Me"), 501)

    def test_a_method_the_collection_has_not_is_405(self) -> None:
        for method in ("PUT", "PATCH", "DELETE"):
            with self.subTest(method=method), self.nothing_changes():
                self.not_allowed(self.scim.request(method, "/Users", {} if method != "DELETE" else None), "GET", "POST")

    def test_a_method_the_resource_has_not_is_405(self) -> None:
        user = self.create()
        with self.nothing_changes(user["id"]):
            self.not_allowed(self.scim.post(f"/Users/{user['id']}", self.body()), "GET", "PUT", "PATCH", "DELETE")

    def test_discovery_cannot_be_written(self) -> None:
        for path in ("/Schemas", "/ResourceTypes", "/ServiceProviderConfig"):
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                with self.subTest(path=path, method=method):
                    self.not_allowed(self.scim.request(method, path, None if method == "DELETE" else {}), "GET")

    def test_a_method_nobody_knows_is_405(self) -> None:
        user = self.create()
        with self.nothing_changes(user["id"]):
            for method in ("PROPFIND", "PURGE"):
                with self.subTest(method=method):
                    self.not_allowed(self.scim.request(method, f"/Users/{user['id']}"), "GET")

    def test_head_is_get_without_body(self) -> None:
        user = self.create()
        for path in ("/Users", f"/Users/{user['id']}", "/Schemas"):
            with self.subTest(path=path):
                answer = self.scim.request("HEAD", path)
                self.assertEqual((200, b""), (answer.status, answer.content))
        self.assertEqual(404, self.scim.request("HEAD", f"/Users/{UNKNOWN_ID}").status)
        self.assertEqual(401, self.client(None).request("HEAD", "/Users").status)

    def test_options_shows_no_wordpress_description(self) -> None:
        answer = self.scim.request("OPTIONS", "/Users")
        self.assertIn(answer.status, (200, 204, 405))
        self.assertNotIn(b"endpoints", answer.content)
        self.assertNotIn(b"namespace", answer.content)

    def test_a_trailing_slash_is_the_same_route(self) -> None:
        user = self.create()
        self.assertEqual(user["id"], self.ok(self.scim.get(f"/Users/{user['id']}/"))["id"])
        self.ok(self.scim.get("/Users/?count=1"))
        self.created(self.scim.post("/Users/", self.body()))

    def test_a_double_slash_is_no_redirect_and_no_page(self) -> None:
        """A Tenant URL typed with a slash at its end may be joined to `/Users`."""
        user = self.create()
        answer = self.scim.get(f"//Users/{user['id']}")
        self.assertIn(answer.status, (200, 404))

    def test_a_route_in_another_case_is_the_same_route(self) -> None:
        user = self.create()
        self.assertEqual(user["id"], self.ok(self.scim.get(f"/users/{user['id']}"))["id"])
        self.ok(self.scim.get("/USERS?count=1"))
        self.ok(self.scim.get("/schemas"))
        self.ok(self.scim.get("/serviceproviderconfig"))


class ContentTypes(ScimCase):
    """RFC 7644 §3.1 and §8.1; Entra quirk Q-26."""

    def test_a_compressed_body_is_415_and_nobody_is_made(self) -> None:
        body = self.body()
        answer = self.scim.request("POST", "/Users", gzip.compress(json.dumps(body).encode()), {"Content-Encoding": "gzip"})
        self.refused(answer, 415, None, "gzip")
        self.assertEqual([], self.found(f"userName eq {literal(body['userName'])}"))

    def test_what_a_client_accepts_and_awaits_changes_no_answer(self) -> None:
        for headers in (
            {"Accept": "application/scim+json, application/json", "Accept-Charset": "utf-8", "Accept-Encoding": "gzip,deflate"},
            {"Accept": "application/json"},
            {"Accept": "text/html"},
            {"Expect": "100-continue"},
            {"User-Agent": "Okta SCIM Client 1.0.0", "Content-Type": "application/json"},
        ):
            with self.subTest(headers=headers):
                created = self.created(self.scim.request("POST", "/Users", self.body(), headers))
                answer = self.scim.request("GET", f"/Users/{created['id']}", None, headers)
                self.assertEqual(created, self.ok(answer))
                self.assertEqual(SCIM_TYPE, answer.headers["content-type"])

    def test_another_content_type_of_a_body_is_415(self) -> None:
        user = self.create()
        path = f"/Users/{user['id']}"
        wrong = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "application/jsonx")
        for content_type in wrong:
            headers = {"Content-Type": content_type}
            with self.subTest(content_type=content_type), self.nothing_changes(user["id"]):
                self.refused(self.scim.request("POST", "/Users", self.body(), headers), 415)
                self.refused(self.scim.request("PUT", path, self.body(), headers), 415)
                self.refused(self.scim.request("PATCH", path, patch_body([]), headers), 415)

    def test_json_in_any_spelling_and_no_content_type_are_read(self) -> None:
        right = (
            "application/json", "application/scim+json", "APPLICATION/SCIM+JSON", "application/json;charset=UTF-8",
            "application/scim+json; charset=utf-8", None,
        )
        for content_type in right:
            with self.subTest(content_type=content_type):
                user = self.created(self.scim.request("POST", "/Users", self.body(), {"Content-Type": content_type}))
                body = patch_body([{"op": "replace", "path": "title", "value": "x"}])
                self.ok(self.scim.request("PATCH", f"/Users/{user['id']}", body, {"Content-Type": content_type}))

    def test_the_content_type_of_a_request_without_body_is_not_looked_at(self) -> None:
        user = self.create()
        headers = {"Content-Type": "text/html"}
        self.ok(self.scim.request("GET", f"/Users/{user['id']}", headers=headers))
        self.assertEqual(204, self.scim.request("DELETE", f"/Users/{user['id']}", headers=headers).status)

    def test_a_chunked_body_is_read(self) -> None:
        content = json.dumps(self.body()).encode()
        chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)
        headers = {"Content-Length": None, "Transfer-Encoding": "chunked"}
        self.created(self.scim.request("POST", "/Users", chunks, headers))

    def test_an_accept_header_changes_nothing(self) -> None:
        for accept in ("application/json", "text/html", "application/scim+json", "*/*"):
            with self.subTest(accept=accept):
                answer = self.scim.request("GET", "/Users?count=1", headers={"Accept": accept})
                self.assertEqual(200, answer.status)


class WordPressParameters(ScimCase):
    """Switches of WordPress' REST API that would let a client, or a page, change what a request means."""

    def test_a_method_override_in_the_query_is_ignored(self) -> None:
        user = self.create()
        path = f"/Users/{user['id']}"
        with self.nothing_changes(user["id"]):
            self.assertEqual(user["id"], self.ok(self.scim.get(f"{path}?_method=DELETE"))["id"])
            self.refused(self.scim.post(f"{path}?_method=DELETE", {}), 405)
            self.refused(self.scim.post(f"{path}?_method=PATCH", patch_body([])), 405)
        created = self.created(self.scim.post("/Users?_method=GET", self.body()))
        self.assertEqual(204, self.scim.delete(f"/Users/{created['id']}?_method=GET").status)

    def test_a_method_override_header_is_ignored(self) -> None:
        user = self.create()
        path = f"/Users/{user['id']}"
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            with self.subTest(name=name), self.nothing_changes(user["id"]):
                answer = self.scim.request("GET", path, headers={name: "DELETE"})
                self.assertEqual(user["id"], self.ok(answer)["id"])
                self.refused(self.scim.request("POST", path, {}, {name: "DELETE"}), 405)

    def test_an_envelope_is_ignored(self) -> None:
        """With `_envelope` WordPress answers 200 to everything."""
        user = self.create()
        self.assertEqual(user["id"], self.ok(self.scim.get(f"/Users/{user['id']}?_envelope=1"))["id"])
        self.refused(self.scim.get(f"/Users/{UNKNOWN_ID}?_envelope=1"), 404)
        self.refused(self.client(None).get("/Users?_envelope=1"), 401)

    def test_a_jsonp_callback_is_ignored(self) -> None:
        user = self.create()
        self.assertEqual(user["id"], self.ok(self.scim.get(f"/Users/{user['id']}?_jsonp=callback"))["id"])
        self.refused(self.scim.get(f"/Users/{UNKNOWN_ID}?_jsonp=callback"), 404)
        self.ok(self.scim.get("/Users?count=1&_jsonp=not-a-function("))

    def test_field_selection_of_wordpress_is_ignored(self) -> None:
        user = self.create()
        for query in ("_fields=id", "_fields[]=id", "_embed=1", "_locale=user", "context=edit", "_pretty=1"):
            with self.subTest(query=query):
                self.assertEqual(user, self.ok(self.scim.get(f"/Users/{user['id']}?{query}")))

    def test_a_user_id_in_the_query_or_body_is_not_the_route(self) -> None:
        """WordPress reads `id` from the body and the query before the URL."""
        user, other = self.create(displayName="One"), self.create(displayName="Other")
        self.assertEqual(user["id"], self.ok(self.scim.get(f"/Users/{user['id']}?id={other['id']}"))["id"])
        body = {**patch_body([{"op": "replace", "path": "title", "value": "x"}]), "id": other["id"]}
        self.assertEqual("x", self.ok(self.scim.patch(f"/Users/{user['id']}?id={other['id']}", body))["title"])
        self.assertEqual(204, self.scim.delete(f"/Users/{user['id']}?id={other['id']}").status)
        self.refused(self.scim.get(f"/Users/{user['id']}"), 404)
        self.assertEqual(other, self.read(other["id"]))

    def test_the_plain_permalink_form_answers_alike(self) -> None:
        user = self.create()
        client = Client(server().home, server().token, observe=self._observe)
        self.addCleanup(client.close)
        # Through index.php, since nginx allows `/` itself no PATCH.
        route = f"/index.php?rest_route=/wpo365/v1/Users/{user['id']}"
        self.assertEqual(user["id"], self.ok(client.get(route))["id"])
        self.refused(client.get(f"/?rest_route=/wpo365/v1/Users/{UNKNOWN_ID}"), 404)
        listed = self.ok(client.get(f"/?rest_route=/wpo365/v1/Users&filter=userName+eq+%22{user['userName'].replace('@', '%40')}%22"))
        self.assertEqual(1, listed["totalResults"])
        body = patch_body([{"op": "replace", "path": "title", "value": "x"}])
        self.assertEqual("x", self.ok(client.patch(route, body))["title"])
        stranger = Client(server().home, None, observe=self._observe)
        self.addCleanup(stranger.close)
        self.refused(stranger.get(route), 401)

    def test_an_unknown_query_key_is_ignored(self) -> None:
        """Entra quirk Q-41."""
        user = self.create()
        self.assertEqual(user, self.ok(self.scim.get(f"/Users/{user['id']}?aadOptscim062020")))
        self.ok(self.scim.get("/Users?aadOptscim062020&count=1"))
        self.ok(self.scim.get("/Users?aadOptscim062020=&count=1&x[]=1&x[]=2"))

    def test_every_answer_says_what_it_is(self) -> None:
        user = self.create()
        for answer in (self.scim.get(f"/Users/{user['id']}"), self.scim.get("/Nothing"), self.client(None).get("/Users")):
            self.assertEqual(SCIM_TYPE, answer.headers["content-type"])
            self.assertIn("no-store", answer.headers["cache-control"])
            self.assertNotIn("set-cookie", answer.headers)
            self.assertNotIn("x-powered-by-wordpress", answer.headers)
