"""Provisioning jobs of other identity providers than Entra ID, played against any SCIM 2.0 server.

`okta` is Okta's: its source is people of `tests.entra.directory` and groups of its own. Standard library only.
"""
