"""The wp-config.php of a site."""

from __future__ import annotations

import secrets
from pathlib import Path

KEYS = ("AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY", "AUTH_SALT", "SECURE_AUTH_SALT", "LOGGED_IN_SALT", "NONCE_SALT")


NETWORK: dict[str, str | bool | int] = {
    "MULTISITE": True,
    "SUBDOMAIN_INSTALL": False,
    "PATH_CURRENT_SITE": "/",
    "SITE_ID_CURRENT_SITE": 1,
    "BLOG_ID_CURRENT_SITE": 1,
}


def wp_config(*, url: str | None, socket: Path, log: Path, theme: str | None, database: str, network: str | None = None) -> str:
    """PHP text. The database constants are MariaDB's; the SQLite drop-in only wants them to be defined.

    Without a `url` the sites' addresses are in the database, as those of a network must be; `network` is its domain.
    """
    constants: dict[str, str | bool | int] = {
        "DB_NAME": database,
        "DB_USER": "root",
        "DB_PASSWORD": "",
        "DB_HOST": f"localhost:{socket}",
        "DB_CHARSET": "utf8mb4",
        "DB_COLLATE": "",
        # Application passwords need TLS elsewhere; a local site may use them without.
        "WP_ENVIRONMENT_TYPE": "local",
        "WP_DEBUG": True,
        "WP_DEBUG_DISPLAY": False,
        "WP_DEBUG_LOG": str(log),
        "WP_HTTP_BLOCK_EXTERNAL": True,
        "DISABLE_WP_CRON": True,
        "AUTOMATIC_UPDATER_DISABLED": True,
        "WP_AUTO_UPDATE_CORE": False,
        "FS_METHOD": "direct",
    }
    if url:
        constants |= {"WP_HOME": url, "WP_SITEURL": url}
    if network:
        constants |= NETWORK | {"DOMAIN_CURRENT_SITE": network}
    if theme:
        constants["WP_DEFAULT_THEME"] = theme
    constants |= {name: secrets.token_hex(32) for name in KEYS}
    lines = [f"define( '{name}', {_literal(value)} );" for name, value in constants.items()]
    return "\n".join(
        [
            "<?php",
            *lines,
            # Said by nginx, for the second address; no client can say it.
            "if ( 'rest' === ( $_SERVER['SCIMPRESS_LANE'] ?? '' ) ) {",
            "\tdefine( 'SCIMPRESS_FAST_LANE', false );",
            "}",
            "$table_prefix = 'wp_';",
            "if ( ! defined( 'ABSPATH' ) ) {",
            "\tdefine( 'ABSPATH', __DIR__ . '/' );",
            "}",
            "require_once ABSPATH . 'wp-settings.php';",
            "",
        ]
    )


def _literal(value: str | bool | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
