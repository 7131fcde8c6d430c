"""Packages of any Debian suite, downloaded without touching the machine's own apt state.

The mirror and the keyring are read from the machine's own apt sources, so a machine behind a private mirror works too.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from .tree import Failure, run


class Mirror:
    """A mirror the machine itself uses: its address and, if the source names one, its `Signed-By`."""

    def __init__(self, address: str, signed_by: str) -> None:
        self.address = address
        self.signed_by = signed_by

    @classmethod
    def of_machine(cls, etc: Path = Path("/etc")) -> Mirror | None:
        """The mirror that serves the machine's own suite; None on a machine that is not Debian."""
        release = dict(re.findall(r'^(\w+)="?(.*?)"?$', _text(etc / "os-release"), re.M))
        codename = release.get("VERSION_CODENAME", "")
        if release.get("ID") != "debian" or not codename:
            return None
        parts = etc / "apt" / "sources.list.d"
        for file in [etc / "apt" / "sources.list", *sorted(parts.glob("*.list"))]:
            for options, address, suite in re.findall(r"^deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)", _text(file), re.M):
                if suite == codename:
                    key = re.search(r"signed-by=(\S+)", options)
                    return cls(address, key.group(1) if key else "")
        for file in sorted(parts.glob("*.sources")):
            for stanza in re.split(r"\n\s*\n", re.sub(r"^#.*\n", "", _text(file), flags=re.M)):
                fields = _fields(stanza)
                if codename in fields.get("suites", "").split() and "deb" in fields.get("types", "").split():
                    return cls(fields["uris"].split()[0], fields.get("signed-by", ""))
        return None


class Suite:
    """The packages of one suite, its index kept below a directory of our own."""

    def __init__(self, mirror: Mirror, name: str, state: Path) -> None:
        self.name = name
        self._state = state
        shutil.rmtree(state, ignore_errors=True)
        for part in ("lists/partial", "archives/partial", "empty"):
            (state / part).mkdir(parents=True)
        signed = f"Signed-By: {mirror.signed_by}\n" if mirror.signed_by else ""
        (state / "suite.sources").write_text(
            f"Types: deb\nURIs: {mirror.address}\nSuites: {name}\nComponents: main\n{signed}", encoding="utf-8"
        )
        options = {
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": state,
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": state / "empty",
            "Dir::State": state,
            "Dir::State::lists": state / "lists",
            "Dir::State::status": "/dev/null",
            "Dir::Cache": state,
            "Dir::Cache::archives": state / "archives",
            "APT::Update::Post-Invoke::": "true",
            "APT::Sandbox::User": "",
            "Acquire::Languages": "none",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
        }
        self._options = [text for name, value in options.items() for text in ("-o", f"{name}={value}")]
        run(["apt-get", *self._options, "-qq", "update"])

    def version(self, package: str) -> str | None:
        """The package's version in this suite; None when the suite has no such package."""
        return self._field(package, "Version")

    def relations(self, package: str) -> list[str]:
        """Names in `Depends` and `Recommends`, alternatives included."""
        text = ",".join(filter(None, (self._field(package, name) for name in ("Depends", "Recommends"))))
        return list(dict.fromkeys(re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]+)", text)))

    def unpack(self, packages: Iterable[str], into: Path) -> None:
        """Download the packages and unpack their files below `into`; nothing is installed."""
        archives = self._state / "archives"
        run(["apt-get", *self._options, "-qq", "download", *packages], cwd=archives)
        for archive in archives.glob("*.deb"):
            run(["dpkg", "-x", archive, into])
            archive.unlink()

    def _field(self, package: str, name: str) -> str | None:
        try:
            text = run(["apt-cache", *self._options, "--no-all-versions", "show", package])
        except Failure:
            return None
        found = re.search(rf"^{name}: (.*)$", text, re.M)
        return found.group(1) if found else None


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _fields(stanza: str) -> dict[str, str]:
    """A deb822 stanza; a value may go on over indented lines, as an embedded key does."""
    fields: dict[str, str] = {}
    for name, value in re.findall(r"^([A-Za-z-]+):[ \t]*((?:.*)(?:\n[ \t].*)*)", stanza, re.M):
        fields[name.lower()] = value
    return fields
