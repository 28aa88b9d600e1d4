"""SMC210 on what the script's own import leaves."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC210"
LIBRARY = """
import os, signal, threading

threading.Thread(target=threading.Event().wait, daemon=True).start()
signal.signal(signal.SIGUSR1, lambda *_: None)
os.chdir("/")

def get(url):
    return url

LIMIT = 3
"""
TAIL = """

def model_fn(model_dir):
    return 1

def predict_fn(data, model):
    return data
"""
OWN = "import functools, os, signal, sys, threading, warnings\nimport json, ssl, time\nfrom json import decoder\n"


@pytest.mark.parametrize(
    "at_import",
    [
        "LOCK = threading.Lock()",
        "thread = threading.Thread(target=len, args=((),))\nthread.start()\nthread.join()",
        "signal.signal(signal.SIGUSR2, signal.getsignal(signal.SIGUSR2))",
        "here = os.getcwd()\nos.chdir('/')\nos.chdir(here)",
        "sys.excepthook = lambda *_: None\nwarnings.showwarning = lambda *_, **__: None",
        "import library\nlibrary.LIMIT = 5",
        "json.encode_all = lambda values: list(map(json.dumps, values))",
        "time.clock = time.time",
        "class Config:\n    dumps = None\n\nConfig.dumps = json.dumps",
        "sys.path.append(os.path.dirname(__file__))\nos.environ['A'] = '1'",
        "def patch():\n    json.dumps = len",
        "if __name__ == '__main__':\n    json.dumps = len",
    ],
    ids=[
        *("a lock", "a thread that ended", "the same handler", "back again", "hooks", "a setting", "a new name"),
        *("a name that is gone", "its own class", "paths and variables", "never called", "as a program"),
    ],
)
def test_an_import_that_only_defines_passes(tmp_path: Path, at_import: str) -> None:
    files = {"site-packages/library.py": "LIMIT = 3"}
    head = "import sys, os\nsys.path.append(os.path.dirname(os.path.abspath(__file__)) + '/site-packages')\n"
    judged = judge(tmp_path, head + OWN + at_import + TAIL, CODE, files=files)
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("at_import", "line", "said"),
    [
        ("threading.Thread(target=threading.Event().wait, daemon=True).start()", "Thread(", "a thread that still runs"),
        ("threading.Timer(60, len, args=('',)).start()", "Timer(", "a thread that still runs (Timer)"),
        ("signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))", "signal.SIGTERM", "its own for SIGTERM"),
        ("os.chdir('/')", "os.chdir", "another working directory"),
        ("json.dumps = functools.partial(json.dumps, indent=2)", "json.dumps =", "another json.dumps than"),
        ("ssl._create_default_https_context = ssl._create_unverified_context", "ssl._c", "_https_context than"),
        ("json.JSONEncoder.default = lambda self, value: str(value)", "json.JSONE", "json.JSONEncoder.default"),
        ("setattr(decoder, 'scanstring', lambda *_: ('', 0))", "setattr(", "another decoder.scanstring"),
        ("def patch():\n    json.loads = lambda text: text\n\npatch()", "json.loads =", "another json.loads"),
    ],
)
def test_what_is_left_is_a_warning(tmp_path: Path, at_import: str, line: str, said: str) -> None:
    source = OWN + at_import + TAIL
    judged = judge(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert said in violation.message
    assert violation.line == line_of(source, line)


def test_a_helper_beside_the_script_is_its_own(tmp_path: Path) -> None:
    files = {"helper.py": "import os\nos.chdir('/')\n"}
    judged = judge(tmp_path, "import helper" + TAIL, CODE, files=files)
    assert judged.outcome == "warned"
    assert judged.violation.file.endswith("helper.py")


def test_what_imported_libraries_do_does_not_count(tmp_path: Path) -> None:
    head = "import sys, os\nsys.path.append(os.path.dirname(os.path.abspath(__file__)) + '/site-packages')\n"
    judged = judge(tmp_path, head + "import library" + TAIL, CODE, files={"site-packages/library.py": LIBRARY})
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_a_script_that_does_not_import_is_another_checks_matter(tmp_path: Path) -> None:
    judged = judge(tmp_path, "import os\nos.chdir('/')\n1 / 0\n" + TAIL, CODE)
    assert judged.outcome == "skipped"
    assert judged.reason == "reported as SMC201"


@pytest.mark.parametrize(
    ("dies", "reason"), [("os._exit(3)", "reported as SMC605"), ("while True: pass", "reported as SMC604")]
)
def test_an_import_that_does_not_end_well_is_another_checks_matter(tmp_path: Path, dies: str, reason: str) -> None:
    judged = judge(tmp_path, f"import os\nos.chdir('/')\n{dies}\n" + TAIL, CODE, load_timeout=1)
    assert (judged.outcome, judged.violations) == ("skipped", ())
    assert judged.reason == reason
