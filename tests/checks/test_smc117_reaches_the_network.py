"""SMC117 reaches-the-network."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc117_reaches_the_network import reaches_the_network
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

IMPORTS = "import os, sys, subprocess, requests, nltk, boto3, torch, torchvision\n"
HUB = """\
from transformers import AutoModel, AutoTokenizer

def model_fn(model_dir):
    tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")
    AutoModel.from_pretrained("bert-base-uncased").load_state_dict(torch.load(model_dir + "/model.pt"))
"""


def test_a_model_of_a_hub(find: Find) -> None:
    (violation,) = find(reaches_the_network, HUB)

    assert violation.message == "model_fn reaches the network: the model 'bert-base-uncased' of a hub"
    assert (violation.line, violation.column) == (4, 17)
    assert violation.function == "model_fn"
    assert violation.severity is Severity.WARNING
    assert "network isolation" in violation.on_sagemaker.message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        pytest.param("N = 'org/net'\ndef model_fn(d):\n    return T.from_pretrained(N), d", 4, "org/net", id="named"),
        pytest.param("def model_fn(d):\n    n = 'org/net'\n    return T.from_pretrained(n)", 4, "org/net", id="local"),
        pytest.param("def input_fn(b, c):\n    return T.from_pretrained('gpt2')(b)", 3, "gpt2", id="per-request"),
        pytest.param(
            "from transformers import pipeline\ndef model_fn(d):\n    return pipeline('ner', model='org/net'), d",
            4,
            "org/net",
            id="pipeline",
        ),
        pytest.param("if A: subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'x'])", 2, "pip", id="pip"),
        pytest.param("def model_fn(d):\n    os.system('pip install -q x')", 3, "pip", id="pip-in-a-shell"),
        pytest.param("for p in 'ab':\n    nltk.download(p)", 3, "nltk.download", id="nltk"),
        pytest.param(
            "def model_fn(d):\n    return requests.get('https://x.org/m').content", 3, "requests.get", id="get"
        ),
        pytest.param(
            "def fetch():\n    boto3.client('s3').download_file('b', 'k', 'f')\ndef model_fn(d):\n    fetch()",
            3,
            "S3 (download_file)",
            id="s3",
        ),
        pytest.param("def model_fn(d):\n    return torch.hub.load('org/net', 'n')", 3, "org/net", id="torch-hub"),
        pytest.param(
            "def model_fn(d):\n    return torchvision.models.resnet18(pretrained=True)", 3, "resnet18", id="weights"
        ),
        pytest.param(
            "def model_fn(d):\n    try:\n        return d, T.from_pretrained('gpt2')\n"
            "    except OSError:\n        raise",
            4,
            "gpt2",
            id="raised-again",
        ),
    ],
)
def test_violations(find: Find, text: str, line: int, words: str) -> None:
    (violation,) = find(reaches_the_network, IMPORTS + text)

    assert violation.line == line
    assert words in violation.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def model_fn(d):\n    return T.from_pretrained(d)", id="given"),
        pytest.param("def model_fn(d):\n    return T.from_pretrained('model/bert')", id="folder"),
        pytest.param("def model_fn(d):\n    return T.from_pretrained('./org/net')", id="relative"),
        pytest.param(
            "def model_fn(d):\n    return T.from_pretrained('org/net', local_files_only=True)", id="local-only"
        ),
        pytest.param(
            "os.environ['HF_HUB_OFFLINE'] = '1'\ndef model_fn(d):\n    return T.from_pretrained('a/b')", id="offline"
        ),
        pytest.param(
            "def model_fn(d):\n    return T.from_pretrained(os.environ.get('M', 'org/net'))", id="environment"
        ),
        pytest.param(
            "def model_fn(d):\n    try:\n        return T.from_pretrained(d)\n"
            "    except OSError:\n        return T.from_pretrained('org/net')",
            id="second-way",
        ),
        pytest.param(
            "def model_fn(d):\n    if os.path.exists(d + '/x'):\n        return load(d)\n    else:\n"
            "        return T.from_pretrained('org/net')",
            id="asks-for-a-file",
        ),
        pytest.param("def train():\n    T.from_pretrained('org/net')\ndef model_fn(d): ...", id="training"),
        pytest.param("if __name__ == '__main__':\n    nltk.download('punkt')", id="main"),
        pytest.param("def input_fn(b, c):\n    return requests.get(b).content", id="while-serving"),
        pytest.param("def model_fn(d):\n    return requests.get('http://localhost:8080/m')", id="localhost"),
        pytest.param("def model_fn(d):\n    os.system('ls -l')", id="another-command"),
        pytest.param("def model_fn(d):\n    os.system('pip install --no-index x.whl')", id="wheels"),
        pytest.param("def model_fn(d):\n    return torchvision.models.resnet18(pretrained=False)", id="no-weights"),
        pytest.param("def model_fn(d):\n    return torch.hub.load(d, 'n', source='local')", id="local-hub"),
        pytest.param("def requests(x): ...\ndef model_fn(d):\n    return requests.get('x')", id="another-requests"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(reaches_the_network, IMPORTS + text) == []


def test_a_folder_beside_the_script_is_no_hub(find: Find) -> None:
    text = "def model_fn(d):\n    return T.from_pretrained('inference.py/net')"

    assert find(reaches_the_network, text) == []


HELPED = """\
import boto3, os

def fetch(key):
    return boto3.client("s3").get_object(Bucket="b", Key=key)

def threshold():
    if "KEY" in os.environ:
        return fetch(os.environ["KEY"])
    return 0.5

THRESHOLD = threshold()
{}
def model_fn(model_dir):
    return None
"""


def test_a_helper_whose_every_call_is_a_second_way(find: Find) -> None:
    assert find(reaches_the_network, HELPED.format("")) == []


@pytest.mark.parametrize(
    "also",
    [pytest.param('LATER = fetch("weights")', id="called-elsewhere"), pytest.param("run(fetch)", id="handed-on")],
)
def test_a_helper_that_is_called_in_another_way_too(find: Find, also: str) -> None:
    (violation,) = find(reaches_the_network, HELPED.format(also))

    assert violation.line == 4


def test_a_handler_that_the_main_guard_calls_is_called_by_the_server_too(find: Find) -> None:
    text = (
        "import os\nfrom transformers import AutoModel\ndef model_fn(d):\n"
        "    return AutoModel.from_pretrained('bert-base-uncased'), d\n"
        "if 'TRY' in os.environ:\n    model_fn('.')"
    )
    (violation,) = find(reaches_the_network, text)

    assert violation.function in ("model_fn", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "import whisper\ndef model_fn(d):\n    return whisper.load_model('large-v2')",
            "the model 'large-v2' of a hub",
        ),
        (
            "import gluoncv as gcv\ndef model_fn(d):\n    return gcv.model_zoo.get_model('yolo3', pretrained=True)",
            "the weights of gluoncv.model_zoo.get_model",
        ),
    ],
)
def test_a_model_of_a_zoo(find: Find, text: str, words: str) -> None:
    (violation,) = find(reaches_the_network, text)

    assert violation.message == f"model_fn reaches the network: {words}"


@pytest.mark.parametrize(
    "text",
    [
        "import whisper\ndef model_fn(d):\n    return whisper.load_model(d + '/small.pt')",
        "import whisper\ndef model_fn(d):\n    return whisper.load_model('model/small.pt')",
        "import gluoncv as gcv\ndef model_fn(d):\n    return gcv.model_zoo.get_model('yolo3', pretrained=False)",
    ],
)
def test_a_model_of_a_zoo_that_is_there(find: Find, text: str) -> None:
    assert find(reaches_the_network, text) == []
