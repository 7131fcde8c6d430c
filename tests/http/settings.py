"""The settings page as a browser sees it: its forms and their fields."""

from html.parser import HTMLParser

from tests.http.admin import Admin

SETUP = "/wp-admin/options-general.php?page=scimpress"
PAGE, TOKENS = f"{SETUP}&tab=settings", f"{SETUP}&tab=tokens"
PERFORMANCE, SAVE_PERFORMANCE = f"{SETUP}&tab=performance", "scimpress_save_performance"
SAVE = "scimpress_save"
CREATE, TYPE, ROTATE, REVOKE = "scimpress_create_token", "scimpress_type_token", "scimpress_rotate_token", "scimpress_revoke_token"


class Forms(HTMLParser):
    """The forms of a page by the action each names, with the fields a browser would send as they stand."""

    def __init__(self, page: str):
        super().__init__()
        self.by_action: dict[str, dict[str, str]] = {}
        self.values: dict[str, str] = {}
        self.options: dict[str, list[str]] = {}
        self._form: dict[str, str] | None = None
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Collects fields of forms, and the values of all fields by their HTML id."""
        at = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._form = {}
        if "id" in at and "value" in at:
            self.values[at["id"]] = at["value"]
        if self._form is None:
            return
        if tag == "input" and at.get("name") and (at.get("type") not in ("radio", "checkbox") or "checked" in at):
            self._form[at["name"]] = at.get("value", "on")
        elif tag == "select":
            self._select = at.get("name", "")
            self.options[self._select] = []
        elif tag == "option" and self._select:
            self.options[self._select].append(at.get("value", ""))
            if "selected" in at or self._select not in self._form:
                self._form[self._select] = at.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Closes a form or a selection."""
        if tag == "select":
            self._select = ""
        elif tag == "form" and self._form is not None:
            if "scimpress_action" in self._form:
                self.by_action[self._form["scimpress_action"]] = self._form
            self._form = None


def forms(admin: Admin, page: str = PAGE) -> Forms:
    """A tab of the page as it is now; of several forms that do the same, the last."""
    return Forms(admin.page(page))


def save(admin: Admin, **changes: str | None) -> dict[str, str]:
    """Saves the settings form with changes (None: a box that is not ticked); returns what it held before."""
    before = forms(admin).by_action[SAVE]
    fields = {name: value for name, value in {**before, **changes}.items() if value is not None}
    status, _, body = admin.submit(PAGE, fields)
    if status != 303:
        raise AssertionError(f"the settings were not saved: {status} {body[:200]!r}")
    return before


def restore(admin: Admin, before: dict[str, str]) -> None:
    """Saves the settings form as it was."""
    now = forms(admin).by_action[SAVE]
    admin.submit(PAGE, {**before, "_wpnonce": now["_wpnonce"]})
