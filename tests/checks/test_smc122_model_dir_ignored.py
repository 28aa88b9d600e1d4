"""SMC122 model-dir-ignored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc122_model_dir_ignored import model_dir_ignored
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

LOAD = "def model_fn(model_dir):\n"


def test_a_name_of_the_hub(find: Find) -> None:
    (violation,) = find(model_dir_ignored, LOAD + "    return AutoModel.from_pretrained('bert-base-uncased')")

    assert violation.message == "model_fn never reads model_dir, and loads from 'bert-base-uncased'"
    assert (violation.line, violation.column) == (2, 12)
    assert violation.function == "model_fn"
    assert violation.severity is Severity.WARNING
    assert violation.fix == "load from model_dir"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param(LOAD + "    return pipeline('fill-mask', model='org/name')", "org/name", id="pipeline"),
        pytest.param(LOAD + "    return joblib.load('/home/me/model.joblib')", "/home/me/model.joblib", id="path"),
        pytest.param("M = 'org/name'\n" + LOAD + "    return T5.from_pretrained(M)", "org/name", id="constant"),
        pytest.param(LOAD + "    return load('s3://bucket/model.bin')", "s3://bucket/model.bin", id="bucket"),
        pytest.param(
            LOAD + "    m = SentenceTransformer('all-MiniLM-L6-v2')\n    return m", "all-MiniLM-L6-v2", id="st"
        ),
    ],
)
def test_violations(find: Find, text: str, place: str) -> None:
    (violation,) = find(model_dir_ignored, text)

    assert place in violation.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LOAD + "    return AutoModel.from_pretrained(model_dir)", id="used"),
        pytest.param(LOAD + "    print(model_dir)\n    return AutoModel.from_pretrained('bert')", id="read"),
        pytest.param(LOAD + "    return None", id="none-on-purpose"),
        pytest.param(LOAD + "    return {'greeting': 'hello'}", id="no-model"),
        pytest.param(LOAD + "    return MODEL", id="held-by-the-module"),
        pytest.param(LOAD + "    return build()", id="helper"),
        pytest.param(LOAD + "    return torch.load('model.pth')", id="working-directory"),
        pytest.param(LOAD + "    return T.from_pretrained('model/bert')", id="folder-of-the-working-directory"),
        pytest.param(LOAD + "    return torch.load('/opt/ml/model/model.pth')", id="smc113"),
        pytest.param(LOAD + "    return torch.load(os.environ['MODEL'])", id="environment"),
        pytest.param(LOAD + "    return pipeline('fill-mask')", id="a-task"),
        pytest.param(LOAD + "    return json.loads('{}')", id="loads"),
        pytest.param(LOAD + "    return Asr.from_pretrained('aed', 'weights')", id="another-library"),
        pytest.param("def model_fn(*given):\n    return T.from_pretrained('bert')", id="varargs"),
        pytest.param("def model_fn():\n    return T.from_pretrained('bert')", id="no-parameter"),
        pytest.param("def load_fn(model_dir):\n    return T.from_pretrained('bert')", id="no-handler"),
        pytest.param("def broken(", id="does-not-parse"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(model_dir_ignored, text) == []
