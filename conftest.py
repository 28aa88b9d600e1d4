"""Plugins that the tests need; pytest takes them from the root's conftest alone."""

pytest_plugins = ["pytester"]
