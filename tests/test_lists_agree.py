"""`smcontract check` and `pytest --smcontract` tell the same of what the source shows, code by code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from smcontract.checks import static_checks
from support import write_script

MODEL = "def model_fn(model_dir):\n    return 2\n\n"
INPUT = (
    "def input_fn(body, content_type):\n    if content_type != 'application/json':\n"
    "        raise ValueError(content_type)\n    return json.loads(body)\n\n"
)
PREDICT = "def predict_fn(data, model):\n    return data\n\n"
OUTPUT = (
    "def output_fn(prediction, accept):\n    if accept != 'application/json':\n"
    "        raise ValueError(accept)\n    return json.dumps(prediction), accept\n"
)
WHOLE = "import json\n\n" + MODEL + INPUT + PREDICT + OUTPUT


def _with(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new)


SAMPLES = {
    "SMC100": _with("def predict_fn(data, model):", "def predict_fn(data, model):  # smcontract: ignore[SMC104]"),
    "SMC101": WHOLE + "def f(:\n",
    "SMC102": WHOLE.replace(MODEL, ""),
    "SMC103": _with("def model_fn(", "def modelfn("),
    "SMC104": _with("def predict_fn(data, model):", "def predict_fn(data):"),
    "SMC105": _with("def predict_fn(data, model):", "def predict_fn(data, *, model):"),
    "SMC106": WHOLE + "\ndef transform_fn(model, body, content_type, accept):\n    return body, accept\n",
    "SMC107": _with("def predict_fn(", "async def predict_fn("),
    "SMC108": _with("import json\n", "import json\nimport os\n\nTRAIN = os.environ['SM_CHANNEL_TRAIN']\n"),
    "SMC109": _with("    return json.dumps(prediction), accept\n", "    json.dumps(prediction)\n"),
    "SMC110": _with("    return data\n", "    return data\n    print(data)\n"),
    "SMC111": _with(
        "    if content_type != 'application/json':\n        raise ValueError(content_type)\n"
        "    return json.loads(body)",
        "    if content_type == 'application/json':\n        rows = json.loads(body)\n    return rows",
    ),
    "SMC112": WHOLE.replace(PREDICT, "def predict_fn(model, data):\n    return [row for row in data]\n\n"),
    "SMC113": _with("    return 2\n", "    return open('/opt/ml/model/a.txt').read()\n"),
    "SMC114": "import torch\n" + _with("    return 2\n", "    return torch.load(model_dir + '/model.pth').eval()\n"),
    "SMC115": "import pickle\n" + _with("json.loads(body)", "pickle.loads(body)"),
    "SMC116": "import joblib\nimport nltk\n" + _with("    return data\n", "    return nltk.pos_tag(data)\n"),
    "SMC117": "import requests\n" + _with("    return 2\n", "    return requests.get('https://example.org/m').text\n"),
    "SMC118": _with(
        "    return data\n",
        "    try:\n        return data * model\n    except Exception as e:\n        return str(e)\n",
    ),
    "SMC119": WHOLE.replace(OUTPUT, "def output_fn(prediction, accept):\n    return json.dumps(prediction)\n"),
    "SMC120": _with("    return data\n", "    return scale(data)\n"),
    "SMC121": _with("        raise ValueError(content_type)", "        return ValueError(content_type)"),
    "SMC122": "import transformers\n"
    + _with("    return 2\n", "    return transformers.AutoModel.from_pretrained('bert-base-uncased')\n"),
    "SMC123": _with("    return data\n", "    return predict_fn(data, model)\n"),
    "SMC124": "import requests\n" + _with("json.loads(body)", "requests.get(json.loads(body)['url'])"),
    "SMC512": "import transformers\n" + WHOLE,
    "SMC701": WHOLE,
}
"""A script for each code that holds its violation, and may hold those of others."""

Told = set[tuple[str, str, int | None, str]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Told]:
    """Return what each of the two told: name of the sample, code, line and message."""
    root = tmp_path_factory.mktemp("samples")
    places = {code: f"{code}/inference.py" for code in SAMPLES} | {"SMC701": "SMC701/code/serve.py"}
    for code, source in SAMPLES.items():
        write_script(root, source, name=places[code])
    (root / "SMC116" / "requirements.txt").touch()
    # Laid out as an archive, whose script no server finds.
    (root / "SMC701" / "model.joblib").touch()
    named = [code if code == "SMC701" else places[code] for code in SAMPLES]
    checked = _run(root, "-m", "smcontract", "check", "--format", "json", *named)
    words = [word for name in named for word in ("--smcontract", name)]
    own = ",".join(check.code for check in static_checks())
    options = ("--smcontract-report", "report.json", "--smcontract-select", own, "--smcontract-max-examples", "5")
    _run(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *words, *options)
    run = json.loads((root / "report.json").read_text(encoding="utf-8"))
    return _told(json.loads(checked)), _told(run)


def _run(root: Path, *words: str) -> str:
    environment = {**os.environ, "NO_COLOR": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, *words], cwd=root, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def _told(report: dict[str, Any]) -> Told:
    return {
        (found["file"].partition("/")[0], found["code"], found["line"], found["message"])
        for script in report["scripts"]
        for found in script["violations"]
    }


def test_every_static_check_has_a_sample() -> None:
    assert set(SAMPLES) == {check.code for check in static_checks()}


@pytest.mark.parametrize("code", SAMPLES)
def test_both_tell_it(code: str, told: tuple[Told, Told]) -> None:
    checked, run = ({found for found in one if found[0] == code} for one in told)
    assert code in {found[1] for found in checked}
    assert checked == run
