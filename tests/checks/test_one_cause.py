"""One cause is one violation: what two static checks could tell, one of them tells, whichever is selected."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from smcontract.static.configuration import Configuration
from smcontract.static.run import check_paths

MODEL = """\
import json

def model_fn(model_dir):
    return load(model_dir)

def load(path):
    return path
"""

PAIRS = {
    # 102: no model_fn.
    "102 by 103: misspelt": (
        {"SMC103"},
        "def load_fn(model_dir):\n    return 1\n\ndef predict_fn(data, model):\n    return model\n",
    ),
    "102 by 103: misspelt, and cannot be called so": (
        {"SMC103"},
        "def modelfn():\n    return 1\n\ndef predict_fn(data, model):\n    return model\n",
    ),
    "103 by 102: a general name": (
        {"SMC102"},
        "def load_model(model_dir):\n    return 1\n\ndef predict_fn(data, model):\n    return model\n",
    ),
    "102 by 107: under the guard": (
        {"SMC107"},
        "if __name__ == '__main__':\n    def model_fn(model_dir):\n        return 1\n\n"
        "def predict_fn(data, model):\n    return model\n",
    ),
    "103 by 107: under the guard, with another name beside": (
        {"SMC107"},
        "def load_fn(model_dir):\n    return 1\n\nif __name__ == '__main__':\n    def model_fn(model_dir):\n"
        "        return 1\n\ndef predict_fn(data, model):\n    return model\n",
    ),
    "120 by 107: a handler that serving skips is called": (
        {"SMC107"},
        MODEL + "if __name__ == '__main__':\n    def input_fn(data, content_type):\n        return json.loads(data)\n\n"
        "def predict_fn(data, model):\n    return input_fn(data, 'application/json')\n",
    ),
    # 121: an exception that is built and dropped.
    "109 by 121: falls through": (
        {"SMC121"},
        MODEL + "def input_fn(data, content_type):\n    if content_type == 'text/csv':\n        return data\n"
        "    else:\n        ValueError(content_type)\n",
    ),
    "109 by 121: in a helper": (
        {"SMC121"},
        MODEL + "def refuse(content_type):\n    ValueError(content_type)\n\ndef input_fn(data, content_type):\n"
        "    if content_type == 'text/csv':\n        return data\n    refuse(content_type)\n",
    ),
    "109 by 121: nothing else": (
        {"SMC121"},
        MODEL + "def transform_fn(model, data, content_type, accept):\n    NotImplementedError('not yet')\n",
    ),
    "109 beside 121: another way": (
        {"SMC109", "SMC121"},
        MODEL + "def input_fn(data, content_type):\n    if content_type == 'text/csv':\n        return data\n"
        "    elif content_type == 'application/json':\n        json.loads(data)\n    else:\n"
        "        ValueError(content_type)\n",
    ),
    "111 by 121: unbound behind it": (
        {"SMC121"},
        MODEL + "def input_fn(data, content_type):\n    if content_type == 'text/csv':\n        rows = data\n"
        "    else:\n        ValueError(content_type)\n    return rows\n",
    ),
    "118 by 121: None behind it": (
        {"SMC121"},
        MODEL + "def predict_fn(data, model):\n    try:\n        return model(data)\n"
        "    except Exception:\n        RuntimeError('cannot predict')\n        return 'error'\n",
    ),
    "118 by 121: returned in an except": (
        {"SMC121"},
        MODEL + "def predict_fn(data, model):\n    try:\n        return model(data)\n"
        "    except Exception as error:\n        return ValueError(str(error))\n",
    ),
    "121 by 110: behind a return": (
        {"SMC110"},
        MODEL + "def predict_fn(data, model):\n    if data is None:\n        return model\n        ValueError('none')\n"
        "    return model(data)\n",
    ),
    # 109 and its neighbours.
    "110 by 109: a return under the raise": (
        {"SMC109"},
        MODEL + "def input_fn(data, content_type):\n    if content_type == 'text/csv':\n        rows = data\n"
        "    else:\n        raise ValueError(content_type)\n        return rows\n",
    ),
    "109 by 110: always raises": (
        {"SMC110"},
        MODEL + "def predict_fn(data, model):\n    raise NotImplementedError\n    return model(data)\n",
    ),
    "119 by 110: always raises": (
        {"SMC110"},
        MODEL + "def output_fn(prediction, accept):\n    raise NotImplementedError\n"
        "    return json.dumps(prediction)\n",
    ),
    "118 by 109: None where it fails": (
        {"SMC109"},
        MODEL + "def predict_fn(data, model):\n    try:\n        return model(data)\n"
        "    except Exception:\n        return None\n",
    ),
    "118 alone: a text where it fails": (
        {"SMC118"},
        MODEL + "def predict_fn(data, model):\n    try:\n        return model(data)\n"
        "    except Exception as error:\n        return str(error)\n",
    ),
    "118 by 110: behind a raise": (
        {"SMC110"},
        MODEL + "def predict_fn(data, model):\n    try:\n        return model(data)\n"
        "    except Exception as error:\n        raise\n        print(error)\n        return str(error)\n",
    ),
    # Names.
    "111 and not 120: a local name": (
        {"SMC111"},
        MODEL + "def input_fn(data, content_type):\n    if content_type == 'text/csv':\n        rows = data\n"
        "    return rows\n",
    ),
    "120 and not 111: no such name": ({"SMC120"}, MODEL + "def input_fn(data, content_type):\n    return rows\n"),
    "118 beside 120: an accident that is served": (
        {"SMC118", "SMC120"},
        MODEL + "def predict_fn(data, model):\n    try:\n        return model(np.array(data))\n"
        "    except Exception as error:\n        return str(error)\n",
    ),
    "108 by 120: os is not imported": ({"SMC120"}, "epochs = os.environ['SM_HP_EPOCHS']\n" + MODEL),
    "108 alone: the variable": ({"SMC108"}, "import os\nepochs = os.environ['SM_HP_EPOCHS']\n" + MODEL),
    "120 by 108: bound where serving exits before": (
        {"SMC108"},
        "import sys\nsys.exit(0)\n" + MODEL,
    ),
    # The network.
    "117 by 108: a model at import": (
        {"SMC108"},
        "from transformers import AutoModel\nMODEL = AutoModel.from_pretrained('bert-base-uncased')\n\n"
        "def model_fn(model_dir):\n    return MODEL\n",
    ),
    "117 by 108: packages at import": (
        {"SMC108"},
        "import os\nos.system('pip install emoji')\n" + MODEL,
    ),
    "117 by 122: the hub's model and tokenizer": (
        {"SMC122"},
        "from transformers import AutoModel, AutoTokenizer\n\ndef model_fn(model_dir):\n"
        "    tokenizer = AutoTokenizer.from_pretrained('distilbert-base-uncased')\n"
        "    return tokenizer, AutoModel.from_pretrained('bert-base-uncased')\n",
    ),
    "117 alone: only the tokenizer is the hub's": (
        {"SMC117"},
        "from transformers import AutoModel, AutoTokenizer\n\ndef model_fn(model_dir):\n"
        "    tokenizer = AutoTokenizer.from_pretrained('distilbert-base-uncased')\n"
        "    return tokenizer, AutoModel.from_pretrained(model_dir)\n",
    ),
    "117 alone: under a test at import": (
        {"SMC117"},
        "import os, sys\nif sys.version_info.micro:\n    os.system('pip install emoji')\n" + MODEL,
    ),
    "113 and not 122: a fixed path": (
        {"SMC113"},
        "import joblib\n\ndef model_fn(model_dir):\n    return joblib.load('/opt/ml/model/model.joblib')\n",
    ),
    # Parameters.
    "104 and not 112: too few": ({"SMC104"}, MODEL + "def predict_fn(model):\n    return model.predict([1])\n"),
    "105 and not 104: *args": ({"SMC105"}, MODEL + "def predict_fn(*args):\n    return args[1](args[0])\n"),
    "112 and not 104: swapped": ({"SMC112"}, MODEL + "def predict_fn(model, data):\n    return model.predict(data)\n"),
    "123 and not 120: calls itself": (
        {"SMC123"},
        MODEL + "def output_fn(prediction, accept):\n    return output_fn(str(prediction), accept)\n",
    ),
}

UNDER_FLASK = {
    "112 and 104: the context first": (
        {"SMC104"},
        "def model_fn(context, model_dir):\n    return load(model_dir)\n\ndef load(path):\n    return path\n",
    ),
    "102 by 103 under Flask": (
        {"SMC103"},
        "def load_fn(model_dir):\n    return 1\n\ndef predict_fn(data, model):\n    return model\n",
    ),
}

IGNORED = {
    "the near miss": (
        {"SMC102"},
        "def load_fn(model_dir):  # smcontract: ignore[SMC103]\n    return 1\n\n"
        "def predict_fn(data, model):\n    return model\n",
    ),
    "the dropped exception": (
        {"SMC109"},
        MODEL + "def input_fn(data, content_type):\n    if content_type == 'text/csv':\n        return data\n"
        "    else:\n        ValueError(content_type)  # smcontract: ignore[SMC121]\n",
    ),
    "the work at import": (
        {"SMC117"},
        "import os\nos.system('pip install emoji')  # smcontract: ignore[SMC108]\n" + MODEL,
    ),
    "the fixed place": (
        {"SMC117"},
        "from transformers import AutoModel\n\ndef model_fn(model_dir):\n"
        "    return AutoModel.from_pretrained('bert-base-uncased')  # smcontract: ignore[SMC122]\n",
    ),
}
"""What the user says is meant explains nothing."""


def told(directory: Path, text: str, *, stack: str = "inference", select: str | None = None) -> set[str]:
    script = directory / "inference.py"
    script.write_text(textwrap.dedent(text), encoding="utf-8")
    flags: dict[str, object] = {"stack": [stack]}
    if select is not None:
        flags["select"] = [select]
    (checked,) = check_paths([str(script)], Configuration(flags))
    return {violation.code for violation in checked.violations}


@pytest.mark.parametrize("case", PAIRS)
def test_one_of_two_tells_it(case: str, tmp_path: Path) -> None:
    codes, text = PAIRS[case]

    assert told(tmp_path, text) == codes


@pytest.mark.parametrize("case", PAIRS)
def test_whichever_is_selected(case: str, tmp_path: Path) -> None:
    codes, text = PAIRS[case]
    named = {f"SMC{word}" for word in case.replace(":", "").split() if word.isdigit()}

    for code in named | codes:
        assert told(tmp_path, text, select=code) == codes & {code}


@pytest.mark.parametrize("case", UNDER_FLASK)
def test_under_flask(case: str, tmp_path: Path) -> None:
    codes, text = UNDER_FLASK[case]

    assert told(tmp_path, text, stack="sklearn") == codes


@pytest.mark.parametrize("case", IGNORED)
def test_what_is_ignored_explains_nothing(case: str, tmp_path: Path) -> None:
    codes, text = IGNORED[case]

    assert told(tmp_path, text) == codes
