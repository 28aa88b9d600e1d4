"""A script that answers /invocations itself calls its functions as it likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from smcontract.script import read_script
from smcontract.script.families import family_of

HANDLERS = "def model_fn(model_dir):\n    return 1\n\n\ndef predict_fn(data):\n    return data\n\n\n"


def family(directory: Path, source: str) -> str:
    file = directory / "inference.py"
    file.write_text(source, encoding="utf-8")
    return family_of(read_script(file)).name


@pytest.mark.parametrize(
    "route",
    [
        '@app.route("/invocations", methods=["POST"])\ndef invocations(): ...',
        '@app.post("/invocations")\nasync def invocations(request): ...',
    ],
    ids=["Flask", "FastAPI"],
)
def test_a_server_of_its_own(tmp_path: Path, route: str) -> None:
    assert family(tmp_path, HANDLERS + route + "\n") == "server"


@pytest.mark.parametrize(
    "text",
    ['URL = "http://localhost:8080/invocations"\n', '@app.route("/ping")\ndef ping(): ...\n', "# /invocations\n"],
    ids=["a client", "a ping alone", "a comment"],
)
def test_what_only_names_it_is_a_handler_script(tmp_path: Path, text: str) -> None:
    assert family(tmp_path, HANDLERS + text) == "sagemaker"
