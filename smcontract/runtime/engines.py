"""What answers in the script's process: our model of the stack, or AWS's own toolkit."""

from __future__ import annotations

from smcontract.runtime.service import Service


def make_service(engine: str, *, owns_process: bool) -> Service:
    """Return the service of an engine, `builtin` or `toolkit`."""
    if engine == "toolkit":
        from smcontract.runtime.toolkit_service import ToolkitService

        return ToolkitService(owns_process=owns_process)
    return Service(owns_process=owns_process)
