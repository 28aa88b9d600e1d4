from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from cli.support import Said
from smcontract.stacks import get_stack, stack_names
from support import write_script


def rows(out: str) -> dict[str, str]:
    """Return the rows of one block by label."""
    return {line[2:19].strip(): line[19:] for line in out.splitlines() if line.startswith("  ")}


def test_who_serves_what(said: Said, here: Path) -> None:
    write_script(
        here,
        """
        import joblib

        def model_fn(model_dir):
            return joblib.load(model_dir + "/model.joblib")

        def output_fn(prediction, accept):
            return str(prediction), "text/csv" if accept == "text/csv" else "application/json"
        """,
        files={"model/model.joblib": b""},
    )
    status, out, err = said("resolve", "inference.py")
    assert (status, err) == (0, "")
    assert out.startswith("inference.py\n")
    assert rows(out) == {
        "stack": "sklearn@2.8.6.post2, behind flask (the script imports joblib)",
        "model directory": "model",
        "served as": "module inference (SAGEMAKER_PROGRAM=inference.py)",
        "content types": "application/json, text/csv, application/x-npy",
        "accepts": "text/csv",
        "bodies": "str for application/json and text/csv, bytes for any other content type",
        "context": "never passed by sklearn@2.8.6.post2",
        "model_fn": "script:4 (no default: without it no model loads)",
        "input_fn": "default (sklearn): return a float32 array of JSON and CSV, and the array as it is of NPY",
        "predict_fn": "default (sklearn): return `model.predict(data)`",
        "output_fn": "script:7 (the default: encode for an Accept header that is exactly one known type)",
    }


def test_nothing_of_the_script_runs(said: Said, here: Path) -> None:
    write_script(here, "raise SystemExit('ran')\n\ndef model_fn(d): ...")
    status, out, _ = said("resolve", "inference.py")
    assert status == 0
    assert rows(out)["model directory"] == "none (give one with --model-dir)"


@pytest.mark.parametrize(
    ("stack", "function", "told"),
    [
        ("inference", "predict_fn", "missing: no default: without it every request is answered with 500"),
        (
            "mxnet",
            "predict_fn",
            "default (mxnet): call a Gluon block with the data; return a module's `model.predict(data)`",
        ),
        ("inference", "model_fn", "missing: no default: without it no model loads"),
        ("pytorch", "model_fn", "default (pytorch): load `model.pt`"),
        ("pytorch", "predict_fn", "default (pytorch): call the model in evaluation mode"),
        ("inference@1.5.5", "input_fn", "default (inference): decode JSON, CSV and NPY"),
    ],
)
def test_what_each_default_does(said: Said, here: Path, stack: str, function: str, told: str) -> None:
    write_script(here, "def output_fn(prediction, accept): ...")
    _, out, _ = said("resolve", "inference.py", "--stack", stack)
    assert rows(out)[function].startswith(told)


@pytest.mark.parametrize("name", stack_names())
def test_every_default_that_serves_says_what_it_does(said: Said, here: Path, name: str) -> None:
    write_script(here, "def pre_model_fn(model_dir): ...\n\ndef model_fn(d): ...")
    _, out, _ = said("resolve", "inference.py", "--stack", name)
    found = rows(out)
    for function in ("input_fn", "predict_fn", "output_fn"):
        if get_stack(name).has_default(function):
            assert len(found[function].partition(": ")[2]) > 20


def test_transform_fn_takes_the_place_of_three(said: Said, here: Path) -> None:
    write_script(here, "def transform_fn(model, body, kind, accept): ...\n\ndef predict_fn(data, model): ...")
    found = rows(said("resolve", "inference.py", "--stack", "pytorch")[1])
    assert found["transform_fn"] == "script:1"
    assert found["input_fn"] == "not called: transform_fn takes its place"
    assert found["predict_fn"] == "script:3, which may not stand beside transform_fn"


@pytest.mark.parametrize(
    ("stack", "told"),
    [("inference", "script:1"), ("inference@1.5.5", "script:1, never called by inference@1.5.5")],
)
def test_hooks(said: Said, here: Path, stack: str, told: str) -> None:
    write_script(here, "def pre_model_fn(model_dir): ...\n\ndef model_fn(d): ...")
    assert rows(said("resolve", "inference.py", "--stack", stack)[1])["pre_model_fn"] == told


@pytest.mark.parametrize(
    ("stack", "told"),
    [
        ("inference", "passed to a function that takes one parameter more"),
        ("inference@1.6.0", "never passed by inference@1.6.0"),
    ],
)
def test_the_context_is_the_version_s(said: Said, here: Path, stack: str, told: str) -> None:
    write_script(here, "def model_fn(d): ...")
    assert rows(said("resolve", "inference.py", "--stack", stack)[1])["context"] == told


def test_one_block_for_each_script_and_stack(said: Said, here: Path) -> None:
    for name in ("a", "b"):
        write_script(here / name, "def model_fn(d): ...")
    status, out, _ = said("resolve", ".", "--stack", "inference", "--stack", "pytorch")
    blocks = out.split("\n\n")
    heads = [(block.splitlines()[0], rows(block)["stack"].partition("@")[0]) for block in blocks]
    assert status == 0
    assert heads == [
        ("a/inference.py", "inference"),
        ("a/inference.py", "pytorch"),
        ("b/inference.py", "inference"),
        ("b/inference.py", "pytorch"),
    ]


@pytest.mark.parametrize(
    ("source", "env", "problem"),
    [
        pytest.param(
            "def model_fn(d)\n", [], "inference.py is not valid Python: expected ':' (line 1)", id="no-python"
        ),
        pytest.param("def model_fn(d): ...", ["SAGEMAKER_PROGRAM=other.py"], "set SAGEMAKER_PROGRAM", id="unfound"),
        pytest.param("def handler(data, context): ...", [], "the TensorFlow Serving container", id="tensorflow"),
        pytest.param("def handle(data, context): ...", [], "a service of the model archiver", id="archiver"),
    ],
)
def test_a_script_that_is_not_served_is_status_1(
    said: Said, here: Path, source: str, env: list[str], problem: str
) -> None:
    (here / "inference.py").write_text(source)
    words = [word for pair in env for word in ("--env", pair)]
    status, out, err = said("resolve", "inference.py", *words)
    assert (status, err) == (1, "")
    assert problem in rows(out)["problem"]


def test_an_archive_is_named_as_given_and_cleared_away(
    said: Said, here: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = tmp_path_factory.mktemp("unpacked")
    monkeypatch.setattr("tempfile.tempdir", str(unpacked))
    script = write_script(here, "def model_fn(d): ...")
    with tarfile.open(here / "model.tar.gz", "w:gz") as archive:
        archive.add(script, "code/inference.py")
    status, out, _ = said("resolve", "model.tar.gz")
    assert (status, out.splitlines()[0]) == (0, "model.tar.gz")
    assert rows(out)["model directory"] == "model.tar.gz"
    assert list(unpacked.iterdir()) == []
