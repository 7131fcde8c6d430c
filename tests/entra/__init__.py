"""A Microsoft Entra ID provisioning job, played against any SCIM 2.0 server.

`directory` is the source tenant, `mapping` says which source attribute goes where,
`dialects` turn differences into PATCH operations, `client` sends them the way Entra does,
`job` is the state machine, `report` counts, `assertions` judge. Standard library only.
"""
