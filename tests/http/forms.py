"""Every form of the plugin in wp-admin, and what somebody hostile puts into one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.http.settings import SETUP

MARKER = "scimpress-marker"
SCRIPT = f"\"'><script>alert('{MARKER}')</script><img src=x onerror={MARKER}>"

# None of these may stand on a page.
UNESCAPED = (f"<script>alert('{MARKER}", f"<img src=x onerror={MARKER}", f"onfocus='{MARKER}'", f'onfocus="{MARKER}"', "\0")

HOSTILE: dict[str, str | bytes] = {
    "script": SCRIPT,
    "attribute": f"x' onfocus='{MARKER}' \" onfocus=\"{MARKER}\" autofocus=",
    "sql": "x' OR 1=1; DROP TABLE wp_users; -- \\' UNION SELECT user_pass FROM wp_users --",
    "emoji": "\U0001f98a\U0001f469\U0001f3fd\u200d\U0001f680 \u202etxt.exe",
    "null bytes": f"a\0b\0{SCRIPT}",
    "no UTF-8": b"\xff\xfe\xc3(\xed\xa0\x80" + SCRIPT.encode(),
    "lines": f"a\r\nSet-Cookie: {MARKER}=1\r\n\r\n{SCRIPT}",
}

# Tried in each field alone.
ALONE = {name: HOSTILE[name] for name in ("script", "null bytes", "no UTF-8")}

MEGABYTE = SCRIPT + "A" * 1_000_000


@dataclass(frozen=True)
class Form:
    """A form as who may use it sends it.

    action    what it does, as its field says
    page      where it is sent to; None: a tab of the settings page, which has it
    fields    beside the nonce and the action; `{target}` is the id of an account, `{token}` of a token
    texts     fields into which anybody may type anything
    lists     fields that are lists, one member each
    keeps     True: it changes nothing, and the answer has these words
    shown     whether a script that was typed is on the page afterwards, escaped
    before    `running` or `paused`: the state of the run over everybody; `deactivated`: that of the account
    nonce     what its nonce is for, if not for the action
    name      field that names the action; empty: none does
    """

    action: str
    tab: str = ""
    page: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    keeps: str | None = None
    shown: bool = False
    before: str | None = None
    nonce: str | None = None
    name: str = "scimpress_action"

    @property
    def path(self) -> str:
        """Where it is sent to."""
        return self.page or (f"{SETUP}&tab={self.tab}" if self.tab else SETUP)


URN = "urn:ietf:params:scim:schemas:extension:Forms:2.0:User"
SCHEMA = {"original": "", "schema[0]": URN, "schema[1]": "Forms", "schema[2]": "About", "attribute_name[0]": "tag", "attribute_type[0]": "string", "attribute_description[0]": "A tag", "scimpress_end": "1"}
RULE = {"scimpress_scenario": "mapped", "scimpress_roles_button": "save", **{f"scimpress_rules[0][{key}]": value for key, value in {"order": "10", "role": "author", "kind": "group", "value": "Writers"}.items()}}
SETTINGS = {
    "enabled": "1", "default_role": "author", "on_delete": "delete", "reassign_to": "1", "protected_users": "the-target", "match_email": "1",
    "members_replace": "additive", "ignore_passwords": "1", "welcome_mail": "1", "welcome_subject": "Hello", "welcome_body": "Hello {name}",
}  # fmt: skip
# Of the section below each of these forms that tries a user.
TRY = ("scimpress_try_user", "scimpress_try_groups")
TOKEN = {"name": "A name", "client": "entra", "rights": "write", "expires": "2099-12-31"}
LOG = {"s": "nobody", "failed": "1", "operation": "create", "from": "2020-01-01", "to": "2030-01-01"}

TABS = [
    Form("scimpress_connect", "", fields={"client": "okta"}),
    Form("scimpress_enable", ""),
    Form("scimpress_create_token", "tokens", fields=TOKEN, texts=("name", "expires"), shown=True),
    Form("scimpress_type_token", "tokens", fields={**TOKEN, "token": "typed-0123456789abcdef"}, texts=("name", "token"), shown=True),
    Form("scimpress_rotate_token", "tokens", fields={"id": "{token}", "overlap": "24"}, texts=("id", "overlap")),
    Form("scimpress_revoke_token", "tokens", fields={"id": "{token}"}, texts=("id",)),
    Form("scimpress_doctor", "doctor", keeps="What was examined"),
    Form("scimpress_log_save", "log", fields={"days": "7", "rows": "1000", "megabytes": "10", "enabled": "1", "anonymise": "1"}, texts=("days", "rows", "megabytes")),
    Form("scimpress_log_export", "log", fields=LOG, texts=tuple(LOG), keeps='"time","request","token"'),
    Form("scimpress_save_schema", "attributes", fields=SCHEMA, texts=("original", "schema[0]", "schema[1]", "schema[2]", "attribute_name[0]", "attribute_type[0]", "attribute_description[0]"), shown=True),
    Form("scimpress_remove_schema", "attributes", fields={"original": "urn:ietf:params:scim:schemas:extension:Old:2.0:User", "scimpress_end": "1"}, texts=("original",)),
    Form("scimpress_save_mappings", "attributes", fields={"path[0]": "nickName", "target[0]": "nickname", "scimpress_end": "1"}, texts=("path[0]", "target[0]", *TRY), shown=True),
    Form("scimpress_roles", "roles", fields=RULE, texts=(*tuple(RULE)[2:], *TRY), shown=True),
    Form("scimpress_roles_go_on", "roles", before="running"),
    Form("scimpress_roles_pause", "roles", before="running"),
    Form("scimpress_roles_resume", "roles", before="paused"),
    Form("scimpress_roles_cancel", "roles", before="running"),
    Form("scimpress_save", "settings", fields=SETTINGS, texts=("default_role", "on_delete", "reassign_to", "protected_users", "members_replace", "welcome_subject", "welcome_body"), shown=True),
    Form("scimpress_import_dry", "settings"),
    Form("scimpress_import_run", "settings", fields={"go_on": "1"}, texts=("go_on",)),
    Form("scimpress_save_performance", "performance", fields={"max_concurrent": "7"}, texts=("max_concurrent",)),
]

USERS = {"name": "action", "nonce": "bulk-users", "page": "/wp-admin/users.php", "fields": {"users[0]": "{target}"}, "texts": ("users[0]",)}
OTHERS = [
    Form("scimpress_deactivate", **USERS),
    Form("scimpress_reactivate", before="deactivated", **USERS),
    Form("health-check-scimpress-doctor", page="/wp-admin/admin-ajax.php", name="action", nonce="health-check-site-status", keeps='"success":true'),
]
FORMS = TABS + OTHERS

NETWORK = Form("scimpress_network_save", page="/wp-admin/network/settings.php?page=scimpress", fields={"deactivate": "1", "delete": "1"}, texts=("deactivate", "delete"), name="")

# Addresses that look at what stands behind them.
ADDRESSES = [
    *(f"{SETUP}&tab=log&{name}={{}}" for name in ("s", "failed", "operation", "from", "to", "before", "after", "entry")),
    f"{SETUP}&saved={{}}",
    f"{SETUP}&tab={{}}",
    "/wp-admin/users.php?page=scimpress-resource&user_id={}",
    "/wp-admin/users.php?scimpress_view={}",
    "/wp-admin/users.php?scimpress_outcome[deactivated]={}",
    "/wp-admin/users.php?scimpress_outcome={}",
]

# Callbacks on hooks that answer requests: each form is behind one of those that are called a door.
DOORS: dict[str, list[str]] = {
    "admin_init": ["Scimpress\\Log\\Privacy::suggest_policy"],
    "load-settings_page_scimpress": ["Scimpress\\Admin\\Page::load"],
    "load-users.php": ["Scimpress\\Admin\\Users_List::load", "Scimpress\\Admin\\Users_List_Source::load"],
    "load-users_page_scimpress-resource": ["Scimpress\\Admin\\Resource_Page::load"],
    "wp_ajax_health-check-scimpress-doctor": ["Scimpress\\Doctor\\Site_Health::answer"],
}
NETWORK_DOORS: dict[str, list[str]] = {"load-settings_page_scimpress": ["Scimpress\\Admin\\Network_Page::load"]}

# Files that read what was sent, beside the tabs, which Page::load() guards.
READERS = {
    "admin/class-page.php", "admin/class-tab.php", "admin/class-try-section.php", "admin/class-network-page.php", "admin/class-users-list-actions.php", "admin/class-users-list.php",
    "admin/class-users-list-source.php", "attributes/class-schema-form.php", "lane/class-recognition.php",
}  # fmt: skip


def fill(fields: dict[str, Any], **values: str) -> dict[str, Any]:
    """Fields with their placeholders filled."""
    return {name: value.replace("{target}", values["target"]).replace("{token}", values["token"]) if isinstance(value, str) else value for name, value in fields.items()}
