"""SMC115 unsafe-or-changing-load."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc115_unsafe_or_changing_load import unsafe_or_changing_load
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

IMPORTS = "import base64, io, json, pickle, joblib, torch, yaml\nimport numpy as np\n"
WHOLE = """\
import torch
def model_fn(model_dir):
    model = torch.load(model_dir + "/model.pt", map_location="cpu")
    model.eval()
    return model
"""


def test_a_body_that_is_unpickled(find: Find) -> None:
    (violation,) = find(
        unsafe_or_changing_load, "import pickle\ndef input_fn(body, kind):\n    return pickle.loads(body)"
    )

    assert violation.message == (
        "input_fn hands the request's body to pickle.loads, which runs whatever code the client put there"
    )
    assert (violation.line, violation.column) == (3, 12)
    assert violation.severity is Severity.ERROR
    assert violation.function == "input_fn"
    assert violation.on_sagemaker.status == 200


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("pickle.load(io.BytesIO(body))", id="file"),
        pytest.param("pickle.loads(base64.b64decode(json.loads(body)['model']))", id="in-json"),
        pytest.param("joblib.load(io.BytesIO(body))", id="joblib"),
        pytest.param("np.load(io.BytesIO(body), allow_pickle=True)", id="numpy"),
        pytest.param("torch.load(io.BytesIO(body), weights_only=False)", id="torch"),
        pytest.param("yaml.load(body, Loader=yaml.Loader)", id="yaml"),
        pytest.param("eval(body.decode())", id="eval"),
    ],
)
def test_ways_to_run_what_a_client_sends(find: Find, expression: str) -> None:
    found = find(unsafe_or_changing_load, f"{IMPORTS}def input_fn(body, kind):\n    return {expression}")

    assert [(v.line, v.severity) for v in found] == [(4, Severity.ERROR)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def transform_fn(m, body, kind, accept):\n    return pickle.loads(body)", id="transform-fn"),
        pytest.param(
            "def read(data):\n    return pickle.loads(data)\ndef input_fn(body, kind):\n    return read(body)",
            id="helper",
        ),
        pytest.param(
            "def input_fn(body, kind):\n    return json.loads(body)\n"
            "def predict_fn(data, m):\n    return pickle.loads(data['x'])",
            id="handed-on",
        ),
        pytest.param("def predict_fn(data, m):\n    return pickle.loads(data)", id="by-the-default"),
    ],
)
def test_where_the_body_goes(find: Find, text: str) -> None:
    (violation,) = find(unsafe_or_changing_load, IMPORTS + text)

    assert "pickle.loads" in violation.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def model_fn(d):\n    return pickle.load(open(d + '/m.pkl', 'rb'))", id="the-model"),
        pytest.param("def input_fn(body, kind):\n    return np.load(io.BytesIO(body))", id="npy-without-pickles"),
        pytest.param(
            "def input_fn(body, kind):\n    return np.load(io.BytesIO(body), allow_pickle=False)", id="npy-false"
        ),
        pytest.param(
            "def input_fn(body, kind):\n    return torch.load(io.BytesIO(body), weights_only=True)", id="weights"
        ),
        pytest.param("def input_fn(body, kind):\n    return yaml.load(body, Loader=yaml.SafeLoader)", id="safe-yaml"),
        pytest.param(
            "def input_fn(body, kind):\n    return pickle.load(open(PATHS[json.loads(body)['m']], 'rb'))", id="own-file"
        ),
        pytest.param("def input_fn(body, kind):\n    return pickle.loads(verify(body))", id="through-the-unknown"),
        pytest.param(
            "def input_fn(body, kind):\n    return Data(body)\ndef predict_fn(data, m):\n    return pickle.loads(data)",
            id="not-what-came",
        ),
        pytest.param("def input_fn(body, kind):\n    return json.loads(body)", id="json"),
        pytest.param("def predict_fn(data, m):\n    m.eval()\n    return m(data)", id="a-method-called-eval"),
    ],
)
def test_silence_about_bodies(find: Find, text: str) -> None:
    assert find(unsafe_or_changing_load, IMPORTS + text) == []


def test_a_whole_module(find: Find) -> None:
    (violation,) = find(unsafe_or_changing_load, WHOLE, stack="pytorch")

    assert violation.message == "torch.load of a whole module without weights_only, which torch refuses from 2.6"
    assert (violation.line, violation.column, violation.function) == (3, 13, "model_fn")
    assert violation.severity is Severity.WARNING
    assert violation.on_sagemaker.status == 500


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def model_fn(d):\n    return torch.load(d).eval()", id="chained"),
        pytest.param("def model_fn(d):\n    m = torch.load(d).to(D)\n    m.eval()\n    return m", id="moved"),
        pytest.param(
            "def model_fn(d):\n    return torch.load(d)\ndef predict_fn(x, model):\n    return model(x)", id="called"
        ),
    ],
)
def test_signs_of_a_module(find: Find, text: str) -> None:
    assert len(find(unsafe_or_changing_load, f"import torch\n{text}\n")) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "def model_fn(d):\n    m = Net()\n    m.load_state_dict(torch.load(d))\n    m.eval()\n    return m",
            id="state",
        ),
        pytest.param(
            "def model_fn(d):\n    c = torch.load(d)\n    m.load_state_dict(c['s'])\n    return m", id="checkpoint"
        ),
        pytest.param(
            "def model_fn(d):\n    s = torch.load(d)\n    m.load_state_dict(s)\n    return s", id="state-by-name"
        ),
        pytest.param("def model_fn(d):\n    return torch.load(d)", id="not-known-what"),
        pytest.param("def model_fn(d):\n    return torch.load(d, weights_only=False).eval()", id="said"),
        pytest.param("def model_fn(d):\n    return torch.load(d, pickle_module=dill).eval()", id="pickle-module"),
        pytest.param("def model_fn(d):\n    return torch.load(d, **o).eval()", id="kwargs"),
        pytest.param("def model_fn(d):\n    return torch.jit.load(d).eval()", id="torchscript"),
        pytest.param(
            "torch.serialization.add_safe_globals([N])\ndef model_fn(d):\n    return torch.load(d).eval()", id="safe"
        ),
    ],
)
def test_silence_about_models(find: Find, text: str) -> None:
    assert find(unsafe_or_changing_load, f"import torch\n{text}\n") == []


@pytest.mark.parametrize(
    ("requirement", "count"),
    [("torch==1.13.1", 0), ("torch<2.6", 0), ("torch>=2.0", 1), ("torch==2.7.0", 1), ("numpy", 1)],
)
def test_a_pinned_torch(find: Find, requirement: str, count: int) -> None:
    assert len(find(unsafe_or_changing_load, WHOLE, siblings={"requirements.txt": requirement})) == count


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("from sklearn.externals import joblib\ndef model_fn(d): ...", 1, id="from"),
        pytest.param("import os\nimport sklearn.externals.joblib\ndef model_fn(d): ...", 2, id="import"),
        pytest.param("from sklearn.externals.six import StringIO\ndef model_fn(d): ...", 1, id="six"),
        pytest.param(
            "try:\n    from sklearn.externals import joblib\nexcept ImportError:\n    import joblib", None, id="try"
        ),
        pytest.param("from sklearn.preprocessing import joblib", None, id="another-module"),
        pytest.param("# from sklearn.externals import joblib\nimport joblib", None, id="comment"),
    ],
)
def test_what_scikit_learn_removed(find: Find, text: str, line: int | None) -> None:
    found = find(unsafe_or_changing_load, text, stack="sklearn")

    assert [v.line for v in found] == ([] if line is None else [line])
    assert all("scikit-learn 0.23" in v.message and v.severity is Severity.WARNING for v in found)


def test_an_old_scikit_learn_has_it(find: Find) -> None:
    text = "from sklearn.externals import joblib\ndef model_fn(d): ..."

    assert find(unsafe_or_changing_load, text, siblings={"requirements.txt": "scikit-learn==0.20.3"}) == []


def test_a_buffer_that_each_branch_imports_from_elsewhere(find: Find) -> None:
    text = (
        "import numpy as np, torch\ndef input_fn(body, kind):\n    if kind == 'application/octet-stream':\n"
        "        from six import BytesIO\n        return torch.load(BytesIO(body))\n"
        "    from io import BytesIO\n    return np.load(BytesIO(body), allow_pickle=True)"
    )
    (violation,) = find(unsafe_or_changing_load, text)

    assert (violation.line, violation.got) == (7, "np.load(BytesIO(body), allow_pickle=True)")
