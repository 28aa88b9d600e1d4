"""Without the flag and the ini key the plugin does nothing."""

from __future__ import annotations

import pytest

from plugin.support import MARKS_ITS_IMPORT, Project

WATCHES_IMPORTS = """
    import sys

    def pytest_unconfigure():
        ours = sorted(name for name in sys.modules if name.partition(".")[0] == "smcontract")
        print("imported:", sorted({"hypothesis", "numpy"} & set(sys.modules)), ours)
    """


@pytest.fixture(autouse=True)
def _files(project: Project) -> None:
    project.write("inference.py", MARKS_ITS_IMPORT)
    project.write("test_other.py", "def test_other():\n    pass\n")


def test_no_header_no_item_and_no_summary(project: Project) -> None:
    result = project.run_apart()
    result.assert_outcomes(passed=1)
    said = [line for line in result.outlines if "smcontract" in line]
    assert [line for line in said if not line.startswith(("plugins:", "rootdir:"))] == []
    assert not (project.path / "imported").exists()
    assert not (project.path / ".smcontract").exists()


def test_neither_numpy_nor_hypothesis_nor_our_machinery_is_imported(project: Project) -> None:
    project.write("conftest.py", WATCHES_IMPORTS)
    result = project.run_apart("-p", "no:hypothesispytest", "-s")
    (line,) = [line for line in result.outlines if "imported:" in line]
    ours = ["smcontract", "smcontract.lean", "smcontract.options", "smcontract.pytest_plugin"]
    assert line.endswith(f"imported: [] {ours}")


def test_settings_alone_do_not_activate_it(project: Project) -> None:
    project.write("pyproject.toml", '[tool.smcontract]\nstack = "sklearn"\n[tool.pytest.ini_options]\n')
    project.run("--smcontract-stack", "nonsense").assert_outcomes(passed=1)


def test_a_wrong_table_is_not_read(project: Project) -> None:
    project.write("pyproject.toml", '[tool.smcontract]\nstak = "x"\n[tool.pytest.ini_options]\n')
    project.run().assert_outcomes(passed=1)
