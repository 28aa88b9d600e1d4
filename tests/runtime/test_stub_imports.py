"""Tests of the imports that stubs stand in for: the script's own alone, and none that it can do without."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from smcontract.runtime.service import Service
from smcontract.runtime.stub_imports import find_missing

IMPORT = builtins.__import__
Serve = Callable[..., Any]
SERVED = """
def model_fn(model_dir):
    return 1

def transform_fn(model, body, content_type, accept):
    return {}, "text/plain"
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Load a script whose `told()` is then answered as text; files of `installed` can be imported as well."""
    service = Service()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site-packages"), *sys.path])

    def loaded(
        source: str,
        *,
        beside: Mapping[str, str] | None = None,
        installed: Mapping[str, str] | None = None,
        stubs: bool = True,
        stack: str = "inference",
    ) -> tuple[dict[str, Any], str]:
        code = tmp_path / "code"
        files = {"code/inference.py": source + SERVED.format("str(told()).encode()")}
        files.update({f"code/{name}": text for name, text in (beside or {}).items()})
        files.update({f"site-packages/{name}": text for name, text in (installed or {}).items()})
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        message = {"op": "load", "code_dir": str(code), "module": "inference", "stack": stack, "stubs_missing": stubs}
        answer, _ = service.handle(message, [])
        if not answer["ok"]:
            return answer, ""
        reply, blobs = service.handle({"op": "invoke", "content_type": "text/plain", "accept": "text/plain"}, [b""])
        assert reply["failure"] is None, reply["failure"]
        return answer, blobs[reply["body"]].decode()

    yield loaded
    service.close()
    for name in [name for name in sys.modules if name.startswith("here_")]:
        del sys.modules[name]
    assert builtins.__import__ is IMPORT


@pytest.mark.parametrize(
    ("imports", "name"),
    [
        ("import voidnet", "voidnet"),
        ("import voidnet.nn", "voidnet"),
        ("import voidnet as v", "v"),
        ("import voidnet.nn.functional as F", "F"),
        ("from voidnet import nn", "nn"),
        ("from voidnet.nn import Module as M", "M"),
        ("from voidnet import *\nkind = Module", "kind"),
        ("import json, voidnet", "voidnet"),
        ("from voidnet import (\n    nn,\n    Tensor,\n)", "Tensor"),
        ("try:\n    import voidnet\nexcept ImportError:\n    raise", "voidnet"),
        ("try:\n    import voidnet\nexcept KeyError:\n    pass", "voidnet"),
    ],
)
def test_each_form_of_import_binds_a_stub(load: Serve, imports: str, name: str) -> None:
    answer, told = load(f"{imports}\n\ndef told():\n    return type({name}).__name__\n")
    assert answer["stubbed"] == ("voidnet",)
    assert told == "StubType"
    assert "voidnet" not in sys.modules


@pytest.mark.parametrize(
    "imports",
    [
        "try:\n    import voidnet\nexcept ImportError:\n    voidnet = None",
        "try:\n    from voidnet import n as voidnet\nexcept (KeyError, ModuleNotFoundError) as e:\n    voidnet = None",
        "voidnet = None\ntry:\n    if voidnet is None:\n        import voidnet\nexcept Exception:\n    pass",
        "from contextlib import suppress\nvoidnet = None\nwith suppress(ImportError):\n    import voidnet",
        "voidnet = None\nif __name__ == '__main__':\n    import voidnet",
    ],
)
def test_an_import_that_the_script_can_do_without_keeps_its_fallback(load: Serve, imports: str) -> None:
    answer, told = load(f"{imports}\n\ndef told():\n    return voidnet\n")
    assert told == "None"
    assert answer["stubbed"] == ()


def test_modules_beside_the_script_have_stubs_too(load: Serve) -> None:
    answer, told = load(
        "from here_helper import kind\nfrom here_package.inner import other\n\n"
        "def told():\n    return type(kind).__name__ + type(other).__name__\n",
        beside={
            "here_helper.py": "import voidnet\nkind = voidnet.Kind\n",
            "here_package/__init__.py": "",
            "here_package/inner.py": "from .deep import other\n",
            "here_package/deep.py": "from voidtext import other\n",
        },
    )
    assert told == "StubTypeStubType"
    assert answer["stubbed"] == ("voidnet", "voidtext")


def test_other_packages_find_what_is_missing_as_missing(load: Serve) -> None:
    _, told = load(
        "import voidnet\nimport here_installed\n\ndef told():\n    return here_installed.HAS, here_installed.later()\n",
        installed={
            "here_installed.py": "try:\n    import voidnet\n    HAS = True\nexcept ImportError:\n    HAS = False\n\n"
            "def later():\n    try:\n        import voidnet\n    except ImportError:\n        return False\n"
        },
    )
    assert told == "(False, False)"


@pytest.mark.parametrize(
    ("source", "files", "message"),
    [
        ("import here_broken", {"installed": {"here_broken.py": "import voidnet"}}, "No module named 'voidnet'"),
        ("import here_beside.gone", {"beside": {"here_beside/__init__.py": ""}}, "No module named 'here_beside.gone'"),
        ("from here_beside import gone", {"beside": {"here_beside.py": ""}}, "cannot import name 'gone'"),
        ("import importlib\nimportlib.import_module('voidnet')", {}, "No module named 'voidnet'"),
        ("from . import voidnet", {}, "attempted relative import"),
    ],
)
def test_what_is_there_and_fails_has_no_stub(load: Serve, source: str, files: Any, message: str) -> None:
    answer, _ = load(f"import voidtext\n{source}\n", **files)
    assert answer["failure"]["type"] in {"ImportError", "ModuleNotFoundError"}
    assert message in answer["failure"]["message"]
    assert not answer["failure"]["of_stub"]


def test_without_stubs_what_is_missing_is_missing(load: Serve) -> None:
    answer, _ = load("import voidnet\n", stubs=False)
    assert answer["failure"]["missing_module"] == "voidnet"
    assert not answer["failure"]["of_stub"]


def test_imports_are_left_alone_where_nothing_is_missing(load: Serve) -> None:
    before = builtins.__import__
    answer, told = load(
        "import builtins, json\nimport here_installed\n\ndef told():\n    return builtins.__import__ is json.IMPORT\n",
        installed={"here_installed.py": "import builtins, json\njson.IMPORT = builtins.__import__\n"},
    )
    assert told == "True"
    assert builtins.__import__ is before
    assert answer["stubbed"] == ()


@pytest.mark.parametrize("stack", ["pytorch", "sklearn", "inference"])
def test_the_toolkits_have_their_own_constants_and_codecs(load: Serve, stack: str) -> None:
    answer, told = load(
        "from sagemaker_containers.beta.framework import content_types, encoders, worker, voidmodule\n\n"
        "def told():\n"
        "    return content_types.NPY, encoders.encode([1], content_types.CSV), type(voidmodule).__name__\n",
        stack=stack,
    )
    assert told == "('application/x-npy', '1\\n', 'StubType')"
    assert answer["stubbed"] == ("sagemaker_containers",)


def test_what_a_script_needs_is_read_from_its_files(tmp_path: Path) -> None:
    files = {
        "inference.py": "import os, voidnet.nn as nn\nimport here_helper\ntry:\n    import voidtext\n"
        "except ImportError:\n    pass\n\ndef model_fn(d):\n    from voidlate import x\n",
        "here_helper.py": "from voidaudio import load\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import voidtypes\n",
        "here_unused.py": "import voidunused\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert find_missing(str(tmp_path), "inference") == ("voidaudio", "voidlate", "voidnet")
    assert find_missing(str(tmp_path), "inference", ["voidnet"]) == ("voidaudio", "voidlate")
