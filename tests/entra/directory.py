"""The source tenant: people, their life, and when each of them last changed.

Deterministic: the same seed and domain give the same people with the same object ids, so a job
that is played twice against one server meets its own users again.
"""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from tests.entra.names import DEPARTMENTS, LONG_NAME, NAMES, PLACES, TITLES, Name, Place

_OBJECT_IDS = uuid.UUID("6f1c2a52-2f0e-4e7b-9a55-0d6a53c1f7aa")


@dataclass
class Person:
    """One Entra user object, by the names Entra gives the attributes; None means not set."""

    object_id: str
    user_principal_name: str
    mail_nickname: str
    display_name: str
    given_name: str | None = None
    surname: str | None = None
    mail: str | None = None
    job_title: str | None = None
    department: str | None = None
    employee_id: str | None = None
    physical_delivery_office_name: str | None = None
    street_address: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    telephone_number: str | None = None
    mobile: str | None = None
    facsimile_telephone_number: str | None = None
    preferred_language: str | None = None
    manager: str | None = None
    assigned: bool = True
    account_enabled: bool = True
    soft_deleted: bool = False
    purged: bool = False
    changed: float = 0.0

    @property
    def active(self) -> bool:
        """What `Not([IsSoftDeleted])` yields: Entra folds disabled and unassigned into it."""
        return self.assigned and self.account_enabled and not self.soft_deleted and not self.purged


class Tenant:
    """People of one Entra tenant, in one mail domain.

    `clock` answers seconds; every change stamps the person with it, which is what the
    incremental cycles of a job go by.
    """

    def __init__(self, domain: str, seed: int, clock: Callable[[], float]):
        self.domain = domain
        self.people: dict[str, Person] = {}
        self._random = random.Random(seed)
        self._seed = seed
        self._clock = clock

    def hire(self, count: int) -> list[Person]:
        """Adds `count` people; every sort of person that needs care is among the first dozen."""
        hired = [self._newcomer(len(self.people) + offset) for offset in range(count)]
        for person in hired:
            self._touch(person)
            self.people[person.object_id] = person
        everyone = list(self.people.values())
        for index, person in enumerate(everyone):
            if index and person.manager is None and index % 4 != 3:
                person.manager = everyone[(index - 1) // 5].object_id
        return hired

    def changed_since(self, watermark: float | None) -> list[Person]:
        """Everybody for None, else those whose last change is later than the watermark."""
        return [p for p in self.people.values() if watermark is None or p.changed > watermark]

    def promote(self, person: Person) -> None:
        """A new title, department and office: attributes of every path form change."""
        person.job_title = self._other(TITLES, person.job_title)
        person.department = self._other(DEPARTMENTS, person.department)
        self._move_to(person, self._random.choice([place for place in PLACES if place.city != person.city]))
        self._touch(person)

    def rename(self, person: Person, surname: str) -> None:
        """A marriage: the user principal name, the names and the mailbox follow; the person stays."""
        account = f"{person.mail_nickname}-{_account(surname)}"
        person.surname = surname
        person.display_name = " ".join(filter(None, (person.given_name, surname)))
        person.mail_nickname = account
        person.user_principal_name = f"{account}@{self.domain}"
        if person.mail is not None:
            person.mail = person.user_principal_name
        self._touch(person)

    def open_mailbox(self, person: Person) -> None:
        """A licence is assigned: a user without mail gets one."""
        person.mail = f"{person.mail_nickname}@{self.domain}"
        self._touch(person)

    def report_to(self, person: Person, manager: Person | None) -> None:
        """Sets or clears the manager."""
        person.manager = manager.object_id if manager else None
        self._touch(person)

    def disable(self, person: Person) -> None:
        """`accountEnabled` off."""
        person.account_enabled = False
        self._touch(person)

    def unassign(self, person: Person) -> None:
        """Out of the scope of the job."""
        person.assigned = False
        self._touch(person)

    def restore(self, person: Person) -> None:
        """Enabled, assigned and out of the recycle bin again."""
        person.account_enabled = person.assigned = True
        person.soft_deleted = False
        self._touch(person)

    def purge(self, person: Person) -> None:
        """Out of the recycle bin for good."""
        person.soft_deleted = person.purged = True
        self._touch(person)

    def forget(self, person: Person) -> None:
        """Drops a purged person; whoever reported to him has no manager any more."""
        self.people.pop(person.object_id, None)
        for other in self.people.values():
            if other.manager == person.object_id:
                self.report_to(other, None)

    def _touch(self, person: Person) -> None:
        person.changed = self._clock()

    def _newcomer(self, index: int) -> Person:
        rng = self._random
        name = LONG_NAME if index % 12 == 5 else NAMES[(index + self._seed) % len(NAMES)]
        account = name.account if index < len(NAMES) else f"{name.account}{index}"
        if index % 12 == 5:
            account = f"{name.account}-{index:03d}"
        person = Person(
            object_id=str(uuid.uuid5(_OBJECT_IDS, f"{self.domain}/{self._seed}/{index}")),
            user_principal_name=f"{account}@{self.domain}",
            mail_nickname=account,
            display_name=f"{name.given} {name.surname}",
            given_name=name.given,
            surname=name.surname,
            mail=f"{account}@{self.domain}",
            job_title=rng.choice(TITLES),
            department=rng.choice(DEPARTMENTS),
            employee_id=f"{100000 + index:07d}",
            preferred_language=name.language,
        )
        self._move_to(person, rng.choice(PLACES))
        match index % 12:
            case 2:
                _make_guest(person, name, index, self.domain)
            case 4 | 9:
                person.mail = None
            case 7:
                _make_service(person, index, self.domain)
            case 10:
                person.mobile = person.facsimile_telephone_number = None
                person.job_title = person.preferred_language = None
        return person

    def _move_to(self, person: Person, place: Place) -> None:
        number = self._random.randrange(100, 1000)
        person.physical_delivery_office_name = place.office
        person.street_address = place.street
        person.city = place.city
        person.state = place.state or None
        person.postal_code = place.postal_code
        person.country = place.country
        person.telephone_number = f"{place.dial} {number:03d} 00-10"
        person.mobile = f"{place.dial}9 {number:03d}.{number:03d}"
        person.facsimile_telephone_number = f"{place.dial} {number:03d} 00 11 ext. 7"

    def _other(self, choices: tuple[str, ...], current: str | None) -> str:
        return self._random.choice([choice for choice in choices if choice != current])


def _make_guest(person: Person, name: Name, index: int, domain: str) -> None:
    """A B2B guest: home address with `@` written `_`, then `#EXT#` (Entra quirk Q-49)."""
    home = f"{name.account}.{index}@home.{domain}"
    person.mail = home
    person.mail_nickname = f"{home.replace('@', '_')}#EXT#"
    person.user_principal_name = f"{home.replace('@', '_')}#EXT#@{domain}"
    person.employee_id = None


def _make_service(person: Person, index: int, domain: str) -> None:
    """A cloud-only account: no name, no mailbox, no place."""
    person.mail_nickname = f"svc.build{index}"
    person.user_principal_name = f"svc.build{index}@{domain}"
    person.display_name = f"Build Service {index}"
    for attribute in (
        "given_name", "surname", "mail", "job_title", "employee_id", "preferred_language",
        "physical_delivery_office_name", "street_address", "city", "state", "postal_code", "country",
        "telephone_number", "mobile", "facsimile_telephone_number",
    ):
        setattr(person, attribute, None)


def _account(surname: str) -> str:
    return "".join(c for c in surname.lower() if c.isascii() and c.isalnum()) or "renamed"
