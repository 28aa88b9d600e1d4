"""What a client gets for what goes wrong while the model is loaded."""

from __future__ import annotations

from smcontract.violations import OnSageMaker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smcontract.stacks import Stack


def load_fails(stack: Stack, error: str) -> OnSageMaker:
    """Return the answer where the script's import or its `model_fn` fails."""
    if stack.server == "flask":
        return OnSageMaker(status=None, message=f"/ping fails ({error}); the endpoint never goes InService")
    return OnSageMaker(status=stack.error_status, message=f"every request: {error}")
