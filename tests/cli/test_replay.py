from __future__ import annotations

import json
import re
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from cli.support import LAST_LETTERS, Said
from smcontract.cases import DIRECTORY, SavedCase, save
from smcontract.violations import Request
from support import write_script

REFUSING = LAST_LETTERS.replace('return body.split(",")', 'assert body, "send a field"\n        return body.split(",")')


@pytest.fixture
def saved(here: Path) -> SavedCase:
    """A script in which an empty body is an accident, and the case that shows it."""
    write_script(here, LAST_LETTERS)
    case = SavedCase(
        id="0123456789",
        script="inference.py",
        stack="inference@1.10.1",
        model_dir=None,
        item="SMC303-malformed-body-accident[text/csv]",
        request=Request(body=b"", content_type="text/csv", accept="application/json"),
        parameters={"content_type": "text/csv"},
    )
    save(case, here)
    return case


def test_the_frame_shows_the_line_behind_a_form_feed(here: Path, said: Said, saved: SavedCase) -> None:
    write_script(here, "\f\n" + textwrap.dedent(LAST_LETTERS))
    status, out, _ = said("replay", saved.id)
    assert status == 1
    (marked,) = [line for line in out.splitlines() if line.startswith("  > ")]
    assert "field[-1]" in marked


def test_what_a_run_saves_is_replayed_until_it_is_fixed(here: Path, said: Said) -> None:
    script = write_script(here, LAST_LETTERS)
    words = ["--select", "SMC303", "--env", "MODE=x", "--max-examples", "5", "--strict"]
    status, out, _ = said("test", "inference.py", *words, "--", "-p", "no:cacheprovider")
    assert status == 1
    found = re.search(r"smcontract (replay \w+)", out)
    assert found is not None
    command = found[1].split()
    (file,) = (here / DIRECTORY).glob("*.json")
    assert json.loads(file.read_text())["flags"] == {"env": ["MODE=x"], "max-examples": "5"}

    status, out, err = said(*command)
    head, report = out.split("\n\n", 1)
    assert (status, err) == (1, "")
    assert head.startswith(f"FAILED {file.stem} inference.py::SMC303-malformed-body-accident[text/csv]: ")
    assert report.startswith("SMC303 malformed-body-accident (warning) at inference.py:11 in predict_fn\n")
    assert f"smcontract {found[1]}" in report

    write_script(here, REFUSING)
    assert said(*command) == (
        0,
        f"FIXED {file.stem} inference.py::SMC303-malformed-body-accident[text/csv]: the request is refused "
        "with AssertionError: send a field in input_fn\n",
        "",
    )

    script.unlink()
    status, out, err = said(*command)
    assert (status, out.count("\n"), err) == (2, 1, "")
    assert out.startswith(f"ERROR {file.stem} inference.py::SMC303")
    assert "no such file" in out


@pytest.mark.parametrize(
    ("where", "name"),
    [
        pytest.param(".", "0123456789", id="id"),
        pytest.param(".", "0123", id="beginning"),
        pytest.param("below/deeper", "0123456789", id="from-below"),
        pytest.param(".", ".smcontract/cases/0123456789.json", id="path"),
        pytest.param("below", "../.smcontract/cases/0123456789.json", id="path-from-below"),
        pytest.param(".", "moved.json", id="moved"),
    ],
)
def test_a_case_is_found_by_its_id_and_its_path(
    here: Path, saved: SavedCase, said: Said, monkeypatch: pytest.MonkeyPatch, where: str, name: str
) -> None:
    (here / "below" / "deeper").mkdir(parents=True)
    kept = here / DIRECTORY / f"{saved.id}.json"
    (here / "moved.json").write_text(kept.read_text())
    monkeypatch.chdir(here / where)
    status, out, err = said("replay", name)
    assert (status, err) == (1, "")
    assert out.startswith(f"FAILED {saved.id} inference.py::SMC303")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param("no json", "is no case that smcontract saved (JSONDecodeError", id="no-json"),
        pytest.param("{}", "is no case that smcontract saved (KeyError", id="no-case"),
        pytest.param("[]", "is no case that smcontract saved (TypeError", id="no-object"),
    ],
)
def test_a_damaged_case(here: Path, said: Said, content: str, problem: str) -> None:
    (here / "case.json").write_text(content)
    status, out, err = said("replay", "case.json")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert problem in err


def test_an_unknown_case_names_those_that_are_known(saved: SavedCase, said: Said) -> None:
    assert said("replay", "f00") == (
        2,
        "",
        f"smcontract: f00: is no saved case under {DIRECTORY}; known: {saved.id}\n",
    )


def test_an_error_speaks_of_the_flags_of_the_command_line(here: Path, saved: SavedCase, said: Said) -> None:
    write_script(here, "def model_fn(model_dir):\n    return open(model_dir + '/weights').read()\n")
    save(replace(saved, flags={"stand-in": "off"}), here)
    status, out, _ = said("replay", saved.id)
    assert status == 2
    assert out.startswith(f"ERROR {saved.id} ")
    assert out.endswith("give the model with --model-dir DIR\n")


def test_what_is_fixed_without_a_model_says_so(here: Path, saved: SavedCase, said: Said) -> None:
    write_script(here, "def model_fn(model_dir):\n    return open(model_dir + '/weights').read()\n")
    status, out, _ = said("replay", saved.id)
    assert status == 0
    assert out.startswith(f"FIXED {saved.id} ")
    assert "; with a stand-in in the model's place: model_fn fails on an empty model directory" in out
