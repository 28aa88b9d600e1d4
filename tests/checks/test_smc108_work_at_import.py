"""SMC108 work-at-import."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc108_work_at_import import work_at_import
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

PARSER = "import argparse, os, sys\nparser = argparse.ArgumentParser()\n"
SERVE = "\ndef model_fn(model_dir):\n    return 1\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        pytest.param(PARSER + "args = parser.parse_args()", 3, 8, "parse_args() at import", id="parse-args"),
        pytest.param(PARSER + "args = parser.parse_args(sys.argv[1:])", 3, 8, "parse_args()", id="its-own-default"),
        pytest.param(PARSER + "try:\n    parser.parse_args()\nexcept Exception: pass", 4, 5, "exits", id="exception"),
        pytest.param(
            "import argparse\ndef parse():\n    p = argparse.ArgumentParser()\n    return p.parse_args()\nA = parse()",
            4,
            12,
            "(called on line 5)",
            id="in-a-function",
        ),
        pytest.param(
            "from transformers import HfArgumentParser\na, = HfArgumentParser(A).parse_args_into_dataclasses()",
            2,
            6,
            "parse_args()",
            id="dataclasses",
        ),
        pytest.param(
            "import os\nD = os.environ['SM_MODEL_DIR']", 2, 5, "SM_MODEL_DIR is read at import", id="variable"
        ),
        pytest.param("from os import environ as e\nD = e['SM_HOSTS']", 2, 5, "SM_HOSTS is read", id="from-os"),
        pytest.param(
            "import os\nclass C:\n    d = os.environ['SM_CHANNEL_TRAIN']", 3, 9, "SM_CHANNEL_TRAIN", id="class-body"
        ),
        pytest.param("import os\ndef f(d=os.environ['SM_HPS']): pass", 2, 9, "SM_HPS is read", id="default-value"),
        pytest.param(
            "import os\nA = os.environ['SM_A']\nB = os.environ['SM_B']", 2, 5, "SM_A and SM_B are read", id="two"
        ),
        pytest.param("import sys\nmain = 1\nsys.exit(main)", 3, 1, "ends the server's worker", id="exit"),
        pytest.param("raise SystemExit(0)", 1, 1, "ends the server's worker", id="raise"),
        pytest.param("def main():\n    exit()\nif True:\n    main()", 2, 5, "(called on line 4)", id="main-calls-exit"),
        pytest.param(
            "import pandas as pd\nd = pd.read_csv('/opt/ml/input/data/train/x.csv')",
            2,
            5,
            "/opt/ml/input",
            id="channel",
        ),
        pytest.param(
            "import os, json\nROOT = '/opt/ml/input/config'\n"
            "with open(os.path.join(ROOT, 'hyperparameters.json')) as f:\n    H = json.load(f)",
            3,
            6,
            "is opened at import",
            id="channel-by-name",
        ),
        pytest.param(
            "import os\nfor f in os.listdir(os.environ.get('SM_CHANNEL_TRAIN', '/opt/ml/input/data/train')): print(f)",
            2,
            10,
            "is opened at import",
            id="channel-by-default",
        ),
    ],
)
def test_errors(find: Find, text: str, line: int, column: int, message: str) -> None:
    (violation,) = find(work_at_import, text + SERVE)

    assert (violation.line, violation.column) == (line, column)
    assert message in violation.message
    assert violation.severity is Severity.ERROR
    assert violation.function is None
    assert violation.on_sagemaker.status == 500


def test_under_flask_the_endpoint_never_starts(find: Find) -> None:
    (violation,) = find(work_at_import, PARSER + "parser.parse_args()", stack="sklearn")

    assert violation.on_sagemaker.status is None
    assert "never goes InService" in violation.on_sagemaker.message


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param("import torch\nmodel = torch.load('m.pt')", 2, "torch.load() loads", id="torch"),
        pytest.param("import transformers as t\nx = t.AutoModel.from_pretrained('d')", 2, "loads", id="pretrained"),
        pytest.param("clf = make()\nclf.fit(X, y)", 2, "clf.fit() trains", id="fit"),
        pytest.param("import xgboost as xgb\nb = xgb.train({}, d)", 2, "xgb.train() trains", id="xgboost"),
        pytest.param("import urllib.request\nurllib.request.urlretrieve(u, 'f')", 2, "downloads", id="download"),
        pytest.param("import os\nos.system('pip install x')", 2, "os.system() downloads", id="pip"),
        pytest.param(
            "import joblib\ndef load():\n    return joblib.load('m')\nM = load()", 3, "(called on line 4)", id="helper"
        ),
        pytest.param("import nltk\ntry:\n    nltk.download('p')\nexcept Exception: pass", 3, "downloads", id="try"),
    ],
)
def test_warnings(find: Find, text: str, line: int, message: str) -> None:
    (violation,) = find(work_at_import, text + SERVE)

    assert violation.line == line
    assert message in violation.message
    assert violation.severity is Severity.WARNING


def test_one_violation_of_a_kind(find: Find) -> None:
    text = PARSER + "import joblib\na = os.environ['SM_A']\nb = os.environ['SM_B']\nm = joblib.load('m')\n"

    found = find(work_at_import, text + "parser.parse_args()")

    assert [v.line for v in found] == [4, 6, 7]
    assert found[0].got == "os.environ['SM_A'], and more on lines 5"
    assert len({v.key for v in found}) == 3


def test_nothing_follows_an_exit(find: Find) -> None:
    (violation,) = find(work_at_import, "import sys, os\nsys.exit()\nA = os.environ['SM_A']")

    assert violation.line == 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("import json\nNAMES = json.loads('[]')", id="plain-work"),
        pytest.param(PARSER + "if __name__ == '__main__':\n    parser.parse_args()", id="main-guard"),
        pytest.param(PARSER + "if __name__ == '__main__' and True:\n    os.environ['SM_X']", id="guard-and"),
        pytest.param(
            PARSER + "def main():\n    parser.parse_args()\n    os.environ['SM_X']\n    sys.exit()", id="main"
        ),
        pytest.param(
            PARSER + "def main():\n    parser.parse_args()\nif __name__ == '__main__':\n    main()",
            id="called-in-guard",
        ),
        pytest.param(PARSER + "args, _ = parser.parse_known_args()", id="known-args"),
        pytest.param(PARSER + "args = parser.parse_args([])", id="empty-list"),
        pytest.param(PARSER + "args = parser.parse_args(args=ARGS)", id="a-list"),
        pytest.param(PARSER + "sys.argv = ['x']\nargs = parser.parse_args()", id="own-argv"),
        pytest.param(PARSER + "try:\n    parser.parse_args()\nexcept SystemExit:\n    pass", id="exit-caught"),
        pytest.param(PARSER + "try:\n    parser.parse_args()\nexcept:\n    pass", id="all-caught"),
        pytest.param("from mine import options\nargs = options.parse_args()", id="not-argparse"),
        pytest.param("import os\nD = os.environ.get('SM_MODEL_DIR')", id="get"),
        pytest.param("import os\nD = os.environ['MY_DIR']", id="own-variable"),
        pytest.param("import os\nos.environ['SM_X'] = '1'\nD = os.environ['SM_X']", id="set-by-the-script"),
        pytest.param("import os\nos.environ.setdefault('SM_X', '1')\nD = os.environ['SM_X']", id="setdefault"),
        pytest.param("import os\nD = os.environ['SM_X'] if 'SM_X' in os.environ else ''", id="asked-before"),
        pytest.param("import os\nif 'SM_X' in os.environ:\n    D = os.environ['SM_X']", id="asked-before-if"),
        pytest.param("import os\nD = os.environ.get('D') or os.environ['SM_X']", id="or"),
        pytest.param("import os\ntry:\n    D = os.environ['SM_X']\nexcept KeyError:\n    D = ''", id="caught"),
        pytest.param("import os\nf = lambda: os.environ['SM_X']", id="lambda"),
        pytest.param("import os\ndef model_fn(d):\n    return os.environ['SM_X']", id="in-a-handler"),
        pytest.param("import os\nenviron = {}\nD = environ['SM_X']", id="own-mapping"),
        pytest.param("import sys\nif not ok:\n    sys.exit(1)", id="exit-under-a-test"),
        pytest.param("def exit(): pass\nexit()", id="own-exit"),
        pytest.param(
            "import sys\ndef main():\n    if ready: return\n    sys.exit()\nmain()", id="exit-after-a-way-out"
        ),
        pytest.param("import os\nX = os.path.exists('/opt/ml/input/data')", id="only-asks"),
        pytest.param("TRAIN = '/opt/ml/input/data/train'", id="only-names"),
        pytest.param("open('/opt/ml/input/x', 'w')", id="writes"),
        pytest.param("try:\n    open('/opt/ml/input/x')\nexcept OSError:\n    pass", id="missing-is-caught"),
        pytest.param("with open('labels.txt') as f:\n    L = f.read()", id="other-file"),
        pytest.param("import joblib\ndef model_fn(d):\n    return joblib.load(d)", id="in-model-fn"),
        pytest.param("M = None\ndef get():\n    global M\n    M = M or load()", id="lazily"),
        pytest.param("import torch\nif torch.cuda.is_available():\n    M = torch.load('m')", id="load-under-a-test"),
        pytest.param("model.fit()", id="fit-without-data"),
        pytest.param("def broken(", id="does-not-parse"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(work_at_import, text) == []


def test_a_variable_that_the_user_gives(find: Find) -> None:
    text = "import os\nD = os.environ['SM_NUM_GPUS']"

    assert find(work_at_import, text, env={"SM_NUM_GPUS": "1"}) == []
    assert len(find(work_at_import, text)) == 1
