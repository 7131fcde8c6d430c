"""Measures what one member costs in a small and in a large group.

Both groups are on the same site, whose users are the large group's and some more. Each round sends every kind of request
to either group, so that what drifts in the machine hits both.
"""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from scimpress_site import Site

from tests.bench.measure import Times
from tests.entra.client import Answer, Client, literal
from tests.entra.dialects import patch_body
from tests.entra.mapping import CORE
from tests.entra.progress import Progress

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
NAMES = {"sqlite": "SQLite", "mariadb": "MariaDB"}
WARM_UP = 10
# Users beside the members of the large group.
OTHERS = 100


class Group:
    """One group, and a user who comes and goes."""

    def __init__(self, scim: Client, group: str, inside: str, outside: str):
        self._scim = scim
        self._path = f"/Groups/{group}"
        self._inside, self._outside = inside, outside
        self._count = 0
        joins = {"op": "Add", "path": "members", "value": [{"value": outside}]}
        # In an order in which each finds what it needs.
        self.kinds: dict[str, Callable[[], Answer]] = {
            "GET without members": lambda: self._expect(scim.get(f"{self._path}?excludedAttributes=members"), 200),
            "match a member": lambda: self._match(self._inside, 1),
            "match somebody else": lambda: self._match(self._outside, 0),
            "add a member": lambda: self._patch(joins),
            "add the same again": lambda: self._patch(joins),
            "remove the member": lambda: self._patch({"op": "Remove", "path": "members", "value": [{"value": outside}]}),
            "remove it again": lambda: self._patch({"op": "Remove", "path": f"members[value eq {literal(outside)}]"}),
            "rename the group": self._rename,
            "GET a member": lambda: self._expect(scim.get(f"/Users/{self._inside}"), 200),
        }

    def _patch(self, operation: dict) -> Answer:
        return self._expect(self._scim.patch(self._path, patch_body([operation])), 204)

    def _rename(self) -> Answer:
        self._count += 1
        return self._patch({"op": "Replace", "path": "displayName", "value": f"{self._path[-12:]} {self._count}"})

    def _match(self, member: str, expected: int) -> Answer:
        condition = f"id eq {literal(self._path.rpartition('/')[2])} and members eq {literal(member)}"
        answer = self._expect(self._scim.get(f"/Groups?excludedAttributes=members&filter={quote(condition)}"), 200)
        if answer.json["totalResults"] != expected:
            raise RuntimeError(f"{answer.path}: {answer.json['totalResults']} instead of {expected}")
        return answer

    @staticmethod
    def _expect(answer: Answer, status: int) -> Answer:
        if answer.status != status:
            raise RuntimeError(f"{answer.method} {answer.path}: {answer.status} {answer.detail}")
        return answer


def measure(database: str, rounds: int, small: int, large: int) -> str:
    """The table of one database, on a site of its own with one worker, every commit synced as in production."""
    with Site(ROOT / "target" / "bench" / f"groups-{database}", database, children=1, durable=True) as site:
        scim = Client(site.tenant_url.rstrip("/"), site.token)
        pattern = scim.post("/Users", {"schemas": [CORE], "userName": "pattern@corp.example.com"})
        if pattern.status != 201:
            raise RuntimeError(f"the first user was not made: {pattern.detail}")
        bar = Progress(f"{NAMES[database]}: {large + OTHERS} users", 1)
        facts = json.loads(site.run_php(HERE / "php" / "crowd.php", str(large + OTHERS), str(small), str(large)))
        bar.finish(facts["database"])
        groups = [Group(scim, group, facts["inside"], facts["outside"]) for group in facts["groups"]]
        kinds = list(groups[0].kinds)
        taken: list[dict[str, list[float]]] = [{kind: [] for kind in kinds} for _ in groups]
        bar = Progress(f"{NAMES[database]}: {rounds} rounds of {2 * len(kinds)} requests", rounds + WARM_UP)
        for number in range(WARM_UP + rounds):
            for index in (0, 1) if number % 2 else (1, 0):
                for kind in kinds:
                    seconds = groups[index].kinds[kind]().seconds
                    if number >= WARM_UP:
                        taken[index][kind].append(seconds)
            bar.step()
        scim.close()
        bar.finish("done")
        return table(facts["database"], NAMES[database], small, large, taken)


def table(version: str, name: str, small: int, large: int, taken: list[dict[str, list[float]]]) -> str:
    """Medians and their ratio."""
    lines = [
        f"| {name} {version} | {small:,} members | {large:,} members | ratio |",
        "|---|---:|---:|---:|",
    ]
    for kind in taken[0]:
        few, many = (Times(times[kind]).median for times in taken)
        lines.append(f"| {kind} | {few * 1000:.2f} ms | {many * 1000:.2f} ms | {many / few:.2f} |")
    return "\n".join(lines)
