"""The PATCH dialects: how differences between source and target become operations.

Legacy is what every non-gallery job speaks today; flag is what `?aadOptscim062020` on the Tenant
URL switches to; on-demand provisioning speaks legacy whatever the flag says (Entra quirk Q-42).
"""

from tests.entra.mapping import MANAGER, Value

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

Change = tuple[str, str, Value]


class Legacy:
    """One operation per attribute, verbs capitalised, booleans as capitalised strings (Q-01, Q-02)."""

    name = "legacy"

    def operations(self, changes: list[Change]) -> list[dict]:
        """The operations for `(add | replace, target, value)` changes, in mapping order."""
        return [{"op": verb.capitalize(), "path": target, "value": _text(value)} for verb, target, value in changes]

    def clear_manager(self, held: str) -> list[dict]:
        """Clearing the reference is an empty string (Q-14)."""
        return [{"op": "Replace", "path": MANAGER, "value": ""}]


class OnDemand(Legacy):
    """Provision on demand."""

    name = "on-demand"


class Flag:
    """Value-path attributes as their own operations, the others of one verb in one path-less map (Q-05, Q-06)."""

    name = "flag"

    def operations(self, changes: list[Change]) -> list[dict]:
        """The operations for `(add | replace, target, value)` changes; a single plain attribute keeps its path."""
        alone = [c for c in changes if "[" in c[1] or c[1] == MANAGER]
        operations = [{"op": verb, "path": target, "value": value} for verb, target, value in alone]
        for verb in ("add", "replace"):
            plain = {target: value for v, target, value in changes if v == verb and (v, target, value) not in alone}
            if len(plain) == 1:
                target, value = next(iter(plain.items()))
                operations.append({"op": verb, "path": target, "value": value})
            elif plain:
                operations.append({"op": verb, "value": plain})
        return operations

    def clear_manager(self, held: str) -> list[dict]:
        """Clearing the reference is a removal with a value filter on a single-valued attribute (Q-14)."""
        return [{"op": "remove", "path": f'{MANAGER}[value eq "{held}"]'}]


Dialect = Legacy | Flag


def patch_body(operations: list[dict]) -> dict:
    """A PatchOp message."""
    return {"schemas": [PATCH_OP], "Operations": operations}


def _text(value: Value) -> Value:
    return str(value) if isinstance(value, bool) else value
