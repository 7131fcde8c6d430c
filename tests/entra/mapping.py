"""Attribute mapping: which source attribute fills which SCIM attribute.

The 22 mappings a non-gallery app starts with, and the one this server asks administrators to add:
`objectId` to `urn:ietf:params:scim:schemas:extension:wpo365:2.0:User:objectId`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.entra.directory import Person

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
WPO365 = "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User"
MANAGER = f"{ENTERPRISE}:manager"

Value = str | bool


@dataclass(frozen=True)
class Rule:
    """One line of the mapping blade. `source` answers None for an attribute that is not set."""

    target: str
    source: Callable[[Person], Value | None]


def _joined_name(person: Person) -> str | None:
    return " ".join(filter(None, (person.given_name, person.surname))) or None


def default_mapping(external_id: str = "mailNickname", object_id: bool = True) -> tuple[Rule, ...]:
    """The default user mappings without the manager, which travels as a reference.

    `external_id` is `mailNickname` (Entra's default, not unique) or `objectId` (recommended).
    """
    sources = {"mailNickname": lambda p: p.mail_nickname, "objectId": lambda p: p.object_id}
    rules = (
        Rule("userName", lambda p: p.user_principal_name),
        Rule("active", lambda p: p.active),
        Rule("displayName", lambda p: p.display_name),
        Rule("title", lambda p: p.job_title),
        Rule('emails[type eq "work"].value', lambda p: p.mail),
        Rule("preferredLanguage", lambda p: p.preferred_language),
        Rule("name.givenName", lambda p: p.given_name),
        Rule("name.familyName", lambda p: p.surname),
        Rule("name.formatted", _joined_name),
        Rule('addresses[type eq "work"].formatted', lambda p: p.physical_delivery_office_name),
        Rule('addresses[type eq "work"].streetAddress', lambda p: p.street_address),
        Rule('addresses[type eq "work"].locality', lambda p: p.city),
        Rule('addresses[type eq "work"].region', lambda p: p.state),
        Rule('addresses[type eq "work"].postalCode', lambda p: p.postal_code),
        Rule('addresses[type eq "work"].country', lambda p: p.country),
        Rule('phoneNumbers[type eq "work"].value', lambda p: p.telephone_number),
        Rule('phoneNumbers[type eq "mobile"].value', lambda p: p.mobile),
        Rule('phoneNumbers[type eq "fax"].value', lambda p: p.facsimile_telephone_number),
        Rule("externalId", sources[external_id]),
        Rule(f"{ENTERPRISE}:employeeNumber", lambda p: p.employee_id),
        Rule(f"{ENTERPRISE}:department", lambda p: p.department),
    )
    return rules + (Rule(f"{WPO365}:objectId", lambda p: p.object_id),) if object_id else rules


def project(person: Person, rules: tuple[Rule, ...]) -> dict[str, Value]:
    """Target path to value; null source values are left out, as Entra leaves them out."""
    values = ((rule.target, rule.source(person)) for rule in rules)
    return {target: value for target, value in values if value is not None}


def body_of(values: dict[str, Value], active_as_text: bool = False) -> dict:
    """The POST body for projected values, in the member order Entra writes."""
    body: dict = {"schemas": [CORE, ENTERPRISE]}
    rest: dict = {"meta": {"resourceType": "User"}}
    extensions: dict = {}
    for target, value in values.items():
        if target in ("externalId", "userName"):
            body[target] = value
        elif target.startswith("urn:"):
            urn, _, attribute = target.rpartition(":")
            extensions.setdefault(urn, {})[attribute] = value
        elif "[" in target:
            _place_element(rest, target, value)
        elif "." in target:
            parent, _, child = target.partition(".")
            rest.setdefault(parent, {})[child] = value
        elif target != "active":
            rest[target] = value
    if "active" in values:
        body["active"] = str(values["active"]) if active_as_text else values["active"]
    return {**body, **dict(sorted(rest.items())), **extensions}


def read(resource: dict, target: str) -> Value | None:
    """The value a server's answer holds at a target path; None when there is none."""
    if target.startswith("urn:"):
        urn, _, attribute = target.rpartition(":")
        value = resource.get(urn, {}).get(attribute)
        return value.get("value") if attribute == "manager" and isinstance(value, dict) else value
    if "[" in target:
        attribute, kind, child = split_value_path(target)
        return next((e.get(child) for e in resource.get(attribute, []) if e.get("type") == kind), None)
    parent, _, child = target.partition(".")
    value = resource.get(parent)
    return value.get(child) if child and isinstance(value, dict) else value


def differences(wanted: dict[str, Value], resource: dict) -> Iterator[tuple[str, str, Value]]:
    """`(add | replace, target, value)` for every mapped value the answer lacks or holds differently."""
    for target, value in wanted.items():
        held = read(resource, target)
        if held is None or held == "":
            yield "add", target, value
        elif held != value:
            yield "replace", target, value


def split_value_path(target: str) -> tuple[str, str, str]:
    """`emails[type eq "work"].value` as `("emails", "work", "value")`."""
    attribute, _, tail = target.partition("[")
    condition, _, child = tail.partition("].")
    return attribute, condition.split('"')[1], child


def _place_element(resource: dict, target: str, value: Value) -> None:
    attribute, kind, child = split_value_path(target)
    elements = resource.setdefault(attribute, [])
    for element in elements:
        if element["type"] == kind:
            element[child] = value
            return
    primary = kind == "work" and attribute != "addresses"
    elements.append({"primary": primary, "type": kind, child: value})
