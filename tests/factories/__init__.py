"""Rows for tests, one module an app. They belong to the trust that `in_trust` has opened."""
