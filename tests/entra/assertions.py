"""What must hold of any SCIM server after a cycle; each raises AssertionError with what it saw."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.entra.client import SCIM_TYPE, Answer, Client
from tests.entra.mapping import ENTERPRISE

if TYPE_CHECKING:
    from tests.entra.report import Report

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

_MARKUP = re.compile(r"</?(?:html|body|p|a|b|br|i|em|strong|code|span|div|ul|li|h\d)\b[^>]*>|&[a-z]+;|&#\d+;")

# RFC 7644 §3.12, table 9.
SCIM_TYPES = frozenset((
    "invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget",
    "invalidValue", "invalidVers", "sensitive",
))


def shape_faults(answer: Answer) -> list[str]:
    """What is wrong with an answer whatever the request was; an empty list when nothing is."""
    where = f"{answer.method} {answer.path[:120]} -> {answer.status}"
    faults = []
    if answer.headers.get("content-type") != SCIM_TYPE and answer.status not in (204, 304):
        faults.append(f"{where}: content type is {answer.headers.get('content-type')!r}")
    if "no-store" not in answer.headers.get("cache-control", ""):
        faults.append(f"{where}: cache-control is {answer.headers.get('cache-control')!r}")
    if answer.status in (204, 304) or answer.method == "HEAD":
        return faults + ([f"{where}: has a body"] if answer.content else [])
    try:
        body = answer.json
    except ValueError:
        return faults + [f"{where}: not JSON: {answer.content[:120]!r}"]
    if not isinstance(body, dict):
        return faults + [f"{where}: not an object"]
    if answer.status >= 400:
        faults += [f"{where}: {fault}" for fault in _error_faults(answer.status, body)]
    elif LIST in body.get("schemas", ()):
        faults += [f"{where}: {fault}" for fault in _list_faults(body)]
    else:
        faults += [f"{where}: {fault}" for fault in _resource_faults(body)]
    return faults


def answers_are_scim(report: "Report") -> None:
    """Every answer had SCIM's content type and shape; every refusal was a SCIM error."""
    assert not report.faults, "\n".join(report.faults[:20])


def nothing_failed(report: "Report") -> None:
    """No object failed."""
    assert not report.failures, "\n".join(f"{f.operation} {f.who}: {f.detail}" for f in report.failures[:20])


def no_writes(report: "Report") -> None:
    """A cycle over an unchanged source sends no POST, PATCH or DELETE: everything stored is returned."""
    assert report.requests > 1, "the cycle read nothing"
    assert not report.writes, "\n".join(report.writes[:20])


def same_state(first: dict[str, dict], second: dict[str, dict]) -> None:
    """Two servers, or two namespaces of one, hold the same people with the same attributes."""
    assert first.keys() == second.keys(), sorted(first.keys() ^ second.keys())
    for who, resource in first.items():
        assert resource == second[who], f"{who}:\n{_text(resource)}\n{_text(second[who])}"


def unchanged(before: dict, after: dict) -> None:
    """The same resource, attribute for attribute, version and times included."""
    assert before == after, f"\n{_text(before)}\n{_text(after)}"


def restored(before: dict, after: dict) -> None:
    """The same resource but for its version and times."""
    unchanged(_bare(before), _bare(after))


def patch_is_idempotent(client: Client, path: str, body: dict) -> None:
    """The same PATCH twice: both succeed, the second changes nothing."""
    first, second = client.patch(path, body), client.patch(path, body)
    assert first.status // 100 == second.status // 100 == 2, (first.detail, second.detail)
    restored(first.json, second.json)


def state(client: Client, ids: dict[str, str], rewrite: Callable[[str], str]) -> dict[str, dict]:
    """What the server holds of some people, made comparable: `rewrite` neutralises ids and domains in text."""
    held = {}
    for who, scim_id in ids.items():
        answer = client.get(f"/Users/{scim_id}")
        assert answer.status == 200, answer.detail
        held[who] = json.loads(rewrite(json.dumps(_bare(answer.json), ensure_ascii=False, sort_keys=True)))
    return held


def _bare(resource: dict) -> dict:
    return {name: value for name, value in resource.items() if name not in ("id", "meta")}


def _error_faults(status: int, body: dict) -> list[str]:
    faults = []
    if body.get("schemas") != [ERROR]:
        faults.append(f"schemas of the error is {body.get('schemas')!r}")
    if body.get("status") != str(status):
        faults.append(f"status of the error is {body.get('status')!r}")
    detail = body.get("detail")
    if not isinstance(detail, str) or not detail or _MARKUP.search(detail) or "\n" in detail:
        faults.append(f"detail of the error is {detail!r}")
    if "scimType" in body and body["scimType"] not in SCIM_TYPES:
        faults.append(f"scimType of the error is {body['scimType']!r}")
    return faults


def _list_faults(body: dict) -> list[str]:
    faults = [
        f"{name} is {body.get(name)!r}"
        for name in ("totalResults", "startIndex", "itemsPerPage") if type(body.get(name)) is not int
    ]
    if not isinstance(body.get("Resources"), list):
        return faults + ["Resources is no array"]
    if body.get("itemsPerPage") != len(body["Resources"]):
        faults.append(f"itemsPerPage is {body.get('itemsPerPage')!r} for {len(body['Resources'])} resources")
    return faults + [fault for resource in body["Resources"] for fault in _resource_faults(resource)]


def _resource_faults(body: dict) -> list[str]:
    """Types that stop Entra from reading an answer (Entra quirks Q-12, Q-43)."""
    faults = [f"{name} is no array" for name in ("emails", "phoneNumbers", "addresses", "roles")
              if name in body and not isinstance(body[name], list)]
    if "active" in body and not isinstance(body["active"], bool):
        faults.append(f"active is {body['active']!r}")
    manager = (body.get(ENTERPRISE) or {}).get("manager", {"value": ""})
    if not isinstance(manager, dict) or not isinstance(manager.get("value"), str):
        faults.append(f"manager is {manager!r}")
    if not isinstance(body.get("schemas"), list):
        faults.append("schemas is no array")
    return faults


def _text(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
