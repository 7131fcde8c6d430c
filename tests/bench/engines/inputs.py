"""What every engine works on: the same files, made once, the same in every run."""

import json
import random
from pathlib import Path

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BASE = "https://example.com/wp-json/wpo365/v1"

USERS = 10_000
PAGE = 200
# More than the 1,024 expressions that scim2-models remembers, so that every program parses.
FILTERS = 2_000

SIMPLE = 'userName eq "%s"'
COMPLEX = (
    '(userName sw "mi" or emails[type eq "work" and value co "@%s.example.com"]) and active eq true'
    ' and not (title eq "Intern") and meta.lastModified ge "2026-03-%02dT00:00:00Z"'
)
# The like for who reads the schema: names, userName, type, value and title compare without case, lastModified is an
# instant (RFC 7643 §2.1, §2.2, §2.3.5), and one and the same address is to be of the type and of the domain.
SPELLED_OTHERWISE = (
    '(USERNAME sw "MI" or Emails[Type eq "WORK" and Value co "@LABS.Example.com"]) and active eq true'
    ' and not (title eq "INTERN") and meta.lastModified ge "2026-03-09T02:00:00+02:00"'
)

GIVEN = "Mira Tomas Ana Yusuf Ingrid Kofi Lena Mikkel Sofia Emeka Minh Hanna Jonas Priya Oskar Leila".split()
FAMILY = "Halvorsen Okafor Lindqvist Moreau Tanaka Silva Novak Brandt Achebe Rossi Nguyen Kaya".split()
TITLES = ["Release Manager", "Engineer", "Intern", "Accountant", "Designer", "Analyst"]
DOMAINS = ["corp", "labs", "retail", "field"]
DEPARTMENTS = ["Platform", "Finance", "Sales", "Support", "Research"]


def write(folder: Path) -> dict:
    """Writes the files, and returns what a correct program answers: by row."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(7644)
    users = [person(dice, number) for number in range(USERS)]
    names = [users[dice.randrange(USERS)]["userName"] for _ in range(FILTERS)]
    files = {
        "users": users,
        "simple": [SIMPLE % f"{number}.{name}" for number, name in enumerate(names)],
        "complex": [COMPLEX % (f"{number}.corp", number % 28 + 1) for number in range(FILTERS)],
        "match": {
            "simple": SIMPLE % users[USERS // 2]["userName"],
            "complex": COMPLEX % ("corp", 9),
            "schema": SPELLED_OTHERWISE,
        },
        "patches": [json.dumps(patch(number)) for number in range(PAGE)],
        "posts": [json.dumps(posted(user)) for user in users[:PAGE]],
        "posts-any": [json.dumps(capitalised(posted(user))) for user in users[:PAGE]],
    }
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    corp, labs = ([number for number, user in enumerate(users) if is_selected(user, domain)] for domain in ("corp", "labs"))
    return {
        "parse-simple": FILTERS,
        "parse-complex": FILTERS,
        "match-simple": [1, USERS // 2],
        "match-complex": [len(corp), sum(corp)],
        "match-schema": [len(labs), sum(labs)],
        "patch": [patched(user, number) for number, user in enumerate(users[:PAGE])],
        "post": [posted(user) for user in users[:PAGE]],
        "post-any": [posted(user) for user in users[:PAGE]],
        "list": users[:PAGE],
    }


def person(dice: random.Random, number: int) -> dict:
    """A user as a provisioning job leaves it, complete as an answer carries it."""
    given, family = dice.choice(GIVEN), dice.choice(FAMILY)
    name = f"{given}.{family}{number}".lower()
    work, home = dice.choice(DOMAINS), dice.choice(["post", "labs"])
    emails = [{"value": f"{name}@{work}.example.com", "type": "work", "primary": True}]
    if number % 3 == 0:
        emails.append({"value": f"{name}@{home}.example.com", "type": "home"})
    day = 1 + dice.randrange(28)
    identifier = f"{dice.getrandbits(32):08x}-7f76-453a-919d-{number:012x}"
    return {
        "schemas": [CORE, ENTERPRISE],
        "id": identifier,
        "externalId": f"ext-{number}",
        "userName": f"{name}@{work}.example.com",
        "name": {"formatted": f"{given} {family}", "familyName": family, "givenName": given},
        "displayName": f"{given} {family}",
        "title": dice.choice(TITLES),
        "preferredLanguage": "en-GB",
        "active": dice.random() < 0.9,
        "emails": emails,
        "phoneNumbers": [{"value": f"+47 55 {number // 100:02} {number % 100:02} 10", "type": "work"}],
        "addresses": [
            {"streetAddress": f"Strandgaten {number}", "locality": "Bergen", "postalCode": "5013", "country": "NO", "type": "work"}
        ],
        ENTERPRISE: {"employeeNumber": f"{100_000 + number}", "department": dice.choice(DEPARTMENTS)},
        "meta": {
            "resourceType": "User",
            "created": "2026-01-05T08:00:00.000Z",
            "lastModified": f"2026-03-{day:02}T{number % 24:02}:{number % 59 + 1:02}:00.000Z",
            "location": f"{BASE}/Users/{identifier}",
            "version": 'W/"3"',
        },
    }


def is_selected(user: dict, domain: str) -> bool:
    """What the complex filters say, in Python."""
    at_work = any(email["type"] == "work" and f"@{domain}.example.com" in email["value"] for email in user["emails"])
    named = user["userName"].startswith("mi") or at_work
    return named and user["active"] and user["title"] != "Intern" and user["meta"]["lastModified"] >= "2026-03-09T00:00:00Z"


def posted(user: dict) -> dict:
    """The body by which a client creates the user."""
    return {name: value for name, value in user.items() if name not in ("id", "meta")}


def capitalised(value):
    """The same with names as an administrator may type them: RFC 7643 §2.1 compares them without case."""
    if isinstance(value, dict):
        return {name if name.startswith("urn:") else name[0].upper() + name[1:]: capitalised(part) for name, part in value.items()}
    return [capitalised(part) for part in value] if isinstance(value, list) else value


def patch(number: int) -> dict:
    """What a cycle of provisioning changes: a selected address, a part, an attribute, an extension's attribute, a new value."""
    operations = [
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": f"moved{number}@corp.example.com"},
        {"op": "replace", "path": "name.familyName", "value": f"Halvorsen-{number}"},
        {"op": "replace", "path": "displayName", "value": f"Mira Halvorsen-{number}"},
        {"op": "replace", "path": f"{ENTERPRISE}:department", "value": f"Platform {number}"},
        {"op": "add", "path": "phoneNumbers", "value": [{"value": f"+47 55 02 00 {number}", "type": "mobile"}]},
        {"op": "remove", "path": "title"},
    ]
    return {"schemas": [PATCH_OP], "Operations": operations}


def patched(user: dict, number: int) -> dict:
    """The user after that."""
    after = json.loads(json.dumps(user))
    after["emails"][0]["value"] = f"moved{number}@corp.example.com"
    after["name"]["familyName"] = f"Halvorsen-{number}"
    after["displayName"] = f"Mira Halvorsen-{number}"
    after[ENTERPRISE]["department"] = f"Platform {number}"
    after["phoneNumbers"].append({"value": f"+47 55 02 00 {number}", "type": "mobile"})
    del after["title"]
    return after
