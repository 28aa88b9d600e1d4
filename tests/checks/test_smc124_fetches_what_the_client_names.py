"""SMC124 fetches-what-the-client-names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smcontract.checks.smc124_fetches_what_the_client_names import fetches_what_the_client_names
from smcontract.violations import Severity, Violation

Find = Callable[..., list[Violation]]

IMPORTS = (
    "import boto3, io, json, os, requests\nimport pandas as pd\n"
    "from PIL import Image\nfrom urllib.parse import urlparse\n"
)


def test_a_url_of_the_request(find: Find) -> None:
    (violation,) = find(
        fetches_what_the_client_names,
        "import json, requests\ndef input_fn(body, kind):\n    url = json.loads(body)['url']\n"
        "    return requests.get(url)",
    )

    assert violation.message == "input_fn opens a URL that the request names"
    assert (violation.line, violation.column) == (4, 12)
    assert violation.function == "input_fn"
    assert violation.severity is Severity.WARNING
    assert violation.got == "requests.get(url)"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("def input_fn(b, c):\n    return open(json.loads(b)['path']).read()", "a file", id="file"),
        pytest.param(
            "def input_fn(b, c):\n    return open(f\"/data/{json.loads(b)['n']}\")", "a file", id="below-a-folder"
        ),
        pytest.param("def input_fn(b, c):\n    return Image.open(json.loads(b).get('image'))", "a file", id="image"),
        pytest.param("def input_fn(b, c):\n    return pd.read_csv(json.loads(b)['csv'])", "a file", id="table"),
        pytest.param(
            "def input_fn(b, c):\n    u = urlparse(json.loads(b)['s3'])\n"
            "    return boto3.client('s3').get_object(Bucket=u.netloc, Key=u.path)",
            "a bucket",
            id="bucket",
        ),
        pytest.param(
            "def input_fn(b, c):\n"
            "    return json.loads(b)\ndef predict_fn(data, m):\n    return requests.get(data['url'])",
            "a URL",
            id="in-predict-fn",
        ),
        pytest.param(
            "def fetch(u):\n"
            "    return requests.get(url=u)\ndef transform_fn(m, b, c, a):\n    return fetch(b.decode())",
            "a URL",
            id="helper",
        ),
        pytest.param(
            "def input_fn(b, c):\n    url = b.decode()\n    if url.startswith('http'):\n"
            "        return requests.get(url)",
            "a URL",
            id="any-host",
        ),
        pytest.param(
            "def input_fn(b, c):\n    d = json.loads(b)\n    if 'url' in d and d['url'] is not None:\n"
            "        return requests.get(d['url'])",
            "a URL",
            id="only-whether-there-is-one",
        ),
    ],
)
def test_violations(find: Find, text: str, what: str) -> None:
    (violation,) = find(fetches_what_the_client_names, IMPORTS + text)

    assert f"opens {what} that the request names" in violation.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def input_fn(b, c):\n    return Image.open(io.BytesIO(b))", id="the-data-itself"),
        pytest.param("def input_fn(b, c):\n    return pd.read_csv(io.StringIO(b))", id="text-itself"),
        pytest.param("def input_fn(b, c):\n    return requests.post(URL, json=json.loads(b))", id="sent-on"),
        pytest.param("def input_fn(b, c):\n    return requests.get(f'https://x.org/{b.decode()}')", id="fixed-host"),
        pytest.param("def input_fn(b, c):\n    return requests.get('https://x.org/' + b)", id="fixed-host-joined"),
        pytest.param(
            "def input_fn(b, c):\n    return boto3.client('s3').get_object(Bucket='mine', Key=b)", id="fixed-bucket"
        ),
        pytest.param("def input_fn(b, c):\n    return open(PATHS[json.loads(b)['n']])", id="from-a-table"),
        pytest.param("def input_fn(b, c):\n    return open(os.path.basename(b))", id="last-part"),
        pytest.param(
            "def input_fn(b, c):\n    u = b.decode()\n    if u not in ALLOWED:\n        raise ValueError(u)\n"
            "    return requests.get(u)",
            id="on-a-list",
        ),
        pytest.param(
            "def input_fn(b, c):\n    u = b.decode()\n    check_url(u)\n    return requests.get(u)", id="checked"
        ),
        pytest.param(
            "def input_fn(b, c):\n    u = b.decode()\n    assert u.startswith('https://mine.org/')\n"
            "    return requests.get(u)",
            id="own-host",
        ),
        pytest.param("def input_fn(b, c):\n    with open('/tmp/x', 'wb') as f:\n        f.write(b)", id="written-to"),
        pytest.param("def model_fn(d):\n    return open(d + '/x')", id="the-model"),
        pytest.param(
            "def input_fn(b, c):\n    return decode(b)\ndef predict_fn(d, m):\n    return open(d)",
            id="through-the-unknown",
        ),
        pytest.param("def input_fn(b, c):\n    return requests.get(resolve(b))", id="resolved"),
    ],
)
def test_silence(find: Find, text: str) -> None:
    assert find(fetches_what_the_client_names, IMPORTS + text) == []


BODY = "from PIL import Image\nimport io\ndef input_fn(body, kind):\n"


@pytest.mark.parametrize(
    ("text", "stack"),
    [
        pytest.param(BODY + "    return Image.open(body)", "pytorch", id="a-bytearray-is-no-path"),
        pytest.param(
            BODY
            + "    if isinstance(body, bytes):\n        return Image.open(io.BytesIO(body))\n    return open(body)",
            "sklearn",
            id="asked-for-its-type",
        ),
    ],
)
def test_a_whole_body_that_is_no_path(find: Find, text: str, stack: str) -> None:
    assert find(fetches_what_the_client_names, text, stack=stack) == []


@pytest.mark.parametrize(
    ("text", "stack"),
    [
        pytest.param(BODY + "    return Image.open(body)", "sklearn", id="bytes-are-a-path"),
        pytest.param(BODY + "    return open(body)", "pytorch", id="json-and-csv-come-as-text"),
    ],
)
def test_a_whole_body_that_may_be_a_path(find: Find, text: str, stack: str) -> None:
    (violation,) = find(fetches_what_the_client_names, text, stack=stack)

    assert violation.message == "input_fn opens a file that the request names"
