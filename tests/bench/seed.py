"""Sites with as many users as a large directory has, made by SQL from one whom the plugin has provisioned."""

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scimpress_site import Site

from tests.bench.measure import person
from tests.entra.client import Client
from tests.entra.mapping import WPO365
from tests.entra.progress import Progress

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).resolve().parent / "php" / "seed.php"

# Bytes. What a server of 8 GB would give to its database; a million users and their indexes take less.
BUFFER_POOL = 4 << 30
# php-fpm workers: more than processors, so that one may wait for the database while another works.
WORKERS = 4
# Users in one transaction.
CHUNK = 50_000
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"

# What each row has of its own, whoever makes it: numbers, times, and the hash of a random password.
OWN = {"ID", "user_pass", "user_registered", "umeta_id", "user_id", "position", "member_position", "created", "modified"}


def name(number: int) -> str:
    """What stands before the @ of a person's userName; the externalId as well."""
    return _digest("name", number)


def user_name(number: int) -> str:
    """The userName of a person."""
    return f"{name(number)}@corp.example.com"


def scim_id(number: int) -> str:
    """The SCIM id of a seeded person."""
    return _uuid("id", number)


def body(number: int) -> dict:
    """What Entra would send for a person."""
    return person(name(number)) | {WPO365: {"objectId": _uuid("object", number)}}


def _digest(what: str, number: int) -> str:
    return hashlib.md5(f"{what} {number}".encode(), usedforsecurity=False).hexdigest()


def _uuid(what: str, number: int) -> str:
    text = _digest(what, number)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"


@dataclass
class Seeded:
    """A site whose users 1 to `people` are seeded; 0 and `people` + 1 were provisioned."""

    site: Site
    people: int
    database: str
    php: str
    bytes: int
    autoloaded: int

    def client(self, timeout: float = 60.0) -> Client:
        """A connection of its own."""
        return Client(self.site.tenant_url.rstrip("/"), self.site.token, timeout=timeout)

    def limit(self, most: int) -> None:
        """So many requests of SCIM at once from now on; 0: any number."""
        self.site.run_php(SCRIPT, "limit", str(most))


@contextmanager
def seeded(directory: Path, people: int, kept: Path | None = None) -> Iterator[Seeded]:
    """The site, as long as the block lasts. `kept` is where its users are taken from if they are there, and else put to.

    Every commit is synced as in production. One more user than `people` is provisioned and compared with a seeded one.
    """
    with Site(directory, "mariadb", children=WORKERS, durable=True) as site:
        site.run_php(SCRIPT, "settings", str(BUFFER_POOL))
        client = Client(site.tenant_url.rstrip("/"), site.token)
        try:
            first = _posted(client, body(0))
            pattern = _normal(site, first, 0)
            bar = Progress(f"{people:,} users", -(-people // CHUNK))
            if kept and _fits(kept, people, pattern):
                site.run_php(SCRIPT, "import", str(kept))
                made = "kept ones"
            else:
                for number in range(1, people + 1, CHUNK):
                    site.run_php(SCRIPT, "users", str(number), str(min(people, number + CHUNK - 1)))
                    bar.step()
                made = "seeded"
                if kept:
                    _keep(site, kept, people, pattern)
            site.run_php(SCRIPT, "administrator")
            site.run_php(SCRIPT, "warm")
            compare(site, client, people)
            facts = json.loads(site.run_php(SCRIPT, "facts"))
            bar.finish(f"{made}, {facts['bytes'] / 2**20:,.0f} MiB in tables and indexes")
        finally:
            client.close()
        yield Seeded(site, people, facts["database"], facts["php"], facts["bytes"], facts["autoloaded"])


def compare(site: Site, client: Client, people: int) -> None:
    """Provisions a user, and looks whether the last seeded one differs in more than what is each one's own."""
    made = _posted(client, body(people + 1))
    provisioned, copied = _normal(site, made, people + 1), _normal(site, scim_id(people), people)
    if provisioned != copied:
        differing = [f"{a!r} instead of {b!r}" for kind in provisioned for a, b in zip(copied[kind], provisioned[kind]) if a != b]
        raise RuntimeError(f"a seeded user is not what the plugin makes: {'; '.join(differing) or 'another number of rows'}")


def group(client: Client, title: str) -> str:
    """The SCIM id of a new group."""
    answer = client.post("/Groups", {"schemas": [GROUP], "displayName": f"{title} {uuid.uuid4().hex[:8]}"})
    if answer.status != 201:
        raise RuntimeError(f"POST /Groups: {answer.detail}")
    return answer.json["id"]


def fill(crowd: Seeded, group_id: str, members: int) -> None:
    """Users 1 to `members` join the group."""
    crowd.site.run_php(SCRIPT, "members", group_id, str(members))


def _posted(client: Client, user: dict) -> str:
    answer = client.post("/Users", user)
    if answer.status != 201:
        raise RuntimeError(f"POST /Users: {answer.detail}")
    return answer.json["id"]


def _normal(site: Site, user: str, number: int) -> dict[str, list[dict[str, str | None]]]:
    """Rows of a user, with the names of what is his own in place of it."""
    text = site.run_php(SCRIPT, "rows", user)
    for what, own in (("{name}", name(number)), ("{object}", _uuid("object", number)), ("{id}", user)):
        text = text.replace(own, what)
    return {kind: [{key: value for key, value in row.items() if key not in OWN} for row in rows] for kind, rows in json.loads(text).items()}


def _fits(kept: Path, people: int, pattern: dict) -> bool:
    """Whether what is kept is as many users, of the kind that the plugin makes today."""
    try:
        return json.loads((kept / "pattern.json").read_text(encoding="utf-8")) == {"people": people, "rows": pattern}
    except (OSError, ValueError):
        return False


def _keep(site: Site, kept: Path, people: int, pattern: dict) -> None:
    """Puts the users away. What tells that they are there comes last."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    site.run_php(SCRIPT, "export", str(kept))
    (kept / "pattern.json").write_text(json.dumps({"people": people, "rows": pattern}), encoding="utf-8")
