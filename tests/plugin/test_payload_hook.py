"""The hook by which a conftest hands over bodies, and where a run says that they came from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

import smcontract
from plugin.support import Project
from support import write_script

TEXT = """
    import json

    WORDS = {"fine": 1, "foul": -1}

    def model_fn(model_dir):
        return WORDS

    def input_fn(body, content_type):
        if content_type != "application/x-review":
            raise ValueError("send application/x-review")
        kind, _, text = bytes(body).decode().partition(":")
        if kind != "review":
            raise ValueError("no review")
        return text.split()

    def predict_fn(words, model):
        return sum(model[word] for word in words)

    def output_fn(prediction, accept):
        if accept != "application/json":
            raise ValueError("ask for application/json")
        return json.dumps(prediction)
    """
SELECT = ("--smcontract-select", "SMC301,SMC407", "--smcontract-max-examples", "20")
CONFTEST = """
    from hypothesis import strategies as st

    def pytest_smcontract_payloads(script, content_type):
        assert script.name == "inference.py"
        if content_type == "application/x-review":
            words = st.lists(st.sampled_from([{words}]), max_size=3)
            return words.map(lambda chosen: ("review:" + " ".join(chosen)).encode())
    """


@pytest.mark.parametrize("folder", ["", "shop/"])
def test_what_the_hook_draws_is_sent(project: Project, folder: str) -> None:
    project.write(f"{folder}inference.py", TEXT)
    project.write(f"{folder}conftest.py", CONFTEST.format(words="'fine', 'foul'"))
    result = project.run("--smcontract", f"{folder}inference.py", *SELECT)
    result.assert_outcomes(passed=2)
    told = f"*{folder}inference.py: bodies of application/x-review: the hook pytest_smcontract_payloads*"
    result.stdout.fnmatch_lines([told])


def test_what_the_hook_draws_is_valid_by_the_users_word(project: Project) -> None:
    project.write("inference.py", TEXT)
    project.write("conftest.py", CONFTEST.format(words="'fine', 'odd'"))
    result = project.run("--smcontract", "inference.py", *SELECT, "--smcontract-report", "report.json")
    result.assert_outcomes(passed=1, failed=1)
    (script,) = project.report()["scripts"]
    (violation,) = script["violations"]
    assert (violation["code"], violation["severity"]) == ("SMC407", "error")
    assert violation["request"]["body_preview"].strip('"') == "review:odd"


def test_without_the_hook_it_cannot_be_known(project: Project) -> None:
    project.write("inference.py", TEXT)
    result = project.run("--smcontract", "inference.py", *SELECT)
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["*--smcontract-payload 'FILE;application/x-review'*"])


def test_a_hook_that_hands_over_something_else_is_told(project: Project) -> None:
    project.write("inference.py", TEXT)
    project.write("conftest.py", "def pytest_smcontract_payloads(script, content_type):\n    return 5\n")
    result = project.run("--smcontract", "inference.py", *SELECT, "-rs")
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["*pytest_smcontract_payloads gave 5: expected a Hypothesis strategy*"])


@pytest.mark.parametrize(
    "payloads",
    [
        {"application/x-review": [b"review:fine", b"review:odd"]},
        {"application/x-review": st.sampled_from([b"review:odd"])},
        lambda script, content_type: [b"review:odd"] if script.name == "inference.py" else None,
    ],
    ids=["list", "strategy", "function"],
)
def test_outside_pytest_they_are_an_argument(payloads: Any, tmp_path: Path) -> None:
    script = write_script(tmp_path, TEXT)
    report = smcontract.check_script(script, select=["SMC407"], max_examples=5, confirm="off", payloads=payloads)
    (violation,) = report.violations
    assert violation.request is not None
    assert violation.request.body_base64 == b"review:odd"
