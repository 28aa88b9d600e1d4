"""What is known of a script and of the bodies that it takes, asked of the script itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from serving import ECHO, JSON_HANDLER, is_alive, session_of
from smcontract.endpoints import Ended
from smcontract.payloads._search import LIMIT
from smcontract.probing import TOO_MANY_DEATHS, TOO_MANY_HANGS
from smcontract.session import Inconclusive, Session, accepts, content_types
from smcontract.settings import Payload
from smcontract.stacks import get_stack
from smcontract.violations import Request

CSV_HANDLER = """
    import os

    def model_fn(model_dir):
        return 0

    def input_fn(body, content_type):
        with open({log!r}, "a") as log:
            log.write("request\\n")
        rows = [line.split(",") for line in body.splitlines()]
        {check}
        return rows

    def predict_fn(data, model):
        return [sum(map(float, row)) for row in data]

    def output_fn(prediction, accept):
        return "\\n".join(map(str, prediction)), "text/csv"
"""


def csv_session(directory: Path, check: str, **settings: Any) -> Session:
    """Return the session of a CSV handler that `check` lets refuse rows."""
    settings.setdefault("content_types", ("text/csv",))
    settings.setdefault("timeout", 20.0)
    source = CSV_HANDLER.format(check=check, log=str(directory / "log"))
    return session_of(directory, source, **settings)


def requests(directory: Path) -> int:
    log = directory / "log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def payload(directory: Path, body: bytes, content_type: str | None, accept: str | None = None) -> Payload:
    file = directory / "given.bin"
    file.write_bytes(body)
    return Payload(file=file, content_type=content_type, accept=accept)


@pytest.mark.parametrize("columns", [1, 3, 13])
def test_the_width_is_found_by_trying(columns: int, tmp_path: Path) -> None:
    with csv_session(tmp_path, f"if len(rows[0]) != {columns}: raise ValueError(rows)") as session:
        domain = session.probe("text/csv").domain
    assert domain is not None
    assert (domain.columns, domain.certain) == (columns, False)
    assert requests(tmp_path) <= LIMIT


@pytest.mark.parametrize(
    ("check", "rows"),
    [
        ("if len(rows) != 1: raise ValueError", (1, 1)),
        ("pass", (1, 3)),
        ("if len(rows) < 2: raise ValueError", (2, 3)),
    ],
)
def test_how_many_rows_are_taken(check: str, rows: tuple[int, int], tmp_path: Path) -> None:
    with csv_session(tmp_path, check) as session:
        domain = session.probe("text/csv").domain
    assert domain is not None
    assert (domain.min_rows, domain.max_rows) == rows


@pytest.mark.parametrize(
    ("check", "integers"), [("rows = [list(map(int, row)) for row in rows]", True), ("pass", False)]
)
def test_fractions_are_tried(check: str, integers: bool, tmp_path: Path) -> None:
    with csv_session(tmp_path, check) as session:
        domain = session.probe("text/csv").domain
    assert domain is not None
    assert domain.integers is integers


MODEL = """
    class Model:
        n_features_in_ = {columns}

        def predict(self, data):
            if data.shape[1] != {columns}:
                raise ValueError("wrong width")
            return data.sum(axis=1)

    def model_fn(model_dir):
        return Model()
"""


@pytest.mark.parametrize("content_type", ["text/csv", "application/json", "application/x-npy"])
def test_the_width_is_what_the_model_says(content_type: str, tmp_path: Path) -> None:
    with session_of(tmp_path, MODEL.format(columns=37), stack="sklearn") as session:
        domain = session.probe(content_type).domain
    assert domain is not None
    assert (domain.columns, domain.certain) == (37, True)
    assert "37" in domain.source


def test_a_probe_is_tried_once(tmp_path: Path) -> None:
    with csv_session(tmp_path, "pass") as session:
        first = session.probe("text/csv")
        sent = requests(tmp_path)
        assert session.probe("text/csv") is first
    assert requests(tmp_path) == sent


def test_a_search_is_bounded_and_says_what_would_help(tmp_path: Path) -> None:
    with csv_session(tmp_path, "raise ValueError('not that one')") as session:
        probe = session.probe("text/csv")
    assert probe.domain is None
    assert probe.failed is None
    assert probe.first is not None
    assert "ValueError: not that one" in probe.reason
    assert "--smcontract-payload 'FILE;text/csv'" in probe.reason
    assert 1 < requests(tmp_path) <= LIMIT


@pytest.mark.parametrize("content_type", ["application/x-unheard-of", "image/x-unheard-of"])
def test_a_type_of_which_nothing_can_be_made_up_says_what_to_give(content_type: str, tmp_path: Path) -> None:
    with session_of(tmp_path, ECHO) as session:
        probe = session.probe(content_type)
    assert (probe.domain, probe.failed) == (None, None)
    assert f"--smcontract-payload 'FILE;{content_type}'" in probe.reason


def test_plain_bodies_of_a_type_are_tried(tmp_path: Path) -> None:
    source = """
        def model_fn(model_dir):
            return {"a": 1, "text": 2}

        def input_fn(body, content_type):
            text = body if isinstance(body, str) else bytes(body).decode()
            return text.split(" ")

        def predict_fn(words, model):
            return sum(model.get(word, 0) for word in words)
        """
    with session_of(tmp_path, source, content_types=("text/plain",), isolation="none") as session:
        domain = session.probe("text/plain").domain
    assert domain is not None
    assert (domain.body, domain.varies, domain.certain) == (b"a text", True, False)


def test_an_image_is_made_up_for_a_script_that_opens_one(tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason="needs pillow")
    source = """
        import io
        from PIL import Image

        def model_fn(model_dir):
            return 1

        def input_fn(body, content_type):
            return Image.open(io.BytesIO(body)).convert("RGB")

        def predict_fn(image, model):
            return list(image.size)
        """
    with session_of(tmp_path, source, content_types=("application/octet-stream",), isolation="none") as session:
        domain = session.probe("application/octet-stream").domain
    assert domain is not None
    assert domain.body is not None
    assert domain.body.startswith((b"\x89PNG", b"\xff\xd8"))
    assert domain.varies


KEYED = """
    import json

    def model_fn(model_dir):
        return {"low": 1, "high": 2}

    def input_fn(body, content_type):
        return json.loads(body)

    def predict_fn(data, model):
        return [model["low"] * float(row["age"]) + len(row["name"].lower()) for row in data["people"]]

    def output_fn(prediction, accept):
        return json.dumps(prediction)
"""


def test_a_document_with_the_keys_that_the_script_reads_is_found(tmp_path: Path) -> None:
    with session_of(tmp_path, KEYED, content_types=("application/json",), isolation="none") as session:
        domain = session.probe("application/json").domain
    assert domain is not None
    assert (domain.names, domain.min_rows, domain.max_rows) == (("age", "name"), 1, 3)
    assert "the keys that the script reads (people, age, name)" in domain.source
    assert not domain.certain


def test_a_schema_file_describes_the_bodies(tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    file = tmp_path / "order.schema.json"
    file.write_text(json.dumps(schema))
    given = Payload(file=file, content_type="application/json", accept=None)
    with session_of(tmp_path, ECHO, payloads=(given,)) as session:
        domain = session.probe("application/json").domain
        assert session.given_bodies("application/json") == []
        assert session.names("application/json")
    assert domain is not None
    assert domain.source == "the JSON Schema order.schema.json"
    assert isinstance(json.loads(domain.body or b"")["a"], int)
    assert not domain.certain


@pytest.mark.parametrize(
    "reads",
    [
        "Order.model_validate_json(body).lines",
        "Order(**json.loads(body)).lines",
        "[Line(**line) for line in json.loads(body)['lines']]",
    ],
)
def test_a_pydantic_model_of_the_script_tells_what_it_takes(reads: str, tmp_path: Path) -> None:
    pytest.importorskip("pydantic", reason="needs pydantic")
    source = f"""
        import json
        from typing import List, Literal
        from pydantic import BaseModel, Field

        class Line(BaseModel):
            amount: int = Field(ge=3, le=9)
            unit: Literal["kg", "t"]

        class Order(BaseModel):
            lines: List[Line]

        def model_fn(model_dir):
            return {{"kg": 1, "t": 1000}}

        def input_fn(body, content_type):
            return {reads}

        def predict_fn(lines, model):
            return [model[line.unit] * line.amount for line in lines]

        def output_fn(prediction, accept):
            return json.dumps(prediction)
        """
    with session_of(tmp_path, source, content_types=("application/json",), isolation="none") as session:
        domain = session.probe("application/json").domain
    assert domain is not None
    assert "pydantic model" in domain.source
    (line, *_) = json.loads(domain.body or b"")["lines"]
    assert (3 <= line["amount"] <= 9, line["unit"] in {"kg", "t"}) == (True, True)


def test_a_search_stops_at_the_deaths(tmp_path: Path) -> None:
    with csv_session(tmp_path, "os._exit(3)") as session:
        probe = session.probe("text/csv")
        assert session.endpoint.deaths == TOO_MANY_DEATHS
    assert probe.failed is not None
    assert probe.failed.ended is Ended.DIED


def test_a_search_stops_at_the_hangs(tmp_path: Path) -> None:
    with csv_session(tmp_path, "while True: pass", timeout=0.2) as session:
        probe = session.probe("text/csv")
        assert session.endpoint.deaths == TOO_MANY_HANGS
    assert probe.failed is not None
    assert probe.failed.ended is Ended.TIMED_OUT


def test_a_failure_that_no_body_avoids_is_sure(tmp_path: Path) -> None:
    with csv_session(tmp_path, "undefined") as session:
        probe = session.probe("text/csv")
    assert probe.failed is not None
    assert probe.failed.failure is not None
    assert probe.failed.failure.type == "NameError"


@pytest.mark.parametrize(
    ("check", "taken"),
    [
        ("body.decode('utf-8')", "bytes"),
        ("rows.nothing", None),
        ("raise ValueError", None),
    ],
)
def test_another_type_of_body_is_tried_where_the_script_expects_it(
    check: str, taken: str | None, tmp_path: Path
) -> None:
    source = (
        "def model_fn(d): pass\ndef input_fn(body, content_type):\n    rows = []\n    " + check + "\n    return body"
    )
    with session_of(tmp_path, source, content_types=("text/csv",)) as session:
        exchange = session.endpoint.exchange(Request(body=b"1,2", content_type="text/csv", accept=None))
        assert session.takes_other_body_type(exchange) == taken


def test_a_given_payload_is_varied_and_not_searched(tmp_path: Path) -> None:
    given = payload(tmp_path, b"1,2\n3,4\n", "text/csv")
    with csv_session(tmp_path, "pass", payloads=(given,)) as session:
        domain = session.probe("text/csv").domain
    assert domain is not None
    assert (domain.columns, domain.min_rows, domain.certain) == (2, 2, True)
    assert requests(tmp_path) == 0


def test_a_given_payload_of_no_table_is_sent_as_it_is(tmp_path: Path) -> None:
    given = payload(tmp_path, b"\x89PNG", "image/png")
    with session_of(tmp_path, ECHO, payloads=(given,)) as session:
        domain = session.probe("image/png").domain
        assert session.valid_body("image/png") == b"\x89PNG"
    assert domain is not None
    assert domain.body == b"\x89PNG"


def test_a_missing_package_is_inconclusive(tmp_path: Path) -> None:
    source = "import no_such_package\ndef model_fn(d): pass"
    wanted = r"'no_such_package'.*--smcontract-python"
    with (
        session_of(tmp_path, source, stub_missing="off") as session,
        pytest.raises(Inconclusive, match=wanted),
    ):
        session.loaded()
    with session_of(tmp_path, source) as session:
        assert session.loaded().stubbed == ("no_such_package",)


def test_a_missing_sibling_is_the_scripts_own_failure(tmp_path: Path) -> None:
    source = "import helper\ndef model_fn(d): pass"
    with session_of(tmp_path, source, files={"helper.py": "import helper.inner"}) as session:
        loaded = session.loaded()
    assert loaded.failure is not None
    assert loaded.failure.type == "ModuleNotFoundError"


NEEDS_FILE = "def model_fn(model_dir):\n    return open(model_dir + '/weights.bin').read()"


def test_a_model_that_is_not_there_is_inconclusive(tmp_path: Path) -> None:
    with session_of(tmp_path, NEEDS_FILE) as session, pytest.raises(Inconclusive, match="--smcontract-model-dir"):
        session.loaded()


def test_a_model_that_was_given_and_fails_is_a_failure(tmp_path: Path) -> None:
    with session_of(tmp_path, NEEDS_FILE, files={"model/other.bin": ""}) as session:
        loaded = session.loaded()
    assert loaded.failure is not None
    assert (loaded.failure.stage, loaded.failure.type) == ("model_fn", "FileNotFoundError")


def test_a_script_that_loads_is_loaded(tmp_path: Path) -> None:
    with session_of(tmp_path, JSON_HANDLER) as session:
        assert session.loaded().ok


def test_a_death_while_loading_is_for_the_checks(tmp_path: Path) -> None:
    with session_of(tmp_path, "import os\nos._exit(3)") as session:
        loaded = session.loaded()
    assert (loaded.ok, loaded.failure, loaded.ended) == (False, None, Ended.DIED)


def test_closing_ends_the_process_and_starts_none(tmp_path: Path) -> None:
    source = "import os\ndef model_fn(d): pass\ndef transform_fn(m, b, c, a): return str(os.getpid())"
    with session_of(tmp_path, source) as session:
        pid = int(session.endpoint.invoke(b"").body)
        assert is_alive(pid)
    assert not is_alive(pid)
    unused = session_of(tmp_path, source)
    unused.close()
    assert "endpoint" not in vars(unused)


def test_the_settings_reach_the_script(tmp_path: Path) -> None:
    source = "import os\ndef model_fn(d): pass\ndef transform_fn(m, b, c, a): return os.environ['GREETING']"
    with session_of(tmp_path, source, env={"GREETING": "hello"}, timeout=3.0, load_timeout=4.0) as session:
        assert session.endpoint.invoke(b"").body == b"hello"
        assert (session.endpoint.timeout, session.endpoint.load_timeout) == (3.0, 4.0)


DEFAULTS = "def model_fn(model_dir):\n    return None"
NAMING = """
    def model_fn(model_dir):
        return None

    def input_fn(body, content_type):
        if content_type == "text/csv":
            return body
        raise ValueError(content_type)

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        if accept in ("application/json", "text/plain"):
            return prediction
        raise ValueError(accept)
"""


@pytest.mark.parametrize(
    ("source", "settings", "expected"),
    [
        (DEFAULTS, {}, get_stack("inference").content_types),
        (NAMING, {}, ("text/csv",)),
        (NAMING, {"content_types": ("image/png",)}, ("image/png",)),
        (NAMING, {"payloads": "image/png"}, ("text/csv", "image/png")),
        (NAMING, {"content_types": ("text/plain",), "payloads": "image/png"}, ("text/plain", "image/png")),
        (DEFAULTS, {"payloads": "text/csv"}, ("text/csv",)),
        (ECHO, {}, get_stack("inference").content_types),
    ],
    ids=["defaults", "script", "user", "script and payload", "user and payload", "payload", "silent script"],
)
def test_which_content_types(source: str, settings: dict[str, Any], expected: tuple[str, ...], tmp_path: Path) -> None:
    if "payloads" in settings:
        settings = {**settings, "payloads": (payload(tmp_path, b"x", settings["payloads"]),)}
    with session_of(tmp_path, source, **settings) as session:
        assert session.content_types() == expected
        assert content_types(session.script, session.stack, session.settings) == expected


@pytest.mark.parametrize(
    ("source", "settings", "expected"),
    [
        (DEFAULTS, {}, get_stack("inference").accepts),
        (NAMING, {}, ("application/json", "text/plain")),
        (NAMING, {"accepts": ("image/png",)}, ("image/png",)),
        (NAMING, {"payloads": "image/png"}, ("application/json", "text/plain", "image/png")),
        (NAMING, {"accepts": ("text/csv",), "payloads": "image/png"}, ("text/csv", "image/png")),
        (DEFAULTS, {"payloads": "text/csv"}, ("text/csv",)),
        (ECHO, {}, ("application/json",)),
    ],
    ids=["defaults", "script", "user", "script and payload", "user and payload", "payload", "silent script"],
)
def test_which_accepts(source: str, settings: dict[str, Any], expected: tuple[str, ...], tmp_path: Path) -> None:
    if "payloads" in settings:
        settings = {**settings, "payloads": (payload(tmp_path, b"x", "text/csv", settings["payloads"]),)}
    with session_of(tmp_path, source, **settings) as session:
        assert session.accepts() == expected
        assert accepts(session.script, session.stack, session.settings) == expected
        assert session.first_accept == expected[0]


IMAGES = """
    import io
    {imports}

    class Image:
        @staticmethod
        def open(file):
            return file.read()

    def model_fn(model_dir):
        return 2

    def input_fn(body, content_type):
        {start}
        return {reads}(io.BytesIO(body))

    def predict_fn(data, model):
        return 1
"""


@pytest.mark.parametrize(
    ("reads", "start", "is_sure"),
    [
        # It takes what no content type of text names.
        pytest.param("Image.open", "", False, id="an image"),
        pytest.param("Image.open", "assert content_type == 'text/csv'", True, id="which it calls CSV"),
        pytest.param("list", "", True, id="lines"),
    ],
)
def test_a_text_is_no_valid_body_of_what_reads_images(reads: str, start: str, is_sure: bool, tmp_path: Path) -> None:
    source = IMAGES.format(imports="", reads=reads, start=start or "pass")
    with session_of(tmp_path, source) as session:
        assert (session.probe("text/csv").failed is not None) == is_sure
