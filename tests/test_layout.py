"""Where a container would look for the script."""

from __future__ import annotations

from pathlib import Path

import pytest

from smcontract.errors import UsageError
from smcontract.layout import (
    ALL_SERVERS,
    Place,
    holds_model,
    is_archive_layout,
    is_model_dir,
    module_name,
    place_in_model_dir,
    place_script,
    wanted_program,
)

HANDLER = "def model_fn(model_dir):\n    return None\n"
PLAIN = "import os\nx = 1\n"
NOT_THERE = "SAGEMAKER_PROGRAM is not given, so the container looks for code/inference.py, which is not there"


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def _place(root: Path, env: dict[str, str] | None = None) -> Place:
    place = place_in_model_dir(root, env or {})
    assert place is not None
    return place


@pytest.mark.parametrize(
    ("program", "module"),
    [("inference.py", "inference"), ("serve", "serve"), ("pkg.serve", "pkg.serve"), ("a-b.py", "a-b")],
)
def test_module_names(program: str, module: str) -> None:
    assert module_name(program) == module


@pytest.mark.parametrize("program", ["", ".py"])
def test_an_empty_program_is_refused(program: str) -> None:
    with pytest.raises(UsageError, match=r"SAGEMAKER_PROGRAM is .* expected the name of a script"):
        wanted_program({"SAGEMAKER_PROGRAM": program})


@pytest.mark.parametrize(
    ("name", "env", "program", "code_dir"),
    [
        pytest.param("serve.py", {}, "serve.py", ".", id="own name"),
        pytest.param("my-serve.py", {}, "my-serve.py", ".", id="hyphen"),
        pytest.param("serve.py", {"SAGEMAKER_PROGRAM": "serve.py"}, "serve.py", ".", id="named"),
        pytest.param("serve.py", {"SAGEMAKER_PROGRAM": "serve"}, "serve", ".", id="named as a module"),
        pytest.param("pkg/serve.py", {"SAGEMAKER_PROGRAM": "pkg.serve"}, "pkg.serve", ".", id="in a package"),
        pytest.param("pkg/serve.py", {"SAGEMAKER_PROGRAM": "serve.py"}, "serve.py", "pkg", id="in a folder"),
    ],
)
def test_a_named_script_has_its_place(
    tmp_path: Path, name: str, env: dict[str, str], program: str, code_dir: str
) -> None:
    place = place_script(tmp_path / name, env)
    assert place == Place(script=tmp_path / name, code_dir=tmp_path / code_dir, program=program)


@pytest.mark.parametrize(
    ("name", "env", "problem"),
    [
        pytest.param(
            "serve.py",
            {"SAGEMAKER_PROGRAM": "inference.py"},
            "the module 'inference', never serve.py",
            id="other",
        ),
        pytest.param("serve.py", {"SAGEMAKER_PROGRAM": "code/serve.py"}, "the module 'code/serve', never", id="folder"),
        pytest.param("serve.v2.py", {}, "as the module 'serve.v2', which Python takes for a package", id="dot"),
    ],
)
def test_a_named_script_that_no_container_finds(tmp_path: Path, name: str, env: dict[str, str], problem: str) -> None:
    place = place_script(tmp_path / name, env)
    assert place.script == tmp_path / name
    assert place.problem is not None
    assert problem in place.problem
    assert place.fix
    assert place.servers == ALL_SERVERS


@pytest.mark.parametrize(
    ("files", "env", "script", "program"),
    [
        pytest.param(["code/inference.py"], {}, "code/inference.py", "inference.py", id="standard"),
        pytest.param(
            ["code/inference.py", "code/serve.py"], {}, "code/inference.py", "inference.py", id="two handlers"
        ),
        pytest.param(["code/serve.py"], {"SAGEMAKER_PROGRAM": "serve.py"}, "code/serve.py", "serve.py", id="program"),
        pytest.param(
            ["code/p/s.py", "code/inference.py"],
            {"SAGEMAKER_PROGRAM": "p.s"},
            "code/p/s.py",
            "p.s",
            id="package",
        ),
        pytest.param(["code/inference/__init__.py"], {}, "code/inference/__init__.py", "inference.py", id="a package"),
        pytest.param(["code/inference.py", "inference.py"], {}, "code/inference.py", "inference.py", id="both"),
    ],
)
def test_a_script_in_code_is_found(
    tmp_path: Path, files: list[str], env: dict[str, str], script: str, program: str
) -> None:
    place = _place(_write(tmp_path, dict.fromkeys(files, HANDLER)), env)
    assert place == Place(script=tmp_path / script, code_dir=tmp_path / "code", program=program)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def model_fn(:\n", id="unparsable"),
        pytest.param("", id="empty"),
        pytest.param("from nowhere import *\n", id="star import"),
        pytest.param("def handler(data, context): ...\n", id="tensorflow"),
    ],
)
def test_a_script_that_may_yet_serve_is_taken(tmp_path: Path, text: str) -> None:
    place = _place(_write(tmp_path, {"code/inference.py": text, "code/serve.py": HANDLER}))
    assert (place.script, place.problem) == (tmp_path / "code/inference.py", None)


def test_a_plain_script_alone_is_taken(tmp_path: Path) -> None:
    place = _place(_write(tmp_path, {"code/inference.py": PLAIN}))
    assert (place.script, place.problem) == (tmp_path / "code/inference.py", None)


@pytest.mark.parametrize(
    ("files", "env", "script", "problem", "fix"),
    [
        pytest.param(
            {"code/serve.py": HANDLER},
            {},
            "code/serve.py",
            NOT_THERE,
            "deploy with SAGEMAKER_PROGRAM=serve.py, or rename it to inference.py",
            id="another name",
        ),
        pytest.param(
            {"code/inference.py": PLAIN, "code/serve.py": HANDLER},
            {},
            "code/serve.py",
            "SAGEMAKER_PROGRAM is not given, so the container imports code/inference.py, "
            "which defines none of the five functions",
            "deploy with SAGEMAKER_PROGRAM=serve.py",
            id="plain inference.py",
        ),
        pytest.param(
            {"code/inference.py": HANDLER},
            {"SAGEMAKER_PROGRAM": "serve.py"},
            "code/inference.py",
            "SAGEMAKER_PROGRAM is 'serve.py', so the container looks for code/serve.py, which is not there",
            "deploy with SAGEMAKER_PROGRAM=inference.py",
            id="program of another name",
        ),
        pytest.param(
            {"code/inference.py": HANDLER},
            {"SAGEMAKER_PROGRAM": "code/inference.py"},
            "code/inference.py",
            "SAGEMAKER_PROGRAM is 'code/inference.py', so the container imports the module 'code/inference', "
            "which no Python can",
            "deploy with SAGEMAKER_PROGRAM=inference.py",
            id="program with a folder",
        ),
        pytest.param(
            {"serve.py": HANDLER},
            {},
            "serve.py",
            NOT_THERE,
            "put it at code/inference.py of the model directory",
            id="another name at the top",
        ),
        pytest.param(
            {"model/code/inference.py": HANDLER, "model/model.pth": ""},
            {},
            "model/code/inference.py",
            NOT_THERE,
            "put it at code/inference.py of the model directory",
            id="one folder too deep",
        ),
    ],
)
def test_a_script_that_no_server_finds(
    tmp_path: Path, files: dict[str, str], env: dict[str, str], script: str, problem: str, fix: str
) -> None:
    place = _place(_write(tmp_path, files), env)
    assert place.script == tmp_path / script
    assert place.code_dir == (tmp_path / script).parent
    assert place.program == Path(script).name
    assert place.problem == f"{problem}; the handlers are in {script}"
    assert (place.fix, place.servers) == (fix, ALL_SERVERS)


def test_a_script_at_the_top_is_found_by_the_model_servers_alone(tmp_path: Path) -> None:
    place = _place(_write(tmp_path, {"inference.py": HANDLER, "model.pth": ""}))
    assert (place.script, place.code_dir) == (tmp_path / "inference.py", tmp_path)
    assert place.problem == "the container looks for code/inference.py, and it stands outside code/"
    assert place.servers == ("flask",)


def test_a_submit_directory_that_is_the_model_directory_makes_the_top_right(tmp_path: Path) -> None:
    _write(tmp_path, {"inference.py": HANDLER})
    assert _place(tmp_path, {"SAGEMAKER_SUBMIT_DIRECTORY": "file:///opt/ml/model/"}).problem is None


@pytest.mark.parametrize("files", [[], ["model.pth"], ["code/weights.bin"]], ids=str)
def test_no_script_is_no_place(tmp_path: Path, files: list[str]) -> None:
    assert place_in_model_dir(_write(tmp_path, dict.fromkeys(files, "")), {}) is None


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"code/inference.py": HANDLER}, True, id="code/inference.py"),
        pytest.param({"code/inference.py": PLAIN}, True, id="plain code/inference.py"),
        pytest.param({"code/serve.py": HANDLER}, True, id="a handler in code/"),
        pytest.param({"code/util.py": PLAIN}, False, id="no handler in code/"),
        pytest.param({"inference.py": HANDLER, "model.joblib": ""}, True, id="script beside its model"),
        pytest.param({"inference.py": HANDLER}, False, id="script alone"),
        pytest.param({"inference.py": HANDLER, "a.pt": "", "pyproject.toml": ""}, False, id="a project"),
        pytest.param({"serve.py": HANDLER, "model.joblib": ""}, False, id="another name beside a model"),
        pytest.param({"model/code/inference.py": HANDLER}, False, id="one folder too deep"),
        pytest.param({}, False, id="empty"),
    ],
)
def test_model_directories(tmp_path: Path, files: dict[str, str], expected: bool) -> None:
    assert is_model_dir(_write(tmp_path, files), {}) is expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(["model.joblib"], True, id="joblib"),
        pytest.param(["NET.PTH"], True, id="capitals"),
        pytest.param(["model-symbol.json"], True, id="mxnet"),
        pytest.param(["README.md", "requirements.txt", "config.json", "code/model.pt"], False, id="repository"),
        pytest.param(["model.pt/data"], False, id="a folder"),
        pytest.param([], False, id="not there"),
    ],
)
def test_what_looks_like_a_model(tmp_path: Path, files: list[str], expected: bool) -> None:
    assert holds_model(_write(tmp_path / "m", dict.fromkeys(files, ""))) is expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"code/serve.py": HANDLER, "model.pt": ""}, True, id="handlers and a model"),
        pytest.param({"code/inference.py": PLAIN, "model.pt": ""}, True, id="the program and a model"),
        pytest.param({"code/serve.py": HANDLER}, False, id="no model"),
        pytest.param({"inference.py": HANDLER, "model.pt": ""}, False, id="no code"),
        pytest.param({"code/helper.py": PLAIN, "model.pt": ""}, False, id="no handler"),
        pytest.param({"code/serve.py": HANDLER, "model.pt": "", "pyproject.toml": ""}, False, id="project"),
        pytest.param({"code/serve.py": HANDLER, "model.pt": "", ".git/HEAD": ""}, False, id="repository"),
    ],
)
def test_what_an_archive_is_made_of(tmp_path: Path, files: dict[str, str], expected: bool) -> None:
    assert is_archive_layout(_write(tmp_path, files), {}) is expected
