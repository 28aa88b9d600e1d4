"""The script's side of `mms`: what the worker's socket does not say goes to a file.

Imported by a script inside the worker's process.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from conformance.drivers._common import cause, describe, evaluated, namespace

NOTES = "RECORDING_NOTES"
EXPRESSION = "RECORDING_EXPRESSION"
"""The environment variables with the paths of both files."""

SOURCE = """
from conformance.drivers import _worker_script

_worker_script.note_exceptions()

def model_fn(model_dir):
    return None

def predict_fn(data, model):
    return _worker_script.predict(data)
"""
_NAMES = namespace()


def predict(data: Any) -> Any:
    """Note what came, and return the prediction that the driver asked for."""
    _note("seen", describe(data))
    return evaluated(Path(os.environ[EXPRESSION]).read_text(encoding="utf-8"), _NAMES)()


def note_exceptions() -> None:
    """Have the toolkit note the exceptions that it turns into answers."""
    from sagemaker_inference.transformer import Transformer

    handle_error = Transformer.handle_error

    def noting(context: Any, inference_exception: Any, trace: Any) -> Any:
        raised = sys.exc_info()[1]
        assert raised is not None
        _note("raised", type(cause(raised)).__name__)
        return handle_error(context, inference_exception, trace)

    Transformer.handle_error = staticmethod(noting)


def _note(what: str, value: Any) -> None:
    with Path(os.environ[NOTES]).open("a", encoding="utf-8") as notes:
        notes.write(json.dumps([what, value]) + "\n")
