"""The examples of what a user adds: properties, payloads, checks and stacks, each run by the real pytest."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest

import smcontract

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def orders(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example, in which pytest runs."""
    for name in ("CI", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(
        EXAMPLES / "orders", pytester.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    return pytester.path


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    # This profile draws the same each time, and takes a machine that is busy with other tests for no fault.
    return pytester.runpytest_subprocess("-p", "no:randomly", "-rA", "--hypothesis-profile=ci", *arguments, timeout=120)


def test_the_properties_and_the_contract_with_the_check_of_the_conftest(
    orders: Path, pytester: pytest.Pytester
) -> None:
    result = run(pytester, "--smcontract", "inference.py", ".", "--smcontract-select", "ORD,SMC1,SMC609")
    output = result.stdout.str()
    assert result.ret == 0, output
    for name in (
        "test_orders.py::test_each_order_has_its_total[inference.py]",
        "test_orders.py::test_one_item_more_costs_more[inference.py]",
        "test_orders.py::test_other_types_are_refused_as_the_clients_mistake[inference.py]",
        "test_orders.py::test_an_endpoint_can_be_opened_anywhere",
        "inference.py::ORD001-cents",
        "inference.py::SMC609-error-status",
    ):
        assert f"PASSED {name}" in output


def test_the_check_of_the_conftest_finds_what_it_is_for(orders: Path, pytester: pytest.Pytester) -> None:
    script = orders / "inference.py"
    source = script.read_text(encoding="utf-8")
    rounded = "round(sum(each * count for each, count in items) + rates[country], 2)"
    assert rounded in source
    script.write_text(source.replace(rounded, rounded.removeprefix("round(").removesuffix(", 2)")), encoding="utf-8")
    result = run(
        pytester, "--smcontract", "inference.py", ".", "--smcontract-select", "ORD001", "-k", "ORD001", "-n", "2"
    )
    output = result.stdout.str()
    assert result.ret == 1, output
    assert "ORD001 cents (error)" in output
    assert "a total has more than two decimals" in output
    assert re.search(r"Got +5\.2333", output)


def test_the_property_finds_a_total_that_is_missing(orders: Path, pytester: pytest.Pytester) -> None:
    script = orders / "inference.py"
    source = script.read_text(encoding="utf-8")
    assert "for country, items in orders]" in source
    script.write_text(
        source.replace("for country, items in orders]", "for country, items in orders[:1]]"), encoding="utf-8"
    )
    result = run(pytester, "-k", "each_order")
    result.assert_outcomes(failed=1)
    # Shrunk to two orders of one cheap item each.
    assert result.stdout.str().count("'quantity': 1}]}") >= 2


@pytest.mark.parametrize(
    ("checks", "problem"),
    [
        ("['SMC301']", "'SMC301' is no check: make one with smcontract.checks.check"),
        ("7", "pytest_smcontract_checks gave 7: expected a list of checks"),
        ("[taken]", "there is a check SMC301 already: give yours another code"),
    ],
)
def test_what_is_no_check_is_a_usage_error(pytester: pytest.Pytester, checks: str, problem: str) -> None:
    pytester.makeconftest(
        f"""
        from smcontract.checks import Phase, check

        @check("SMC301", "taken", phases=(Phase.MATRIX,))
        def taken(ctx):
            yield from ()

        def pytest_smcontract_checks():
            return {checks}
        """
    )
    (pytester.path / "inference.py").write_text("def model_fn(d):\n    return 1\n", encoding="utf-8")
    result = run(pytester, "--smcontract", "inference.py", "--smcontract-select", "SMC101")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert problem in result.stderr.str()


def test_a_hook_that_brings_none_changes_nothing(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("def pytest_smcontract_checks():\n    return None\n")
    (pytester.path / "inference.py").write_text("def model_fn(d):\n    return 1\n", encoding="utf-8")
    assert run(pytester, "--smcontract", "inference.py", "--smcontract-select", "SMC101").ret == 0


def install(directory: Path) -> None:
    """Lay the example's package out as pip does, without pip: its module and its entry points."""
    package = EXAMPLES / "house_rules"
    with (package / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    info = directory / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(groups))
    shutil.copy(package / "house_rules.py", directory)


def test_the_check_and_the_stack_of_an_installed_package(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = pytester.path / "site"
    install(site)
    monkeypatch.setenv("PYTHONPATH", str(site))
    (pytester.path / "inference.py").write_text(
        "import json\n\n"
        "def model_fn(d):\n    return 1\n\n"
        "def input_fn(body, content_type):\n    return json.loads(body)\n\n"
        "def predict_fn(data, model):\n    return data\n",
        encoding="utf-8",
    )
    result = run(
        pytester, "--smcontract", "inference.py", "--smcontract-stack", "house", "--smcontract-isolation", "none",
        "--smcontract-select", "HOUSE,SMC102,SMC301",
    )  # fmt: skip
    output = result.stdout.str()
    assert result.ret == 0, output
    assert "stack house@1.10.1 (named by the user)" in output
    assert "HOUSE001 the script does not say what it is" in output
    assert re.search(r"PASSED inference.py::SMC301-valid-body-rejected\[application/json\]", output)


def test_the_contract_of_the_orders(tmp_path: Path) -> None:
    payload = tmp_path / "order.json"
    payload.write_text('{"orders": [{"country": "DE", "items": [{"price": 2.5, "quantity": 2}]}]}')
    report = smcontract.check_script(
        EXAMPLES / "orders" / "inference.py", payload=[f"{payload};application/json"], max_examples=5
    )
    assert report.ok, report.violations
    assert {(found.code, str(found.severity)) for found in report.violations if found.severity == "error"} == set()
