"""WordPress cores: obtained once, unpacked once, shared by every site."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from .debian import Mirror, Suite
from .tree import TARGET, Failure, published, say

DEFAULT = "7.1"
CACHE = TARGET / "wordpress"

# The suite to ask first for a version; the others follow, since a suite's version moves on.
SUITES = {"6.1": "bookworm", "6.8": "trixie", "7.1": "forky"}

# What the package's symbolic links point into; everything else it depends on is a server or a client program.
PARTS = re.compile(r"libjs-|libphp-|php-getid3$|node-|wordpress-theme-")


def core(version: str | None = None) -> Path:
    """The directory of an unpacked core, to be read only.

    `version` is a version or its beginning, such as `6.8`; by default what WORDPRESS_VERSION says, else 7.1. When
    WORDPRESS_ZIP names an archive, that one is used whatever the version.
    """
    archive = os.environ.get("WORDPRESS_ZIP")
    if archive:
        return _from_zip(Path(archive))
    version = version or os.environ.get("WORDPRESS_VERSION") or DEFAULT
    if not re.fullmatch(r"[0-9]+(\.[0-9]+){0,2}", version):
        raise Failure(f"`{version[:20]}` is no WordPress version: write one such as 7.1")
    place = CACHE / version
    with published(place) as part:
        if part is not None and not _from_debian(version, part):
            _from_wordpress_org(version, part)
    return place


def release(directory: Path) -> str:
    """The version a core says it is."""
    text = (directory / "wp-includes" / "version.php").read_text(encoding="utf-8")
    found = re.search(r"^\$wp_version = '([^']+)';", text, re.M)
    if not found:
        raise Failure(f"{directory} holds no WordPress: wp-includes/version.php names no version")
    return found.group(1)


def themes(directory: Path) -> list[str]:
    """Names of the themes a core brings, newest default first."""
    found = [file.parent.name for file in directory.glob("wp-content/themes/*/style.css")]
    order = ["twentytwentyfive", "twentytwentyfour", "twentytwentythree", "twentytwentytwo", "twentytwentyone"]
    return sorted(found, key=lambda name: order.index(name) if name in order else len(order))


def _from_debian(version: str, place: Path) -> bool:
    mirror = Mirror.of_machine()
    if mirror is None or shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return False
    first = SUITES.get(".".join(version.split(".")[:2]))
    for name in sorted(("bookworm", "trixie", "forky", "sid"), key=lambda name: name != first):
        try:
            suite = Suite(mirror, name, place / "apt")
            offered = suite.version("wordpress") or ""
            if not f"{offered.split('+')[0]}.".startswith(f"{version}."):
                raise Failure(f"it has {offered.split('+')[0] or 'none'}")
            say(f"WordPress {offered} comes from Debian {name}")
            _assemble(suite, place)
            shutil.rmtree(place / "apt")
            return True
        except Failure as failure:
            say(f"Debian {name} did not give WordPress {version}: {failure}")
        for rest in place.iterdir():
            shutil.rmtree(rest) if rest.is_dir() else rest.unlink()
    return False


def _assemble(suite: Suite, place: Path) -> None:
    """Unpack the package beside the packages its links point into, and turn the links into files."""
    root = place / "root"
    home = root / "usr/share/wordpress"
    wanted = ["wordpress"]
    seen: set[str] = set()
    while wanted:
        suite.unpack(wanted, root)
        seen.update(wanted)
        # A part may itself be links into another part; the parts of parts are fetched only while a link leads nowhere.
        if len(seen) > 1 and not _dangling(home, root):
            break
        names = [name for package in wanted for name in suite.relations(package) if PARTS.match(name)]
        wanted = [name for name in dict.fromkeys(names) if name not in seen and suite.version(name)]
    for link in [path for path in home.rglob("*") if path.is_symlink()]:
        source = _target(link, root)
        link.unlink()
        if source is not None and source.is_dir():
            shutil.copytree(source, link, symlinks=False)
        elif source is not None and source.is_file():
            shutil.copy2(source, link)
    (home / "wp-config.php").unlink(missing_ok=True)
    for child in home.iterdir():
        child.rename(place / child.name)
    shutil.rmtree(root)
    _require(place)


def _target(link: Path, root: Path) -> Path | None:
    """What a link means when `root` is taken for `/`; files of the machine itself, as its CA bundle, stand in last."""
    path = link
    for _ in range(16):
        if not path.is_symlink():
            return path if path.exists() else None
        text = os.readlink(path)
        inside = root / text.lstrip("/") if text.startswith("/") else path.parent / text
        path = Path(os.path.normpath(inside))
        if text.startswith("/") and not os.path.lexists(path):
            path = Path(text)
    return None


def _dangling(home: Path, root: Path) -> list[Path]:
    return [p for p in home.rglob("*") if p.is_symlink() and p.name != ".htaccess" and _target(p, root) is None]


def _from_zip(archive: Path) -> Path:
    if not archive.is_file():
        raise Failure(f"WORDPRESS_ZIP names `{archive}`, which is no file")
    place = CACHE / f"zip-{hashlib.sha256(archive.read_bytes()).hexdigest()[:16]}"
    with published(place) as part:
        if part is not None:
            _unzip(archive, part)
    return place


def _from_wordpress_org(version: str, place: Path) -> None:
    address = f"https://wordpress.org/wordpress-{version}.zip"
    say(f"WordPress {version} comes from {address}")
    archive = place / "wordpress.zip"
    try:
        with urllib.request.urlopen(address, timeout=60) as answer, open(archive, "wb") as file:
            shutil.copyfileobj(answer, file)
    except (urllib.error.URLError, OSError) as error:
        raise Failure(
            f"WordPress {version} is neither in a Debian suite this machine reaches nor at {address} ({error}): "
            "download it yourself and name the archive with WORDPRESS_ZIP"
        ) from error
    _unzip(archive, place)
    archive.unlink()


def _unzip(archive: Path, place: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as file:
            file.extractall(place)
    except zipfile.BadZipFile as error:
        raise Failure(f"{archive} is no zip archive: {error}") from error
    inner = place / "wordpress"
    if inner.is_dir():
        for child in inner.iterdir():
            child.rename(place / child.name)
        inner.rmdir()
    _require(place)


def _require(place: Path) -> None:
    for name in ("wp-load.php", "wp-settings.php", "wp-admin/includes/upgrade.php", "wp-includes/PHPMailer/PHPMailer.php"):
        if not (place / name).is_file():
            raise Failure(f"what was unpacked is no whole WordPress: {name} is missing")
    release(place)
