"""`--lf` and the summary, for items with parameters in their ids."""

from __future__ import annotations

import textwrap

import pytest

BROKEN = textwrap.dedent(
    """\
    def model_fn(model_dir):
        return 1

    def input_fn(body, content_type):
        if content_type == "text/csv":
            return body.decode()
        raise ValueError(content_type)

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        return prediction
    """
)


def test_last_failed_runs_the_failed_item_alone(pytester: pytest.Pytester) -> None:
    (pytester.path / "inference.py").write_text(BROKEN)
    arguments = ["--smcontract", "inference.py", "--smcontract-max-examples", "3", "-p", "no:randomly"]
    first = pytester.runpytest_subprocess(*arguments)
    assert first.parseoutcomes()["failed"] == 1
    first.stdout.fnmatch_lines(["FAILED inference.py::SMC304-body-type-assumed[[]text/csv[]]*"])
    again = pytester.runpytest_subprocess(*arguments, "--lf")
    assert again.parseoutcomes()["failed"] == 1
    assert again.parseoutcomes().get("passed", 0) == 0


def test_what_could_be_given_stands_in_the_summary(pytester: pytest.Pytester) -> None:
    (pytester.path / "inference.py").write_text("import no_such_package_xyz\n" + BROKEN)
    result = pytester.runpytest_subprocess("--smcontract", "inference.py", "-p", "no:randomly")
    result.stdout.fnmatch_lines(["inference.py: * not judged: the script needs the package 'no_such_package_xyz'*"])
