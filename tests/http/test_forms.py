"""Every form of the plugin refuses who has no nonce and who has no right, and takes nothing hostile."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import unittest
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from tests.http.admin import Admin
from tests.http.forms import (
    ADDRESSES, ALONE, DOORS, FORMS, HOSTILE, MARKER, MEGABYTE, NETWORK, NETWORK_DOORS, READERS, SCRIPT, TABS, UNESCAPED, Form, fill,
)  # fmt: skip
from tests.http.server import ROOT, Server

sys.path.insert(0, str(ROOT / "tests" / "site"))

from scimpress_site import Site  # noqa: E402

PASSWORD = "correct horse battery staple"
FIXTURES = Path(__file__).with_name("fixtures")
PLUGIN = ROOT / "plugin"
WPO365 = 'a:2:{s:11:"enable_scim";b:1;s:17:"scim_secret_token";s:26:"token-of-wpo365-0123456789";}'
OLD = {"original": "", "schema[0]": "urn:ietf:params:scim:schemas:extension:Old:2.0:User", "schema[1]": "Old", "attribute_name[0]": "age", "attribute_type[0]": "integer", "scimpress_end": "1"}


class FormCase(unittest.TestCase):
    """A site of its own, with people who may do little, and a nonce for whoever asks."""

    maxDiff = None
    network: ClassVar[bool] = False
    strangers: ClassVar[tuple[str, ...]] = ("subscriber", "editor", "clerk")
    home: ClassVar[str] = "/wp-admin/"

    site: ClassVar[Site]
    people: ClassVar[dict[str, int]]
    admin: ClassVar[Admin]
    others: ClassVar[dict[str, Admin]]

    @classmethod
    def setUpClass(cls) -> None:
        """Raises the site; everybody signs in."""
        database = os.environ.get("SCIMPRESS_DATABASE", "sqlite")
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        name = f"http-forms{'-network' if cls.network else ''}-{database}"
        cls.site = stack.enter_context(Site(ROOT / "target" / "test" / name, database, network=cls.network))
        shutil.copy(FIXTURES / "forms.php", cls.site.root / "wp-content" / "mu-plugins")
        cls.people = json.loads(cls.site.run_php(FIXTURES / "people.php", PASSWORD))
        cls.admin = cls.sign_in(cls.site.admin_login, cls.site.admin_password)
        cls.others = {name: cls.sign_in(f"the-{name}", PASSWORD) for name in cls.strangers}

    @classmethod
    def sign_in(cls, login: str, password: str) -> Admin:
        """Somebody at the site."""
        return Admin(Server(cls.site.tenant_url.rstrip("/"), cls.site.token, login, password, cls.site.directory))

    def ask(self, what: str, person: Admin | None = None, body: Any = None, of: str = "") -> Any:
        """An answer of the fixture."""
        person = person or self.admin
        content = None if body is None else json.dumps(body).encode()
        path = f"{self.home}profile.php?{urlencode({'scimpress_test': what, 'of': of})}"
        status, _, answer = person.send("GET" if body is None else "POST", path, content, {"Cookie": person.cookie, "Content-Type": "application/json"})
        if status != 200:
            raise AssertionError(f"{what}: {status} {answer[:300]!r}")
        return json.loads(answer)

    def state(self) -> dict:
        """All that forms can change."""
        return self.ask("state")

    def nonce(self, form: Form, person: Admin | None = None) -> str:
        """Somebody's nonce for a form."""
        return self.ask("nonce", person, of=form.nonce or form.action)

    def send(self, form: Form, person: Admin, nonce: str | None, *, method: str = "POST", **changes: Any) -> tuple[int, dict[str, str], bytes]:
        """Sends a form; status, headers by lower-case name, and body."""
        token = next(iter(re.findall(r'"id";s:\d+:"([0-9a-f]+)"', self.kept["options"].get("scimpress_tokens", ""))), "none")
        fields = fill(form.fields, target=str(self.people["target"]), token=token) | changes
        fields |= {form.name: form.action} if form.name else {}
        fields |= {} if nonce is None else {"_wpnonce": nonce}
        content = urlencode(fields)
        headers = {"Cookie": person.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        if method == "GET":
            status, answered, body = person.send("GET", f"{form.path}{'&' if '?' in form.path else '?'}{content}", None, headers)
        else:
            status, answered, body = person.send("POST", form.path, content.encode(), headers)
        return status, {name.lower(): value for name, value in answered}, body

    def begin(self, form: Form) -> dict:
        """Makes what the form is about; the state."""
        if form.before == "deactivated":
            self.act("scimpress_deactivate")
        elif form.before:
            self.ask("begin")
        if form.before == "paused":
            self.act("scimpress_roles_pause")
        return self.state()

    def act(self, action: str) -> None:
        """Sends a form as it should be."""
        form = next(form for form in FORMS if form.action == action)
        self.assertIn(self.send(form, self.admin, self.nonce(form))[0], (302, 303))

    def setUp(self) -> None:
        self.kept = self.state()
        self.addCleanup(self.ask, "restore", None, self.kept)

    def each(self, forms: list[Form]) -> Any:
        """Forms, each on a site as it was, which logs nothing."""
        for form in forms:
            with self.subTest(form=form.action):
                logged = self.logged()
                yield form, self.begin(form)
                self.assertEqual("", self.logged()[len(logged) :])
            self.ask("restore", None, self.kept)

    def logged(self) -> str:
        """What PHP and WordPress have complained of."""
        files = (self.site.log / "php.log", self.site.log / "debug.log")
        return "".join(file.read_text(errors="replace") for file in files if file.exists())

    def refuse(self, forms: list[Form]) -> None:
        """Without its nonce a form does nothing; with it, it does."""
        stranger = self.others[self.strangers[-1]]
        for form, before in self.each(forms):
            wrong = {"none": None, "empty": "", "invented": "0123456789", "of another form": self.ask("nonce", of=f"{form.action}_"), "of somebody else": self.nonce(form, stranger)}
            for name, nonce in wrong.items():
                with self.subTest(nonce=name):
                    status, _, body = self.send(form, self.admin, nonce)
                    self.assertEqual(403, status)
                    self.assertNotIn(form.keeps or "Settings saved", body.decode())
            if form.name == "scimpress_action" or not form.name:
                # A link is no form, whoever has been made to follow it.
                self.assertEqual(200, self.send(form, self.admin, self.nonce(form), method="GET")[0])
            self.assertEqual(before, self.state())
            status, _, body = self.send(form, self.admin, self.nonce(form))
            self.assertIn(status, (200, 302, 303))
            if form.keeps:
                self.assertIn(form.keeps, body.decode())
            else:
                self.assertNotEqual(before, self.state(), "the form does nothing, so that it refused proves nothing")

    def keep_out(self, forms: list[Form]) -> None:
        """With a nonce of his own, who has no right does nothing."""
        for form, before in self.each(forms):
            for name, person in self.others.items():
                with self.subTest(person=name):
                    status, _, body = self.send(form, person, self.nonce(form, person))
                    self.assertEqual(403, status)
                    self.assertNotIn(form.keeps or "Settings saved", body.decode())
            visitor = self.admin.send("POST", form.path, urlencode({form.name or "x": form.action, "_wpnonce": self.nonce(form)}).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
            self.assertTrue(visitor[0] == 400 or "wp-login.php" in dict(visitor[1]).get("Location", ""), visitor[:2])
            self.assertEqual(before, self.state())

    def survive(self, forms: list[Form]) -> None:
        """What is hostile is refused, or kept and shown as the text that it is."""
        for form, state in self.each([form for form in forms if form.texts]):
            people = state["users"]
            nonce = self.nonce(form)
            pages = []
            for name, value in HOSTILE.items():
                with self.subTest(value=name):
                    pages.append(self.harmless(form, nonce, dict.fromkeys(form.texts, value)))
            # What is refused for the sake of one field says nothing about the others.
            for one in form.texts:
                for name, value in (*ALONE.items(), ("a megabyte", MEGABYTE)):
                    with self.subTest(value=name, field=one):
                        pages.append(self.harmless(form, nonce, {one: value}))
            for shape in ("[x]", "[0][y][]"):
                with self.subTest(shape=shape):
                    self.harmless(form, nonce, {f"{one}{shape}": SCRIPT for one in form.texts}, without=form.texts)
            with self.subTest(shape="no list"):
                self.harmless(form, nonce, {one.partition("[")[0]: SCRIPT for one in form.texts}, without=form.texts)
            self.assertEqual(people, self.state()["users"])
            escaped = [page for page in pages if f"&lt;script&gt;alert(&#039;{MARKER}" in page]
            if form.shown:
                self.assertTrue(escaped, "no page shows what was typed")

    def harmless(self, form: Form, nonce: str, changes: dict[str, Any], without: tuple[str, ...] = ()) -> str:
        """Sends it; what is shown then."""
        bare = replace(form, fields={name: value for name, value in form.fields.items() if name not in without})
        status, headers, body = self.send(bare, self.admin, nonce, **changes)
        self.assertIn(status, (200, 302, 303, 400, 403), body[:300])
        self.assertNotIn(MARKER, headers.get("set-cookie", ""))
        if "text/html" not in headers.get("content-type", "text/html"):
            return ""
        page = body.decode() if status == 200 else self.admin.page(form.path)
        for text in UNESCAPED:
            self.assertNotIn(text, page)
        return page


class Forms(FormCase):
    """A single site."""

    @classmethod
    def setUpClass(cls) -> None:
        """Something to replace, to remove and to take over; provisioning is off."""
        super().setUpClass()
        case = cls()
        case.kept = case.state()
        for action, fields in (("scimpress_save_schema", OLD), ("scimpress_save", {"default_role": "subscriber"})):
            form = next(form for form in FORMS if form.action == action)
            bare = Form(form.action, form.tab, fields=fields)
            if case.send(bare, cls.admin, case.nonce(bare))[0] != 303:
                raise AssertionError(f"{action} was not saved")
        state = case.state()
        state["options"]["wpo365_options"] = WPO365
        case.ask("restore", None, state)

    def test_every_form_has_a_row(self) -> None:
        """What the code has is what is tested here: a new form, or another way for one to be sent, needs a row."""
        actions = self.ask("actions")
        rows: dict[str, list[str]] = {}
        for form in TABS:
            rows.setdefault(form.tab or "setup", []).append(form.action)
        self.assertEqual({slug: sorted(names) for slug, names in actions["tabs"].items()}, {slug: sorted(names) for slug, names in rows.items()})
        self.assertEqual([], actions["settings"])
        self.assertEqual(DOORS, self.ask("registered"))
        reading = {str(file.relative_to(PLUGIN / "includes")) for file in PLUGIN.rglob("*.php") if re.search(r"\$_(POST|REQUEST|FILES)\b", file.read_text())}
        self.assertEqual(READERS, {file for file in reading if Path(file).name not in actions["files"]})

    def test_every_form_that_is_shown_has_a_nonce(self) -> None:
        found = 0
        for file in (PLUGIN / "includes").rglob("*.php"):
            for form in re.findall(r"<form\b.*?</form>", file.read_text(), re.DOTALL):
                found += 1
                self.assertTrue('method="get"' in form or "Page::fields(" in form or "wp_nonce_field(" in form, f"{file}: {form[:200]}")
        self.assertGreater(found, 15)

    def test_without_its_nonce_nothing_happens(self) -> None:
        self.refuse(FORMS)

    def test_without_the_capability_nothing_happens(self) -> None:
        self.keep_out(FORMS)

    def test_hostile_input_is_refused_or_shown_as_text(self) -> None:
        self.survive(FORMS)

    def test_hostile_addresses_are_harmless(self) -> None:
        logged = self.logged()
        before = self.state()
        for address in ADDRESSES:
            for name, value in (*HOSTILE.items(), ("long", MEGABYTE[:4000])):
                with self.subTest(address=address, value=name):
                    status, headers, body = self.admin.send("GET", address.format(quote(value)), None, {"Cookie": self.admin.cookie})
                    self.assertIn(status, (200, 302))
                    self.assertNotIn(MARKER, dict(headers).get("Set-Cookie", ""))
                    for text in UNESCAPED:
                        self.assertNotIn(text, body.decode())
            shape = re.sub(r"=\{\}$", "[a][]=1", address)
            self.assertIn(self.admin.send("GET", shape, None, {"Cookie": self.admin.cookie})[0], (200, 302))
        self.assertEqual(before, self.state())
        self.assertEqual("", self.logged()[len(logged) :])

    def test_an_action_that_no_form_has_does_nothing(self) -> None:
        before = self.state()
        for action in ("", "scimpress_unknown", "scimpress_revoke_token", "action[]"):
            form = Form(action)
            self.assertEqual(200, self.send(form, self.admin, self.nonce(form))[0])
        self.assertEqual(before, self.state())


class NetworkForm(FormCase):
    """The network's own page; the administrator of a site decides nothing there."""

    network = True
    strangers = ("subscriber", "administrator")

    def test_every_form_has_a_row(self) -> None:
        self.home = "/wp-admin/network/"
        registered = self.ask("registered")
        self.assertEqual(NETWORK_DOORS, {hook: names for hook, names in registered.items() if hook not in DOORS or names != DOORS[hook]})

    def test_without_its_nonce_nothing_happens(self) -> None:
        self.refuse([NETWORK])

    def test_without_the_capability_nothing_happens(self) -> None:
        self.keep_out([NETWORK])

    def test_hostile_input_is_refused_or_shown_as_text(self) -> None:
        self.survive([NETWORK])


del FormCase
