"""What a path on the command line stands for."""

from __future__ import annotations

import itertools
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rights import as_anyone, directory_for_anyone
from smcontract.errors import UsageError
from smcontract.targets import Target, find_targets, target_of_model_dir

HANDLER = "def model_fn(model_dir):\n    return None\n"


def _write(root: Path, *names: str, text: str = HANDLER) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text if name.endswith(".py") else "", encoding="utf-8")
    return root


def _pack(root: Path, archive: Path) -> Path:
    with tarfile.open(archive, "w:gz") as out:
        out.add(root, arcname=".")
    return archive


@pytest.fixture
def extract_to(tmp_path: Path) -> Callable[[], Path]:
    numbers = itertools.count()

    def fresh() -> Path:
        directory = tmp_path / "unpacked" / str(next(numbers))
        directory.mkdir(parents=True)
        return directory

    return fresh


@pytest.fixture
def find(extract_to: Callable[[], Path]) -> Callable[..., list[Target]]:
    def find(path: Path | str, model_dir: Path | None = None, **env: str) -> list[Target]:
        return find_targets(Path(path), model_dir=model_dir, env=env, extract_to=extract_to)

    return find


Find = Callable[..., list[Target]]


def test_a_script(tmp_path: Path, find: Find) -> None:
    _write(tmp_path, "serve.py")
    assert find(tmp_path / "serve.py") == [
        Target(
            path=tmp_path / "serve.py",
            kind="script",
            script=tmp_path / "serve.py",
            code_dir=tmp_path,
            model_dir=None,
            program="serve.py",
            module="serve",
        )
    ]


@pytest.mark.parametrize(
    ("files", "script", "model_dir"),
    [
        pytest.param(["m/code/inference.py"], "m/code/inference.py", "m", id="in code/"),
        pytest.param(["m/inference.py", "m/model/a.pt"], "m/inference.py", "m/model", id="model/ beside"),
        pytest.param(["m/inference.py", "m/a.pt"], "m/inference.py", None, id="none"),
        pytest.param(["m/inference.py", "m/model"], "m/inference.py", None, id="a file named model"),
        pytest.param(["m/code/s.py", "m/code/model/a.pt"], "m/code/s.py", "m", id="code/ before model/"),
    ],
)
def test_the_model_directory_of_a_script(
    tmp_path: Path, find: Find, files: list[str], script: str, model_dir: str | None
) -> None:
    _write(tmp_path, *files)
    (target,) = find(tmp_path / script)
    assert target.model_dir == (None if model_dir is None else tmp_path / model_dir)


def test_home_is_no_model_directory(tmp_path: Path, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    _write(tmp_path, "code/inference.py")
    (target,) = find(tmp_path / "code/inference.py")
    assert target.model_dir is None


def test_a_relative_path_is_kept_as_named(tmp_path: Path, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, "m/code/inference.py")
    monkeypatch.chdir(tmp_path / "m" / "code")
    (target,) = find("inference.py")
    assert target.path == Path("inference.py")
    assert target.script == tmp_path / "m/code/inference.py"
    assert target.model_dir == tmp_path / "m"


def test_a_link_keeps_its_own_name(tmp_path: Path, find: Find) -> None:
    _write(tmp_path, "real.py")
    (tmp_path / "inference.py").symlink_to(tmp_path / "real.py")
    (target,) = find(tmp_path / "inference.py")
    assert target.module == "inference"


@pytest.mark.parametrize("text", ["", "x = (", "print('hello')\n"], ids=["empty", "unparsable", "no handler"])
def test_a_script_that_is_named_is_judged_whatever_it_holds(tmp_path: Path, find: Find, text: str) -> None:
    _write(tmp_path, "a.py", text=text)
    assert [target.script for target in find(tmp_path / "a.py")] == [tmp_path / "a.py"]


def test_a_script_that_is_not_utf8_is_judged(tmp_path: Path, find: Find) -> None:
    (tmp_path / "a.py").write_bytes(b"\xff\xfe")
    assert len(find(tmp_path / "a.py")) == 1


def test_a_program_that_names_another_script_is_a_layout_problem(tmp_path: Path, find: Find) -> None:
    _write(tmp_path, "serve.py")
    (target,) = find(tmp_path / "serve.py", SAGEMAKER_PROGRAM="inference.py")
    assert target.program == "serve.py"
    assert "'inference.py'" in str(target.layout_problem)
    assert target.layout_fix == "set SAGEMAKER_PROGRAM=serve.py"
    assert target.layout_problem_under("torchserve") == target.layout_problem


def test_a_model_directory(tmp_path: Path, find: Find) -> None:
    _write(tmp_path, "code/inference.py", "code/other.py", "model.pth")
    (target,) = find(tmp_path)
    assert (target.kind, target.path, target.model_dir) == ("model_dir", tmp_path, tmp_path)
    assert target.script == tmp_path / "code/inference.py"
    assert target.layout_problem is None


def test_a_script_at_the_top_is_a_problem_under_flask_alone(tmp_path: Path, find: Find) -> None:
    _write(tmp_path, "inference.py", "model.joblib")
    (target,) = find(tmp_path)
    assert target.kind == "model_dir"
    assert target.layout_problem_under("flask")
    assert target.layout_problem_under("torchserve") is None
    assert target.layout_problem_under("multi-model-server") is None


@pytest.mark.parametrize("name", ["model.tar.gz", "model.tgz"])
def test_an_archive(tmp_path: Path, find: Find, name: str) -> None:
    archive = _pack(_write(tmp_path / "m", "code/inference.py", "model.pth"), tmp_path / name)
    (target,) = find(archive)
    assert (target.kind, target.path) == ("archive", archive)
    assert target.model_dir is not None
    assert target.script == target.model_dir / "code/inference.py"
    assert (target.model_dir / "model.pth").is_file()


def test_an_archive_packed_one_folder_too_deep(tmp_path: Path, find: Find) -> None:
    archive = _pack(_write(tmp_path / "up", "m/code/inference.py"), tmp_path / "model.tar.gz")
    (target,) = find(archive)
    assert target.layout_problem is not None
    assert target.layout_problem.endswith("the handlers are in m/code/inference.py")
    assert target.model_dir == target.script.parents[2]


def test_a_searched_directory(tmp_path: Path, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, "all/b/inference.py", "all/a/code/serve.py", "all/b/model/x.pt", "all/test_it.py")
    monkeypatch.chdir(tmp_path)
    targets = find("all")
    assert [target.path for target in targets] == [Path("all/a/code/serve.py"), Path("all/b/inference.py")]
    assert [target.kind for target in targets] == ["script", "script"]
    assert [target.model_dir for target in targets] == [tmp_path / "all/a", tmp_path / "all/b/model"]


def test_a_given_model_directory_wins(tmp_path: Path, find: Find) -> None:
    _write(tmp_path, "m/code/inference.py", "other/a.pt")
    assert [target.model_dir for target in find(tmp_path / "m", tmp_path / "other")] == [tmp_path / "other"]


def test_a_given_model_archive_is_unpacked(tmp_path: Path, find: Find) -> None:
    archive = _pack(_write(tmp_path / "m", "a.pt"), tmp_path / "model.tar.gz")
    (target,) = find(_write(tmp_path, "s.py") / "s.py", archive)
    assert target.model_dir is not None
    assert (target.model_dir / "a.pt").is_file()


def _damaged(path: Path) -> Path:
    path.write_bytes(b"\x1f\x8b damaged")
    return path


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("infrence.py", "no such file or directory; did you mean 'inference.py'?; expected", id="misspelt"),
        pytest.param("gone/deep/x.py", "no such file or directory; expected a Python script", id="missing"),
        pytest.param("notes.txt", "neither a .py file nor an archive; expected", id="suffix"),
        pytest.param("model.tar", "neither a .py file nor an archive; expected", id="tar"),
        pytest.param("broken.py", "no such file or directory", id="broken link"),
        pytest.param("empty", "holds no handler script (a .py file that defines model_fn", id="empty directory"),
        pytest.param("bad.tar.gz", "is no intact gzipped tar archive (", id="damaged archive"),
        pytest.param("x" * 300 + ".py", "file name too long; expected a Python script", id="long"),
        pytest.param("a/" * 3000 + "x.py", "file name too long; expected", id="long path"),
        pytest.param("circle.py", "too many levels of symbolic links; expected", id="circle"),
        pytest.param("bare.tar.gz", "holds no handler script; expected code/inference.py in it, or name", id="no code"),
    ],
)
def test_wrong_paths(tmp_path: Path, find: Find, path: str, message: str) -> None:
    _write(tmp_path, "inference.py", "notes.txt", "model.tar", "m/model.pth")
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.py").symlink_to(tmp_path / "nothing.py")
    (tmp_path / "circle.py").symlink_to(tmp_path / "circle.py")
    _damaged(tmp_path / "bad.tar.gz")
    _pack(tmp_path / "m", tmp_path / "bare.tar.gz")
    with pytest.raises(UsageError) as caught:
        find(tmp_path / path)
    assert str(caught.value).startswith(f"{tmp_path / path}: {message}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("model_dir", "message"),
    [
        pytest.param("modle", "model directory {}: no such directory or archive; did you mean 'model'?", id="misspelt"),
        pytest.param("x" * 300, "model directory {}: file name too long", id="long"),
        pytest.param("s.py", "model directory {}: expected a directory or an archive (.tar.gz, .tgz)", id="a script"),
        pytest.param("bad.tar.gz", "{}: is no intact gzipped tar archive (", id="damaged"),
    ],
)
def test_wrong_model_directories(tmp_path: Path, find: Find, model_dir: str, message: str) -> None:
    _write(tmp_path, "s.py", "model/a.pt")
    _damaged(tmp_path / "bad.tar.gz")
    with pytest.raises(UsageError) as caught:
        find(tmp_path / "s.py", tmp_path / model_dir)
    assert str(caught.value).startswith(message.format(tmp_path / model_dir))


def test_an_empty_program_is_refused(tmp_path: Path, find: Find) -> None:
    with pytest.raises(UsageError, match="SAGEMAKER_PROGRAM is ''"):
        find(_write(tmp_path, "s.py") / "s.py", SAGEMAKER_PROGRAM="")


def test_nothing_is_run_or_imported(tmp_path: Path, find: Find) -> None:
    marker: Any = str(tmp_path / "ran")
    _write(tmp_path, "code/inference.py", text=HANDLER + f"open({marker!r}, 'w')\n")
    assert len(find(tmp_path)) == 1
    assert not (tmp_path / "ran").exists()


def test_a_folder_that_may_not_be_read_is_one_line(find: Find) -> None:
    with directory_for_anyone() as root:
        _write(root, "m/code/inference.py", "m/model.pth")
        (root / "m/code").chmod(0)
        with as_anyone():
            with pytest.raises(UsageError, match="holds no handler script"):
                find(root / "m")
            with pytest.raises(UsageError, match="permission denied; expected"):
                find(root / "m/code/inference.py")


def test_a_folder_that_may_not_be_listed_is_one_line(find: Find) -> None:
    with directory_for_anyone() as root:
        _write(root, "m/inference.py", "m/model.pth")
        (root / "m").chmod(0o111)
        with as_anyone(), pytest.raises(UsageError, match="holds no handler script"):
            find(root / "m")


@pytest.mark.parametrize(
    ("files", "path", "given", "is_known"),
    [
        pytest.param(["m/code/a.py"], "m/code/a.py", None, False, id="a source tree"),
        pytest.param(["m/code/a.py", "m/b.pt"], "m/code/a.py", None, True, id="a model beside code/"),
        pytest.param(["m/a.py", "m/model/net.py"], "m/a.py", None, False, id="a package called model"),
        pytest.param(["m/a.py", "m/model/net.pt"], "m/a.py", None, True, id="a model in model/"),
        pytest.param(["m/a.py"], "m/a.py", None, False, id="none"),
        pytest.param(["m/code/a.py", "n/x"], "m/code/a.py", "n", True, id="given"),
        pytest.param(["m/code/a.py"], "m", None, False, id="a directory with code/"),
        pytest.param(["m/code/a.py", "m/b.pt"], "m", None, True, id="a model directory"),
    ],
)
def test_whether_the_model_is_known(
    tmp_path: Path, find: Find, files: list[str], path: str, given: str | None, is_known: bool
) -> None:
    _write(tmp_path, *files)
    (target,) = find(tmp_path / path, None if given is None else tmp_path / given)
    assert target.is_model_known is is_known


def test_the_model_of_an_archive_is_known(tmp_path: Path, find: Find) -> None:
    archive = _pack(_write(tmp_path / "m", "code/inference.py"), tmp_path / "model.tar.gz")
    (target,) = find(archive)
    assert target.is_model_known


def test_a_directory_that_is_searched_is_no_model_directory(tmp_path: Path) -> None:
    _write(tmp_path, "m/code/serve.py")
    assert target_of_model_dir(tmp_path / "m", None, {}) is None
    _write(tmp_path, "m/model.pt")
    target = target_of_model_dir(tmp_path / "m", None, {})
    assert target is not None
    assert (target.kind, target.script, target.model_dir) == (
        "model_dir",
        tmp_path / "m/code/serve.py",
        tmp_path / "m",
    )
    assert target.layout_problem is not None
