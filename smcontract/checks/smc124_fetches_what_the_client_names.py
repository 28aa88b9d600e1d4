"""SMC124: the handler opens what a request names."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from smcontract.checks._check import Phase, StaticContext, check
from smcontract.script import Script
from smcontract.script.calls import REQUESTED, Call, served
from smcontract.script.mentions import mentions
from smcontract.script.names import positional
from smcontract.script.nodes import nodes_of
from smcontract.script.request import Use, request_uses
from smcontract.violations import OnSageMaker, Severity, Violation

Carries = Callable[[ast.expr | None], bool]

# Each opens a URL (or bucket) that its argument of this position, or of these keywords, names.
_URLS = {
    **{f"requests.{verb}": (0, ("url",)) for verb in ("get", "post", "put", "head", "patch", "delete")},
    **{f"httpx.{verb}": (0, ("url",)) for verb in ("get", "post", "head", "stream")},
    "requests.request": (1, ("url",)),
    "urllib.request.urlopen": (0, ("url",)),
    "urllib.request.urlretrieve": (0, ("url",)),
    "urllib.request.Request": (0, ("url",)),
    "wget.download": (0, ("url",)),
}
_FILES = {
    "open": (0, ("file",)),
    "io.open": (0, ("file",)),
    "cv2.imread": (0, ("filename",)),
    "cv2.VideoCapture": (0, ("filename",)),
    "PIL.Image.open": (0, ("fp",)),
    "pandas.read_csv": (0, ("filepath_or_buffer",)),
    "pandas.read_parquet": (0, ("path",)),
    "pandas.read_excel": (0, ("io",)),
    "imageio.imread": (0, ("uri",)),
    "skimage.io.imread": (0, ("fname",)),
}
# Of clients and resources of boto3, told by their name and by what they are given.
_BUCKETS = {"get_object": -1, "download_file": 0, "download_fileobj": 0, "Bucket": 0, "Object": 0}
_ROOTS = frozenset({*_BUCKETS, *(name.partition(".")[0] for name in (*_URLS, *_FILES))})
_THROUGH = frozenset({"os.path.join", "pathlib.Path", "urllib.parse.urlparse", "urllib.parse.urlsplit", ".format"})
_WORDS = (
    "requests",
    "httpx",
    "url",
    "wget",
    "open(",
    "imread",
    "VideoCapture",
    "read_",
    "_object",
    "download",
    "Bucket",
)


@check("SMC124", "fetches-what-the-client-names", phases=(Phase.STATIC,), severity=Severity.WARNING)
def fetches_what_the_client_names(ctx: StaticContext) -> Iterator[Violation]:
    """A URL, a bucket or a path from the request is opened.

    ## What it does
    Follows the body through decoding, JSON and subscripts to calls that fetch a URL, read a bucket or open a file.

    ## Why it fails on SageMaker
    Who may invoke the endpoint makes it open whatever its network and its role reach: internal addresses, other
    buckets, files of the container (server-side request forgery). Under network isolation no URL can be reached at
    all, and such requests fail with 500 (`huggingface`: 400).

    ## Example
        def input_fn(data, content_type):
            return Image.open(requests.get(json.loads(data)["url"], stream=True).raw)

    ## Fix
    Take the data itself in the request, or open only what is on a list of hosts, buckets or folders.

    ## When it stays silent
    Where the value is tested before (an `if` or `assert` that looks at it and raises or returns), for a whole body
    that is asked for its type, where the host or
    bucket is fixed and only the rest is from the request, where the name of a file is cut to its last part, and
    where a value went through a function whose work the source does not show.

    ## Source
    OWASP, Server Side Request Forgery; CWE-918 and CWE-73.
    """
    script = ctx.script
    if script.tree is None or not any(word in script.source for word in _WORDS):
        return
    # Most scripts open what only the model directory holds.
    if not mentions(script.tree, script.functions, REQUESTED, _ROOTS):
        return
    if not any(_may_open(call) for _, call in served(script.tree, script.functions, REQUESTED)):
        return
    seen: set[int] = set()
    for use in request_uses(script.tree, script.functions, also=_THROUGH):
        what, named = _opened(use)
        if named is None or id(use.call) in seen or _is_tested(script.tree, use, named):
            continue
        if what == "a file" and _is_body(script, use, named) and _is_no_path(ctx, script.tree, use):
            continue
        seen.add(id(use.call))
        yield ctx.violation(
            message=f"{use.handler} opens {what} that the request names",
            expected="data in the request, or a name that is on a list",
            got=ast.unparse(use.call)[:80],
            on_sagemaker=OnSageMaker(
                status=200, message="whoever may invoke the endpoint reads what its network and its role reach"
            ),
            line=use.call.lineno,
            column=use.call.col_offset + 1,
            function=use.handler,
            fix="take the data itself, or check the name against a list before it is opened",
            cause=what,
        )


def _may_open(call: Call) -> bool:
    func = call.node.func
    return call.name in _URLS or call.name in _FILES or (isinstance(func, ast.Attribute) and func.attr in _BUCKETS)


def _opened(use: Use) -> tuple[str, ast.expr | None]:
    """Return what a call opens, and the argument by which the client names it; None if it does not."""
    if use.name in _URLS:
        position, keywords = _URLS[use.name]
        named = _argument(use.call, position, keywords)
        return "a URL", named if use.carries(named) and _starts_with(named, use.carries) else None
    if use.name in _FILES:
        position, keywords = _FILES[use.name]
        named = _argument(use.call, position, keywords)
        return "a file", named if use.carries(named) and not _is_written(use) else None
    function = use.call.func
    if isinstance(function, ast.Attribute) and function.attr in _BUCKETS and not use.carries(function.value):
        named = _argument(use.call, _BUCKETS[function.attr], ("Bucket", "bucket_name"))
        return "a bucket", named if use.carries(named) and _starts_with(named, use.carries) else None
    return "", None


def _argument(call: ast.Call, position: int, keywords: tuple[str, ...]) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg in keywords:
            return keyword.value
    return call.args[position] if 0 <= position < len(call.args) else None


def _is_written(use: Use) -> bool:
    mode = _argument(use.call, 1, ("mode",))
    return use.name.endswith("open") and isinstance(mode, ast.Constant) and "r" not in str(mode.value)


def _starts_with(node: ast.expr | None, carries: Carries) -> bool:
    """Return whether a text begins with the client's own, so that the client chooses the host too."""
    match node:
        case ast.JoinedStr(values=[first, *_]):
            return isinstance(first, ast.FormattedValue) and carries(first.value)
        case ast.BinOp(left=left):
            return carries(left) and _starts_with(left, carries)
        case ast.Call(func=ast.Attribute(value=ast.Constant() as text, attr="format")):
            return str(text.value).startswith("{")
    return True


def _is_body(script: Script, use: Use, named: ast.expr) -> bool:
    """Return whether what is opened is the whole body as it came."""
    function = script.functions.get(use.handler)
    if function is None or function.node is None or not isinstance(named, ast.Name):
        return False
    return named.id in positional(function.node)[:2] and any(inner is use.call for inner in nodes_of(function.node))


def _is_no_path(ctx: StaticContext, tree: ast.Module, use: Use) -> bool:
    """Return whether a body is asked for its type, or is a bytearray, which images are never opened by as a path."""
    if use.name == "PIL.Image.open" and ctx.stack.server != "flask":
        return True
    asked = {ast.unparse(named) for named in use.call.args[:1]}
    return any(
        isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "isinstance"
        and node.args
        and ast.unparse(node.args[0]) in asked
        for statement in tree.body
        if statement.lineno <= use.call.lineno <= (statement.end_lineno or statement.lineno)
        for node in nodes_of(statement)
    )


def _is_tested(tree: ast.Module, use: Use, named: ast.expr) -> bool:
    """Return whether the function looks at the value that names what is opened, before or after."""
    names = {node.id for node in nodes_of(named) if isinstance(node, ast.Name) and use.carries(node)}
    for statement in tree.body:
        if statement.lineno <= use.call.lineno <= (statement.end_lineno or statement.lineno):
            for node in nodes_of(statement):
                if isinstance(node, ast.Call) and node is not use.call and _looks_at(node, names):
                    return True
                tests = [node.test] if isinstance(node, (ast.If, ast.Assert, ast.IfExp)) else []
                if any(isinstance(c, ast.Compare) and _compares(c, names) for t in tests for c in nodes_of(t)):
                    return True
    return False


def _compares(node: ast.Compare, names: set[str]) -> bool:
    """Return whether a comparison says more of the names than that there is a value, or which keys it has."""
    if any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops):
        return False
    if isinstance(node.ops[0], (ast.In, ast.NotIn)) and isinstance(node.left, ast.Constant):
        return False
    operands = [node.left, *node.comparators]
    if any(isinstance(one, ast.Constant) and one.value in ("", None, 0) for one in operands):
        return False
    return any(isinstance(inner, ast.Name) and inner.id in names for one in operands for inner in nodes_of(one))


def _looks_at(node: ast.Call, names: set[str]) -> bool:
    """Return whether a call checks one of the names: `is_allowed(url)`, `url.startswith(...)`, `re.match(..., url)`."""
    match node.func:
        case ast.Attribute(value=ast.Name(id=name), attr="startswith" | "endswith"):
            return name in names and not any(map(_is_scheme, node.args))
        case ast.Name(id=called) | ast.Attribute(attr=called):
            words = ("valid", "allow", "check", "safe", "match", "urlparse", "urlsplit", "verify", "sanit")
            is_check = any(word in called.lower() for word in words)
            return is_check and any(isinstance(a, ast.Name) and a.id in names for a in node.args)
    return False


def _is_scheme(node: ast.expr) -> bool:
    """Return whether a prefix says how something is fetched, and not from where."""
    prefixes = node.elts if isinstance(node, ast.Tuple) else [node]
    schemes = ("http", "https", "ftp", "s3", "data", "file", "gs")
    return all(isinstance(p, ast.Constant) and str(p.value).split(":")[0] in schemes for p in prefixes) and not any(
        isinstance(p, ast.Constant) and str(p.value).partition("://")[2] for p in prefixes
    )
