"""scim2-models. The dialogue with run.py: a line in, a line out, as in node/harness.mjs."""

import json
import sys
import time
from pathlib import Path

from scim2_models import Context, EnterpriseUser, ListResponse, PatchOp, ScimFilter, User

Person = User[EnterpriseUser]
FOLDER = Path(sys.argv[1])


def read(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


users = [Person.model_validate(user) for user in read("users")]
texts = [json.dumps(user) for user in read("users")[:200]]
simple, complex_, match, patches, posts, any_case = map(read, ("simple", "complex", "match", "patches", "posts", "posts-any"))


def parse(filters):
    return lambda: [ScimFilter[Person](text) for text in filters]


def matching(text):
    test = ScimFilter[Person](text).match
    return lambda: [index for index, user in enumerate(users) if test(user)]


def patch():
    patched = []
    for user, body in zip(users, patches):
        # patch() keeps a copy for the case that it fails, and changes what it is given; so a copy goes in.
        copy = user.model_copy(deep=True)
        PatchOp[Person].model_validate_json(body, scim_ctx=Context.RESOURCE_PATCH_REQUEST).patch(copy)
        patched.append(copy)
    return patched


def post(bodies):
    return lambda: [Person.model_validate_json(body, scim_ctx=Context.RESOURCE_CREATION_REQUEST) for body in bodies]


def listed():
    resources = [Person.model_validate_json(text) for text in texts]
    page = ListResponse[Person](total_results=10_000, start_index=1, items_per_page=len(resources), resources=resources)
    return page.model_dump_json(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)


def dump(resources):
    return [json.loads(resource.model_dump_json()) for resource in resources]


def summary(found):
    return [len(found), sum(found)]


ROWS = {
    "parse-simple": (parse(simple), len),
    "parse-complex": (parse(complex_), len),
    "match-simple": (matching(match["simple"]), summary),
    "match-complex": (matching(match["complex"]), summary),
    "match-schema": (matching(match["schema"]), summary),
    "patch": (patch, dump),
    "post": (post(posts), dump),
    "post-any": (post(any_case), dump),
    "list": (listed, lambda text: json.loads(text)["Resources"]),
}

print(json.dumps(list(ROWS)), flush=True)
for line in sys.stdin:
    command, name, *count = line.split()
    work, check = ROWS[name]
    if command == "check":
        try:
            answer = {"result": check(work())}
        except Exception as error:  # noqa: BLE001 - whatever it raises is the answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
        continue
    start = time.perf_counter_ns()
    for _ in range(int(count[0])):
        work()
    print(time.perf_counter_ns() - start, flush=True)
