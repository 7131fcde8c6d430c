"""Measures provisioning requests against a bare REST route and against WordPress' own user creation."""
