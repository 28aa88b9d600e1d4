"""Which files of a directory are handler scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from rights import as_anyone, directory_for_anyone
from smcontract.searching import handlers_in, search

HANDLER = "def model_fn(model_dir):\n    return None\n"


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def test_handlers_are_found_at_any_depth_and_sorted(tmp_path: Path) -> None:
    _write(tmp_path, dict.fromkeys(("b/x.py", "a/code/inference.py", "a.py", "a/b/c/d.py"), HANDLER))
    found = [file.relative_to(tmp_path).as_posix() for file in search(tmp_path)]
    assert found == ["a.py", "a/b/c/d.py", "a/code/inference.py", "b/x.py"]


@pytest.mark.parametrize(
    "name",
    [
        ".hidden/x.py",
        ".x.py",
        "__pycache__/x.py",
        "lib/site-packages/x.py",
        "node_modules/x.py",
        "venv/x.py",
        "test_x.py",
        "x_test.py",
        "conftest.py",
        "x.txt",
        "x.pyi",
    ],
)
def test_what_is_passed_over(tmp_path: Path, name: str) -> None:
    assert search(_write(tmp_path, {name: HANDLER})) == []


def test_virtual_environments_of_any_name_are_passed_over(tmp_path: Path) -> None:
    assert search(_write(tmp_path, {"mine/pyvenv.cfg": "", "mine/lib/x.py": HANDLER})) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("# def model_fn\n", id="comment"),
        pytest.param("class A:\n    def model_fn(self): ...\n", id="method"),
        pytest.param("def model_fn(:\n", id="unparsable"),
        pytest.param("def handler(data, context): ...\n", id="another contract"),
    ],
)
def test_what_is_no_handler(tmp_path: Path, text: str) -> None:
    assert search(_write(tmp_path, {"x.py": text})) == []


def test_a_handler_bound_by_a_star_import_is_found(tmp_path: Path) -> None:
    _write(tmp_path, {"serve.py": HANDLER, "inference.py": "from serve import *\n"})
    assert tmp_path / "serve.py" in search(tmp_path)


def test_links_to_directories_are_not_followed(tmp_path: Path) -> None:
    _write(tmp_path, {"a/x.py": HANDLER})
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert search(tmp_path) == [tmp_path / "a" / "x.py"]


def test_a_directory_named_like_a_script_is_no_script(tmp_path: Path) -> None:
    (tmp_path / "x.py").mkdir()
    assert handlers_in(tmp_path) == []


def test_a_missing_directory_holds_none(tmp_path: Path) -> None:
    assert handlers_in(tmp_path / "gone") == []


def test_a_script_is_never_run(tmp_path: Path) -> None:
    _write(tmp_path, {"x.py": HANDLER + f"open({str(tmp_path / 'ran')!r}, 'w')\n"})
    assert search(tmp_path) == [tmp_path / "x.py"]
    assert not (tmp_path / "ran").exists()


def test_what_may_not_be_read_is_passed_over() -> None:
    with directory_for_anyone() as root:
        _write(root, {"a.py": HANDLER, "closed/b.py": HANDLER})
        (root / "closed").chmod(0)
        with as_anyone():
            assert search(root) == [root / "a.py"]
            assert handlers_in(root / "closed") == []
            assert handlers_in(root / "closed" / "deeper") == []
