"""From what the user typed to what will be judged."""

import tarfile
from pathlib import Path
from typing import Any

import pytest
from _pytest.config.findpaths import determine_setup

from serving import ECHO, JSON_HANDLER
from smcontract.errors import UsageError
from smcontract.stacks import get_stack, stack_names
from smcontract.workspace import Judged, Workspace, project_root
from support import write_script

TORCH = "import torch\n\ndef model_fn(model_dir):\n    return torch\n"
SKLEARN = "import sklearn\n\ndef model_fn(model_dir):\n    return sklearn\n"


def workspace(root: Path, **flags: Any) -> Workspace:
    return Workspace(rootdir=root, invocation_dir=root, flags={k.replace("_", "-"): v for k, v in flags.items()})


def one(root: Path, path: Path, **flags: Any) -> Judged:
    (judged,) = workspace(root, **flags).judge(path)
    return judged


def archive(directory: Path, source: str, name: str = "model.tar.gz") -> Path:
    script = write_script(directory / "unpacked", source, name="code/inference.py")
    with tarfile.open(directory / name, "w:gz") as file:
        file.add(script, "code/inference.py")
    return directory / name


def test_a_script_is_ready_to_run(tmp_path: Path) -> None:
    script = write_script(tmp_path / "a", JSON_HANDLER)
    judged = one(tmp_path, script)
    assert (judged.name, judged.script.path, judged.target.script) == ("a/inference.py", script, script)
    ((stack, reason),) = judged.stacks
    assert (stack.name, reason) == ("inference", "no framework import seen")
    assert {id(item.stack) for item in judged.items} == {id(stack)}
    with judged.session(stack) as session:
        assert session.endpoint.invoke(b"[[1]]", "application/json").body == b"[[2]]"


def test_no_script_is_imported(tmp_path: Path) -> None:
    script = write_script(tmp_path, f"open({str(tmp_path / 'imported')!r}, 'w').close()\ndef model_fn(d): pass")
    assert one(tmp_path, script).items
    assert not (tmp_path / "imported").exists()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("root/a/inference.py", "a/inference.py"),
        ("root/a/../a/./inference.py", "a/inference.py"),
        ("root/../other/inference.py", None),
        ("other/inference.py", None),
        ("root", "."),
    ],
)
def test_names_are_relative_to_the_rootdir_and_absolute_outside_it(path: str, name: str | None, tmp_path: Path) -> None:
    absolute = str(tmp_path / "other" / "inference.py")
    assert workspace(tmp_path / "root").name_of(tmp_path / path) == (name or absolute)


def test_names_start_where_we_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert workspace(tmp_path).name_of(Path("../a/inference.py")) == "a/inference.py"
    assert workspace(tmp_path).name_of(Path("inference.py")) == "below/inference.py"


def test_a_directory_is_every_script_in_it(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_script(tmp_path / name, ECHO)
    write_script(tmp_path, "x = 1", name="other.py")
    assert [judged.name for judged in workspace(tmp_path).judge(tmp_path)] == ["a/inference.py", "b/inference.py"]


@pytest.mark.parametrize(
    ("source", "files", "stack", "reason"),
    [
        (TORCH, {}, "pytorch", "imports torch"),
        (SKLEARN, {}, "sklearn", "imports sklearn"),
        (ECHO, {"model/weights.pth": ""}, "pytorch", "model directory holds weights.pth"),
        (ECHO, {"model/m.joblib": ""}, "sklearn", "model directory holds m.joblib"),
        (ECHO, {}, "inference", "no framework import seen"),
    ],
)
def test_auto_decides_and_says_why(source: str, files: dict[str, str], stack: str, reason: str, tmp_path: Path) -> None:
    ((chosen, why),) = one(tmp_path, write_script(tmp_path, source, files=files)).stacks
    assert chosen.name == stack
    assert reason in why


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["sklearn"], ["sklearn"]),
        (["sklearn", "pytorch"], ["sklearn", "pytorch"]),
        (["inference@1.5.5", "inference@1.10.1"], ["inference@1.5.5", "inference@1.10.1"]),
        (["inference", "inference@1.10.1", "auto"], ["inference"]),
        (["all"], sorted(stack_names())),
        (["pytorch", "all"], ["pytorch", *(name for name in sorted(stack_names()) if name != "pytorch")]),
    ],
)
def test_each_stack_is_judged_once(asked: list[str], expected: list[str], tmp_path: Path) -> None:
    judged = one(tmp_path, write_script(tmp_path, ECHO), stack=asked)
    found = [repr(stack) for stack, _ in judged.stacks]
    assert found == [repr(get_stack(name)) for name in expected] or sorted(found) == sorted(
        repr(get_stack(name)) for name in expected
    )
    assert len({item.name for item in judged.items}) == len(judged.items)


@pytest.mark.parametrize("name", ["sklaern", "inference@9.9"])
def test_a_stack_that_is_not_known_is_a_usage_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="valid"):
        one(tmp_path, write_script(tmp_path, ECHO), stack=[name])


def test_a_script_has_settings_of_its_own(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_script(tmp_path / name, ECHO)
    (tmp_path / "other").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        "[tool.smcontract]\nmax-examples = 5\n"
        '[tool.smcontract.scripts."a/inference.py"]\n'
        'max-examples = 7\nmodel-dir = "other"\nstack = "sklearn"\nenv = { GREETING = "hello" }\n'
    )
    first, second = workspace(tmp_path).judge(tmp_path)
    assert [judged.settings.max_examples for judged in (first, second)] == [7, 5]
    assert [judged.stacks[0][0].name for judged in (first, second)] == ["sklearn", "inference"]
    assert (first.target.model_dir, second.target.model_dir) == (tmp_path / "other", None)
    assert dict(first.settings.env) == {"GREETING": "hello"}


def test_the_stacks_of_a_script_share_its_budget(tmp_path: Path) -> None:
    judged = one(tmp_path, write_script(tmp_path, ECHO), stack=["inference", "sklearn"])
    first, second = (judged.session(stack) for stack, _ in judged.stacks)
    first.spent.seconds += 2.5
    assert second.spent.seconds == 2.5
    assert one(tmp_path, judged.target.script).session(judged.stacks[0][0]).spent.seconds == 0


@pytest.mark.parametrize(
    ("files", "root"),
    [
        ({}, "a/b"),
        ({"pyproject.toml": "", "a/b/setup.py": ""}, "."),
        ({"pyproject.toml": "", "a/pyproject.toml": ""}, "a"),
        ({"pyproject.toml": "", "a/pytest.ini": ""}, "a"),
        ({"pyproject.toml": "", "a/.pytest.ini": ""}, "a"),
        ({"pyproject.toml": "", "a/tox.ini": "[tox]\n[pytest]\n"}, "a"),
        ({"pyproject.toml": "", "a/tox.ini": "[tox]\n"}, "."),
        ({"pyproject.toml": "", "a/setup.cfg": "[tool:pytest]\n"}, "a"),
        ({"pyproject.toml": "", "a/setup.cfg": "[metadata]\n"}, "."),
        ({"pytest.ini": "", "a/pyproject.toml": ""}, "."),
        ({"pytest.ini": "", "a/pyproject.toml": "[tool.pytest.ini_options]\n"}, "a"),
        ({"pytest.ini": "", "a/pyproject.toml": "[tool.pytestX]\n"}, "."),
        ({"setup.py": ""}, "."),
    ],
    ids=str,
)
def test_the_root_is_pytests_own(files: dict[str, str], root: str, tmp_path: Path) -> None:
    here = tmp_path / "a" / "b"
    here.mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found, *_ = determine_setup(inifile=None, override_ini=None, args=[], rootdir_cmd_arg=None, invocation_dir=here)
    assert project_root(here) == found == tmp_path / root


def test_an_archive_is_unpacked_and_removed_again(tmp_path: Path) -> None:
    space = workspace(tmp_path)
    (judged,) = space.judge(archive(tmp_path, ECHO))
    assert judged.name == "model.tar.gz"
    unpacked = judged.target.code_dir
    assert (unpacked / "inference.py").is_file()
    space.close()
    assert not unpacked.exists()
    space.close()


def test_a_model_directory_may_be_an_archive(tmp_path: Path) -> None:
    space = workspace(tmp_path, model_dir=str(archive(tmp_path, ECHO)))
    (judged,) = space.judge(write_script(tmp_path, ECHO))
    assert judged.target.model_dir is not None
    assert (judged.target.model_dir / "code").is_dir()
    space.close()
    assert not judged.target.model_dir.exists()


@pytest.mark.parametrize("path", ["missing.py", "empty", "notes.txt"])
def test_a_path_that_is_none_of_these_is_a_usage_error(path: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(UsageError, match=path.partition(".")[0]):
        workspace(tmp_path).judge(tmp_path / path)
