"""A thousand users by one Bulk request, beside the same thousand requests one by one."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.measure import person
from tests.entra.client import Client

BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"

# What the service provider takes in one request (RFC 7643 §5, bulk.maxOperations).
OPERATIONS = 1_000


@dataclass(frozen=True)
class BulkTimes:
    """Seconds for so many users, by Bulk and one by one, in each round."""

    users: int
    bulk: list[float]
    single: list[float]


def measure_bulk(home: str, token: str, rounds: int, step: Callable[[], None]) -> BulkTimes:
    """Both ways in turns. Each is counted afterwards: the users have to be there."""
    # A Bulk request answers when its last user is made.
    scim = Client(f"{home}/wp-json/wpo365/v1", token, timeout=600)
    times = BulkTimes(OPERATIONS, [], [])
    try:
        before = _count(scim)
        for number in range(rounds):
            ways = ((_by_bulk, times.bulk), (_one_by_one, times.single))
            for way, taken in ways if number % 2 == 0 else reversed(ways):
                people = [person(uuid.uuid4().hex) for _ in range(OPERATIONS)]
                taken.append(way(scim, people))
                before += OPERATIONS
                if (now := _count(scim)) != before:
                    raise RuntimeError(f"{now} users where {before} should be")
                step()
        return times
    finally:
        scim.close()


def _by_bulk(scim: Client, people: list[dict]) -> float:
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": f"b{number}", "data": body} for number, body in enumerate(people)
    ]
    start = time.perf_counter()
    answer = scim.post("/Bulk", {"schemas": [BULK_REQUEST], "Operations": operations})
    taken = time.perf_counter() - start
    made = [one for one in (answer.json or {}).get("Operations", []) if one.get("status") == "201"]
    if answer.status != 200 or len(made) != len(people):
        raise RuntimeError(f"Bulk made {len(made)} of {len(people)} users: {answer.detail}")
    return taken


def _one_by_one(scim: Client, people: list[dict]) -> float:
    start = time.perf_counter()
    for body in people:
        answer = scim.post("/Users", body)
        if answer.status != 201:
            raise RuntimeError(f"POST: {answer.detail}")
    return time.perf_counter() - start


def _count(scim: Client) -> int:
    answer = scim.get("/Users?count=0")
    if answer.status != 200:
        raise RuntimeError(f"GET /Users: {answer.detail}")
    return answer.json["totalResults"]
