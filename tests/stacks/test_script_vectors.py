import json
from pathlib import Path
from typing import Any

import pytest

from smcontract.stacks import get_stack

SCRIPTS = json.loads((Path(__file__).parents[1] / "vectors" / "scripts.json").read_text(encoding="utf-8"))
STACKS = list(SCRIPTS["observed"])

# Where the text alone differs from the recorded one, and why.
PHRASE_OF_OURS = {
    "S12 no predict_fn": "the toolkit's text goes on with a link",
    "S15g UnsupportedFormatError by user": "the toolkit's text goes on with advice",
    "S15h flask abort(415)": "flask is not a package of this stack",
    "S14c mms PredictionException 429": "mms is not installed here, so the script's import fails instead",
}
# The recording had no front end; on a server this breaks the frame and the worker dies (http_observed).
NO_FRONT_END = "S15e non-ascii error msg"


@pytest.mark.parametrize(
    ("stack", "row"),
    [
        pytest.param(stack, row, id=f"{stack}-{row[0]}-{row[1]}-{row[2]}")
        for stack in STACKS
        for row in SCRIPTS["observed"][stack]
    ],
)
def test_scripts_answer_as_recorded(stack: Any, row: Any, tmp_path: Any, replay: Any) -> None:
    case, content_type, accept, status, response_type, phrase, text, load_error = row
    service, answer = replay.load(tmp_path, SCRIPTS["scripts"][case], stack)
    if load_error is not None:
        assert not answer["ok"]
        kind, _, message = load_error.partition(": ")
        assert message[:35] in answer["failure"]["message"]
        assert kind in (answer["failure"]["type"], "ClientError", "UserError")
        return
    assert answer["ok"], answer
    answer, blobs = replay.invoke(service, content_type, accept, b"[1, 2, 3]")
    body = b"" if answer["body"] is None else blobs[answer["body"]]
    if status == "ESCAPES" or (case == NO_FRONT_END and get_stack(stack).server != "flask"):
        assert answer["dies"]
        return
    assert not answer["dies"]
    assert answer["status"] == status
    if status in (200, 201):
        assert answer["content_type"] == response_type
        if text != "PATH":
            assert body.decode("utf-8")[: len(text)] == text
    elif get_stack(stack).server == "flask":
        assert answer["content_type"] == response_type
    elif case not in PHRASE_OF_OURS and phrase:
        assert answer["error"][:80] == phrase[:80]
