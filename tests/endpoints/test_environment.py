"""The variables that the script's process sees."""

import json
import os
import site
from pathlib import Path

import pytest

from serving import serve
from smcontract.endpoints._environment import KEPT, container_environment

SHOW = """
    import json, os

    AT_IMPORT = dict(os.environ)

    def model_fn(model_dir):
        return None

    def transform_fn(model, body, content_type, accept):
        return json.dumps([AT_IMPORT, dict(os.environ)])
"""

SECRETS = {
    "AWS_ACCESS_KEY_ID": "hunter2",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/ours",
    "AWS_PROFILE": "hunter2",
    "AWS_SECRET_ACCESS_KEY": "hunter2",
    "AWS_SESSION_TOKEN": "hunter2",
    "HF_TOKEN": "hunter2",
    "HYPOTHESIS_STORAGE_DIRECTORY": "/ours",
    "PIP_INDEX_URL": "https://user:hunter2@registry",
    "PYTEST_ADDOPTS": "hunter2",
    "PYTEST_XDIST_WORKER": "hunter2",
    "SSH_AUTH_SOCK": "/ours",
    "USER": "hunter2",
    "XDG_CONFIG_HOME": "/ours",
    "GITHUB_TOKEN": "hunter2",
    "HTTPS_PROXY": "http://user:hunter2@proxy",
    "PYTEST_CURRENT_TEST": "ours",
    "PYTHONPATH": "/ours",
    "SAGEMAKER_PROGRAM": "other.py",
    "SM_MODEL_DIR": "/ours",
    "VIRTUAL_ENV": "/ours",
}


def of_container(**extra: str) -> dict[str, str]:
    return container_environment(program="serve.py", code_dir=Path("/code"), home=Path("/home"), extra=extra)


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def test_it_is_the_containers_and_what_python_needs(ours: None) -> None:
    environment = of_container()
    assert environment["SAGEMAKER_PROGRAM"] == "serve.py"
    assert environment["SAGEMAKER_SUBMIT_DIRECTORY"] == "/code"
    assert environment["HOME"] == environment["TMPDIR"] == "/home"
    assert environment["OMP_NUM_THREADS"] == "1"
    assert environment["PATH"] == os.environ["PATH"]


def test_nothing_else_of_ours_is_passed_on(ours: None) -> None:
    environment = of_container()
    assert not any(name.startswith("SM_") for name in environment)
    assert not any("hunter2" in value or value == "/ours" for value in environment.values())
    passed_on = {name for name in environment if environment[name] == os.environ.get(name)}
    assert passed_on <= KEPT | {"LANG", "LC_ALL", "PYTHONUSERBASE", "PYTHONUNBUFFERED"}


def test_what_the_user_passes_wins() -> None:
    environment = of_container(SAGEMAKER_REGION="eu-west-1", HOME="/elsewhere", MODEL_NAME="m")
    assert (environment["SAGEMAKER_REGION"], environment["HOME"]) == ("eu-west-1", "/elsewhere")
    assert environment["MODEL_NAME"] == "m"


@pytest.mark.parametrize("enabled", [True, False])
def test_packages_of_the_user_are_found_though_home_is_another(enabled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "ENABLE_USER_SITE", enabled)
    monkeypatch.setattr(site, "USER_BASE", "/user/base")
    assert of_container().get("PYTHONUSERBASE") == ("/user/base" if enabled else None)


def test_the_script_sees_that_and_no_more(ours: None, tmp_path: Path) -> None:
    with serve(tmp_path, SHOW, environment={"GREETING": "hello"}) as endpoint:
        response = endpoint.invoke(b"")
    at_import, at_request = json.loads(response.body)
    expected = {"GREETING", "HOME", "LANG", "LC_ALL", "PYTHONUNBUFFERED", "TMPDIR"}
    expected |= {f"SAGEMAKER_{name}" for name in ("PROGRAM", "SUBMIT_DIRECTORY", "CONTAINER_LOG_LEVEL", "REGION")}
    for seen in (at_import, at_request):
        assert expected <= set(seen) <= expected | KEPT | {"PYTHONUSERBASE"}
        assert seen["GREETING"] == "hello"
        assert seen["SAGEMAKER_PROGRAM"] == "inference.py"
        assert seen["SAGEMAKER_SUBMIT_DIRECTORY"] == str(tmp_path)
        assert "hunter2" not in json.dumps(seen)


def test_home_is_a_directory_of_the_endpoints_own(tmp_path: Path) -> None:
    with serve(tmp_path, SHOW) as endpoint:
        home = Path(json.loads(endpoint.invoke(b"").body)[0]["HOME"])
        assert home.is_dir()
        assert home != Path.home()
    assert not home.exists()


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open descriptors are told by /proc")
def test_no_descriptor_of_ours_is_inherited(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    source = """
        import json, os

        def model_fn(model_dir):
            return None

        def transform_fn(model, body, content_type, accept):
            found = []
            for fd in os.listdir("/proc/self/fd"):
                try:
                    found.append(os.readlink("/proc/self/fd/" + fd))
                except OSError:
                    # The directory's own, which was open while it was read.
                    continue
            return json.dumps(found)
    """
    with open(tmp_path / "secret", encoding="utf-8") as file:
        os.set_inheritable(file.fileno(), True)
        with serve(tmp_path, source) as endpoint:
            found = json.loads(endpoint.invoke(b"").body)
    assert {name.partition(":")[0] for name in found} <= {"/dev/null", "socket", "pipe"}
