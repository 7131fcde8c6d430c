"""Requests of the replay that this version answers otherwise than a server with groups would.

Groups are not there yet: lists are empty, a group cannot be found, and writing one is 501
(RFC 7644 §3.12). Every line here is asserted as it stands; it goes when groups come.
"""

from typing import NamedTuple

NOT_WRITABLE = "groups cannot be written yet"
NEVER_CREATED = "its group could not be created"


class Interim(NamedTuple):
    """What to expect instead, and why. `total`: totalResults of a list."""

    status: int
    reason: str
    total: int | None = None


# A group id that no answer gave: the placeholders of groups that could not be created stand for it.
NO_GROUP = "00000000-0000-4000-8000-000000000601"

INTERIM = {
    "entra.group.create.doc": Interim(501, NOT_WRITABLE),
    "entra.group.create.core-only": Interim(501, NOT_WRITABLE),
    "entra.group.create.duplicate": Interim(501, NOT_WRITABLE),
    "entra.group.read.excluded": Interim(404, NEVER_CREATED),
    "entra.group.match.displayname.present": Interim(200, NEVER_CREATED, 0),
    "entra.group.match.displayname.case": Interim(200, NEVER_CREATED, 0),
    "entra.group.match.externalid": Interim(200, NEVER_CREATED, 0),
    "entra.legacy.group.add-member": Interim(501, NOT_WRITABLE),
    "entra.legacy.group.add-member-again": Interim(501, NOT_WRITABLE),
    "entra.legacy.group.add-many-ops": Interim(501, NOT_WRITABLE),
    "entra.legacy.group.refcheck": Interim(200, NEVER_CREATED, 0),
    "entra.legacy.group.remove-member": Interim(501, NOT_WRITABLE),
    "entra.legacy.group.remove-member-ref-null": Interim(501, NOT_WRITABLE),
    "entra.legacy.group.remove-member-again": Interim(501, NOT_WRITABLE),
    "entra.legacy.group.replace-externalid": Interim(501, NOT_WRITABLE),
    "entra.legacy.group.add-nested-group": Interim(501, NOT_WRITABLE),
    "entra.flag.group.create": Interim(501, NOT_WRITABLE),
    "entra.flag.group.add-member-2": Interim(501, NOT_WRITABLE),
    "entra.flag.group.remove-member": Interim(501, NOT_WRITABLE),
    "entra.flag.group.remove-member-absent": Interim(501, NOT_WRITABLE),
    "entra.flag.group.rename-pathless": Interim(501, NOT_WRITABLE),
    "entra.flag.group.replace-members-single": Interim(501, NOT_WRITABLE),
    "entra.flag.group.add-and-remove": Interim(501, NOT_WRITABLE),
    "entra.group.delete": Interim(501, NOT_WRITABLE),
    "entra.group.delete.again": Interim(501, NOT_WRITABLE),
}
