"""Raises a real WordPress with the plugin and the extension, and takes it down again.

    from scimpress_site import Site

    with Site("target/test/example", database="mariadb") as site:
        site.tenant_url, site.token
"""

from .site import Site
from .tree import Failure

__all__ = ["Failure", "Site"]
