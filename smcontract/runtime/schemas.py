"""The JSON Schemas of the pydantic models that a script defines."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Optional

from smcontract.runtime.describe import guarded


def schema_of(module: Any, name: str, reraise: Callable[[BaseException], None]) -> Optional[Dict[str, Any]]:
    """Return the JSON Schema of a module's pydantic model, None where it has none of that name.

    `reraise` is given what asking raised, and raises it again where it is no script's own.
    """
    model = guarded(module, name)
    # pydantic 2, pydantic 1.
    for ask in (guarded(model, "model_json_schema"), guarded(model, "schema")):
        try:
            told = ask() if callable(ask) else None
            if isinstance(told, dict):
                schema: Dict[str, Any] = json.loads(json.dumps(told))
                return schema
        except BaseException as error:
            reraise(error)
    return None
