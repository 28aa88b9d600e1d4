from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from smcontract.errors import UsageError
from smcontract.reporting.json_report import load_schema, to_json, write_json
from smcontract.reporting.merge import ItemRecord, build_report
from smcontract.reporting.report import Fallback, FunctionResolution, Outcome, Report, ScriptReport
from smcontract.violations import OnSageMaker, Request, Severity, Violation


@pytest.fixture
def report(
    make_record: Callable[..., ItemRecord],
    make_script: Callable[..., ScriptReport],
    make_violation: Callable[..., Violation],
) -> Report:
    script = make_script(
        model_dir="model",
        stubbed=("cv2",),
        resolution={
            "model_fn": FunctionResolution(by="script", line=3),
            "input_fn": FunctionResolution(by="missing"),
        },
        fallbacks=(Fallback(function="model_fn", default_took_over=True),),
    )
    violations = (
        make_violation(),
        make_violation(line=None, column=None, function=None, request=None, severity=Severity.NOTE),
        make_violation(
            line=5,
            on_sagemaker=OnSageMaker(status=None, message="the worker dies"),
            request=Request(body=b"\x00\xff", content_type=None, accept=None),
            message="lone \udc80 and 円",
            confirmed_by="sagemaker-inference 1.10.1",
        ),
    )
    passed = [make_record(f"x::{name}", script=script, outcome=name, parameters={"accept": "*/*"}) for name in Outcome]
    return build_report([make_record("x::0", *violations, script=script), *passed], seed=1)


def valid(data: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(load_schema()).is_valid(data))


def test_the_schema_is_a_schema() -> None:
    schema = load_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_report_fulfils_the_schema(report: Report) -> None:
    jsonschema.Draft202012Validator(load_schema()).validate(json.loads(to_json(report)))
    assert len(report.violations) == 3


def test_every_object_of_the_schema_is_closed() -> None:
    def objects(node: Any) -> list[dict[str, Any]]:
        if isinstance(node, list):
            return [found for item in node for found in objects(item)]
        if not isinstance(node, dict):
            return []
        here = [node] if node.get("type") == "object" else []
        return here + [found for item in node.values() for found in objects(item)]

    found = objects(load_schema())
    closed = [item for item in found if "properties" in item]
    assert len(closed) == 11
    for item in closed:
        assert item["additionalProperties"] is False
        assert item["required"] == list(item["properties"])


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("scripts", 0),
        ("scripts", 0, "stack"),
        ("scripts", 0, "resolution", "model_fn"),
        ("scripts", 0, "fallbacks", 0),
        ("scripts", 0, "checks", 0),
        ("scripts", 0, "violations", 1),
        ("scripts", 0, "violations", 1, "request"),
        ("scripts", 0, "violations", 1, "on_sagemaker"),
        ("scripts", 0, "violations", 1, "reproduce"),
        ("summary",),
    ],
    ids=lambda path: ".".join(map(str, path)) or "top",
)
def test_an_extra_or_missing_key_breaks_the_schema(path: tuple[str | int, ...], report: Report) -> None:
    def at(data: Any) -> Any:
        for step in path:
            data = data[step]
        return data

    more, less = report.to_dict(), report.to_dict()
    assert valid(more)
    at(more)["extra"] = 1
    assert not valid(more)
    for key in list(at(less)):
        value = at(less).pop(key)
        assert not valid(less)
        at(less)[key] = value


def test_writing_and_reading_gives_the_same_report(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "out" / "deep" / "report.json"
    write_json(report, path)
    text = path.read_text(encoding="utf-8")
    assert Report.from_dict(json.loads(text)).to_dict() == report.to_dict()
    assert "円" in text
    assert text.endswith("}\n")
    assert os.listdir(path.parent) == ["report.json"]


def test_an_old_report_is_replaced(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old" * 100_000, encoding="utf-8")
    write_json(report, path)
    assert json.loads(path.read_text(encoding="utf-8"))["schema"] == 1


def test_a_link_stays_a_link(report: Report, tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    write_json(report, tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text(encoding="utf-8"))["seed"] == 1


def test_a_link_to_itself_is_one_line(report: Report, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(UsageError, match=r"loop: the report cannot be written: .+"):
        write_json(report, tmp_path / "loop")


def test_a_pipe_is_written_to(report: Report) -> None:
    small = replace(report, scripts=())
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as file:
        write_json(small, Path(f"/dev/fd/{writer}"))
        os.close(writer)
        assert json.loads(file.read())["seed"] == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("folder", "Is a directory", id="directory"),
        pytest.param("file/report.json", "Not a directory", id="below-a-file"),
        pytest.param(f"{'x' * 300}.json", "File name too long", id="name-too-long"),
    ],
)
def test_a_path_that_cannot_be_written_is_one_line(name: str, reason: str, report: Report, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(UsageError) as caught:
        write_json(report, tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: the report cannot be written: {reason}"
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]


def test_the_text_is_the_same_each_time(report: Report) -> None:
    assert to_json(report) == to_json(Report.from_dict(report.to_dict()))
