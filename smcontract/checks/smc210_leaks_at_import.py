"""SMC210: the script's own import leaves something behind."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.endpoints import Ended
from smcontract.endpoints._channel import Tampered
from smcontract.script.nodes import dotted
from smcontract.script.statements import own_statements, walk
from smcontract.second_look import Left, second_look
from smcontract.session import Inconclusive
from smcontract.violations import OnSageMaker, Severity, Violation

_MEANT = frozenset(
    {
        *("sys.excepthook", "sys.displayhook", "sys.unraisablehook", "threading.excepthook"),
        *("warnings.showwarning", "warnings.formatwarning"),
    }
)
"""Names that are there to be replaced."""


@check("SMC210", "leaks-at-import", phases=(Phase.LOAD,), severity=Severity.WARNING)
def leaks_at_import(ctx: CheckContext) -> Iterator[Violation]:
    """The script's own import leaves threads, signal handlers, another working directory or patched modules.

    ## What it does
    Imports the script in a process of its own and looks at what its own lines left: threads that still run, signal
    handlers that are others, another working directory, and functions or classes of imported modules that it
    replaced.

    ## Why it fails on SageMaker
    The process is the server's worker. Its signal handlers end it in order; other models of the same worker (a
    multi-model endpoint) stand in the same directory and call the same modules; a thread outlives the model, and
    where the server forks its workers after the import it does not run in them.

    ## Example
        os.chdir(os.path.dirname(__file__))
        threading.Thread(target=refresh, daemon=True).start()
        requests.get = functools.partial(requests.get, timeout=5)

    ## Fix
    Start in `model_fn` what belongs to a model, build paths instead of changing the directory, and call functions of
    your own instead of replacing a library's.

    ## When it stays silent
    What imported libraries do by themselves does not count, nor do settings (`PIL.ImageFile.LOAD_TRUNCATED_IMAGES =
    True`), names that a library has not (`np.float = float`), and hooks that are there to be replaced
    (`sys.excepthook`).

    ## Source
    multi-model-server 1.1.11, `model_service_worker.py`; gunicorn, `workers/base.py`, `init_signals`.
    """
    look = second_look(ctx.session)
    try:
        loaded = look.load()
    except Tampered as why:
        yield from _replaced(ctx, why)
        return
    if loaded.ended is not Ended.ANSWERED:
        code = ctx.responsible(ctx.exchange(ctx.request(b"")))
        raise Inconclusive(f"reported as {code}" if code else f"loaded once more, its process ended: {loaded.death}")
    failure = loaded.failure
    if failure is not None and failure.stage != "model_fn":
        ctx.loaded()
        raise Inconclusive(f"reported as {ctx.responsible(ctx.exchange(ctx.request(b'')))}", failure)
    seen: set[object] = set()
    for one in look.left(_assigned(ctx)):
        key = (one.what, one.line)
        if key in seen or (one.what == "patch" and not _was_there(ctx, one.name)):
            continue
        seen.add(key)
        yield _violation(ctx, one)


def _replaced(ctx: CheckContext, why: Tampered) -> Iterator[Violation]:
    """Yield what the script replaced of Python itself, after which nothing more can be asked of it."""
    names = [name for name in why.changed if "smcontract" not in name]
    if not names:
        raise why
    lines = {str(one["chain"]): one["line"] for one in _assigned(ctx)}
    for name in names:
        line = lines.get(name)
        yield _violation(ctx, Left(what="patch", name=name, file=None, line=line if isinstance(line, int) else None))


def _violation(ctx: CheckContext, one: Left) -> Violation:
    what, instead = {
        "thread": (f"a thread that still runs ({one.name})", "start it in model_fn, and only where it is needed"),
        "signal": (f"a signal handler of its own for {one.name}", "leave the signals to the server"),
        "cwd": ("another working directory", "build paths from os.path.dirname(os.path.abspath(__file__))"),
        "patch": (f"another {one.name} than the library's", f"call a function of your own instead of {one.name}"),
    }[one.what]
    return ctx.violation(
        message=f"the script's import leaves {what}",
        expected="an import that only defines",
        got=what,
        on_sagemaker=OnSageMaker(status=200, message="the server's worker, and whatever else it serves, has it too"),
        file=one.file,
        line=one.line,
        cause=f"{one.what} {one.name if one.what in {'patch', 'signal'} else ''}".strip(),
        fix=instead,
    )


def _assigned(ctx: CheckContext) -> list[dict[str, object]]:
    """Return the attributes that are assigned while the script is imported: `{"chain": "ssl.x", "line": 3}`."""
    tree = ctx.script.tree
    if tree is None:
        return []
    own = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    statements = list(_at_import(tree.body))
    called = [name for statement in statements if (name := _called(statement)) in own]
    for name in dict.fromkeys(called):
        statements += own_statements(own[name])
    chains = ((chain, statement.lineno) for statement in statements for chain in _chains(statement))
    return [{"chain": chain, "line": line} for chain, line in chains if chain.find(".") > 0 and chain not in _MEANT]


def _at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.If) and "__main__" in ast.unparse(statement.test):
            continue
        yield from walk([statement], into_functions=False)


def _called(statement: ast.stmt) -> str:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name
    return ""


def _chains(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Assign(targets=targets):
            for target in targets:
                if isinstance(target, ast.Attribute):
                    yield dotted(target) or ""
        case ast.Expr(value=ast.Call(func=ast.Name(id="setattr"), args=[base, ast.Constant(value=str(name)), _])):
            yield f"{dotted(base) or ''}.{name}"


def _was_there(ctx: CheckContext, chain: str) -> bool:
    """Whether the library has the name without the script: what is new replaces nothing."""
    root, _, rest = chain.partition(".")
    path = next((path for name, path in _imports(ctx) if name == root), None)
    if path is None:
        return True
    code = (
        "import importlib, sys\n"
        "module, _, name = sys.argv[1].rpartition(':')\n"
        "try:\n    base = importlib.import_module(module)\n"
        "except ImportError:\n    outer, _, last = module.rpartition('.')\n"
        "    base = getattr(importlib.import_module(outer), last)\n"
        "for part in name.split('.')[:-1]:\n    base = getattr(base, part)\n"
        "sys.exit(0 if hasattr(base, name.split('.')[-1]) else 3)\n"
    )
    python = str(ctx.session.settings.python or sys.executable)
    try:
        ended = subprocess.run(
            [python, "-B", "-c", code, f"{path}:{rest}"], capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return True
    return ended.returncode != 3


def _imports(ctx: CheckContext) -> Iterator[tuple[str, str]]:
    """Yield the names that the script's imports bind, each with the path of what it is."""
    assert ctx.script.tree is not None
    for statement in walk(ctx.script.tree.body, into_functions=False):
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                top = alias.name.partition(".")[0]
                yield alias.asname or top, alias.name if alias.asname else top
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            for alias in statement.names:
                yield alias.asname or alias.name, f"{statement.module}.{alias.name}"
