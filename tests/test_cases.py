from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from smcontract.cases import DIRECTORY, SavedCase, case_id, find, load, save
from smcontract.errors import UsageError
from smcontract.violations import Request

REQUEST = Request(body=b"\x00\xff", content_type="image/png", accept=None)
CASE = SavedCase(
    id="0123456789",
    script="a/inference.py",
    stack="sklearn@2.8.6.post2",
    model_dir="a/model",
    item="SMC301-valid-body-rejected[image/png]",
    request=REQUEST,
    parameters={"content_type": "image/png"},
    flags={"payload": ["x.png;image/png"], "strict": True, "timeout": "3"},
    ini={"env": ["A=1"]},
    directory="a",
)


def test_a_case_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    save(CASE, tmp_path)
    assert load(CASE.id, tmp_path) == CASE
    assert load(str(tmp_path / DIRECTORY / f"{CASE.id}.json"), Path("/nowhere")) == CASE


def test_a_case_names_its_check() -> None:
    assert CASE.code == "SMC301"


def test_cases_stay_out_of_version_control(tmp_path: Path) -> None:
    save(CASE, tmp_path)
    assert (tmp_path / ".smcontract" / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    "other",
    [
        ("b::x", REQUEST),
        ("a::x", replace(REQUEST, body=b"\x00")),
        ("a::x", replace(REQUEST, content_type=None)),
        ("a::x", replace(REQUEST, accept="image/png")),
    ],
    ids=["item", "body", "content-type", "accept"],
)
def test_an_id_tells_items_and_requests_apart(other: tuple[str, Request]) -> None:
    assert case_id("a::x", REQUEST) == case_id("a::x", replace(REQUEST))
    assert case_id(*other) != case_id("a::x", REQUEST)


@pytest.mark.parametrize("name", ["01", "0123456789"], ids=["beginning", "whole"])
def test_a_case_is_found_from_below(tmp_path: Path, name: str) -> None:
    save(CASE, tmp_path)
    # A project within the project, with cases of its own.
    save(replace(CASE, id="ffff"), tmp_path / "a")
    below = tmp_path / "a" / "b"
    below.mkdir()
    assert find(name, below) == (CASE, tmp_path)
    assert find("ffff", below)[1] == tmp_path / "a"


def test_a_file_tells_where_its_run_was(tmp_path: Path) -> None:
    save(CASE, tmp_path / "project")
    kept = tmp_path / "project" / DIRECTORY / f"{CASE.id}.json"
    assert find(str(kept), tmp_path) == (CASE, tmp_path / "project")
    moved = kept.rename(tmp_path / "case.json")
    assert find(moved.name, tmp_path) == (CASE, tmp_path)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("0", r"0: is the beginning of several cases under .*; known: 0123456789, 0ffff"),
        ("7", r"7: is no saved case under .*; known: 0123456789, 0ffff"),
        ("*", r"\*: is no saved case"),
        ("", r": is no saved case"),
    ],
    ids=["several", "unknown", "pattern", "empty"],
)
def test_what_is_said_of_a_name_that_does_not_say_which(tmp_path: Path, name: str, problem: str) -> None:
    save(CASE, tmp_path)
    save(replace(CASE, id="0ffff"), tmp_path)
    with pytest.raises(UsageError, match=problem):
        find(name, tmp_path)


def test_no_case_at_all(tmp_path: Path) -> None:
    # Cases are looked for above, too: what lies there is not this test's.
    (tmp_path / DIRECTORY).mkdir(parents=True)
    with pytest.raises(UsageError, match="known: none"):
        find("zz", tmp_path)


def test_cases_of_a_version_before_settings_were_kept(tmp_path: Path) -> None:
    old = (
        '{"schema": 1, "id": "1", "script": "x.py", "stack": "inference@1.10.1", "model_dir": null,'
        ' "item": "SMC601-request-fails", "content_type": null, "accept": null, "body_base64": ""}'
    )
    (tmp_path / "1.json").write_text(old)
    found = load(str(tmp_path / "1.json"), tmp_path)
    assert (found.parameters, found.flags, found.ini, found.directory) == ({}, {}, {}, ".")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "5",
        "{}",
        '{"schema": 1}',
        '{"schema": 2, "id": "1"}',
        '{"schema": 1, "id": "1", "script": "x", "stack": "x", "model_dir": null, "item": "x",'
        ' "content_type": null, "accept": null, "body_base64": "no base64!"}',
    ],
)
def test_a_damaged_case_is_said_in_one_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"case\.json: is no case that smcontract saved") as caught:
        load(str(file), tmp_path)
    assert "\n" not in str(caught.value)


GOOD = {
    "schema": 1,
    "id": "1",
    "script": "x.py",
    "stack": "inference@1.10.1",
    "model_dir": None,
    "item": "SMC601-request-fails",
    "content_type": None,
    "accept": None,
    "body_base64": "",
}


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ({"model_dir": 5}, "model_dir is text, and here it is 5"),
        ({"script": None}, "script is text"),
        ({"content_type": ["text/csv"]}, "content_type is text"),
        ({"body_base64": 1}, "body_base64 is text"),
        ({"parameters": {"accept": 1}}, "accept is text"),
        ({"parameters": 1}, "not iterable"),
        ({"directory": None}, "directory is text"),
        ({"flags": {"max-exampels": "5"}}, "flags names no setting of this version: 'max-exampels'"),
        ({"ini": {"envs": []}}, "ini names no setting of this version: 'envs'"),
        ({"flags": 7}, "not iterable"),
    ],
    ids=str,
)
def test_fields_of_other_types_and_unknown_settings_are_refused(
    field: dict[str, object], problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(GOOD))
    assert load(str(file), tmp_path).id == "1"
    file.write_text(json.dumps({**GOOD, **field}))
    with pytest.raises(UsageError, match=f"is no case that smcontract saved.*{problem}"):
        load(str(file), tmp_path)


def test_bytes_that_are_no_text_are_no_case(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="is no case"):
        load(str(tmp_path / "case.json"), tmp_path)


@pytest.mark.parametrize("name", ["x" * 5000, "a/" * 3000, "nul\0"], ids=["long", "deep", "null byte"])
def test_a_name_that_no_file_can_have_is_no_case(name: str, tmp_path: Path) -> None:
    for read in (load, find):
        with pytest.raises(UsageError, match="is no saved case"):
            read(name, tmp_path)
