"""What the handlers take out of the request's data, and what they do with it: a guess at what a body holds."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from smcontract.lean import dataclass
from smcontract.script.constants import UNKNOWN, Constants
from smcontract.script.facts import Function, FunctionNode
from smcontract.script.names import positional
from smcontract.script.trace import Definitions, definitions

TYPE_CHECKING = False
if TYPE_CHECKING:
    Path = tuple[str, ...]

ITEM = "*"
"""In a path: any item of a list."""
_DATA = {"input_fn": 0, "transform_fn": 1, "predict_fn": 0}
_DEEP = 4
_OF_TEXT = frozenset(
    [
        "casefold",
        "encode",
        "endswith",
        "isalpha",
        "lower",
        "lstrip",
        "replace",
        "rstrip",
        "split",
        "startswith",
        "title",
        "upper",
    ]
)
_TO_NUMBER = frozenset({"float", "int", "float32", "float64", "int64", "round"})
_TO_ARRAY = frozenset({"array", "asarray", "tensor", "as_tensor", "FloatTensor", "len", "from_numpy"})
_OF_TABLES = (_TO_ARRAY - {"len"}) | {"DataFrame", "from_records", "json_normalize"}
"""What makes of a list of records a table with as many rows."""
_VALIDATES = frozenset({"model_validate_json", "model_validate", "parse_raw", "parse_obj"})
_TAKES_TEXT = ("token", "nlp", "pipe", "vectoriz", "clean", "embed", "summar", "translat", "generat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One place of a body: the keys that lead to it, whether the script insists on it, and what it is used as.

    `use` is "text", "number", "list", "base64" or "" where nothing tells.
    """

    path: Path
    required: bool
    use: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyFacts:
    """What a script's source tells of its bodies: what it reads of them, and the columns it names.

    `is_image` says that it opens an image, `models` which pydantic model of its own it reads which place as. `many`
    are the places whose items it goes through, or of which as a whole it makes an array or a data frame.
    """

    reads: tuple[Read, ...] = ()
    columns: tuple[str, ...] = ()
    is_image: bool = False
    models: tuple[tuple[Path, str], ...] = ()
    many: frozenset[Path] = frozenset()


def body_facts(tree: ast.Module, functions: Mapping[str, Function]) -> BodyFacts:
    """Return what the handlers and their helpers do with the request's data; best effort."""
    walk = _Walk(Constants(tree), definitions(tree), _models(tree))
    # What one handler returns, the next is given; keys that only it reads stand in the same document.
    for name, position in _DATA.items():
        function = functions.get(name)
        if function is None or function.node is None:
            continue
        names = positional(function.node)[position : position + 1]
        walk.function(function.node, dict.fromkeys(names, ()))
    merged = tuple(
        Read(path=path, required=path in walk.required - walk.asked, use=walk.uses.get(path, ""))
        for path in walk.paths
        if path and path[-1] != ITEM
    )
    # What the script never reads, but refuses every body without: there is no table of its own in it.
    merged += tuple(Read(path=path, required=True, use="number") for path in walk.demanded if path not in walk.paths)
    return BodyFacts(
        reads=merged,
        columns=tuple(walk.columns),
        is_image=walk.is_image,
        models=tuple(walk.read_as.items()),
        many=frozenset(walk.many),
    )


def _models(tree: ast.Module) -> frozenset[str]:
    """Return the classes of the script that derive from pydantic's `BaseModel`, as far as it shows."""
    found = {"BaseModel"}
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef) and any(_name(base) in found for base in statement.bases):
            found.add(statement.name)
    return frozenset(found - {"BaseModel"})


class _Walk:
    """A walk through a function that knows which names hold which part of the body."""

    def __init__(self, constants: Constants, helpers: Definitions, models: frozenset[str]) -> None:
        self.constants, self.helpers, self.models = constants, helpers, models
        self.read_as: dict[Path, str] = {}
        self.paths: dict[Path, None] = {}
        self.required: set[Path] = set()
        self.asked: set[Path] = set()
        """What the script asks for first, and does without."""
        self.demanded: dict[Path, None] = {}
        """What it refuses a body without."""
        self.uses: dict[Path, str] = {}
        self.columns: dict[str, None] = {}
        self.is_image = False
        self.many: set[Path] = set()
        self._active: list[int] = []
        self._env: dict[str, Path] = {}
        self._words: dict[str, tuple[str, ...]] = {}

    def function(self, node: FunctionNode, env: dict[str, Path]) -> None:
        if id(node) in self._active or len(self._active) > _DEEP:
            return
        before = self._env, self._words
        self._env, self._words = env, {}
        self._active.append(id(node))
        for part in node.body if isinstance(node.body, list) else [node.body]:
            self._visit(part)
        self._active.pop()
        self._env, self._words = before

    def _visit(self, node: ast.AST) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                return
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                self._visit(value)
                self._bind(name, self._path(value))
                return
            case ast.For(target=target, iter=iterated) | ast.comprehension(target=target, iter=iterated):
                self._visit(iterated)
                self._iterate(target, iterated)
                if isinstance(node, ast.For):
                    for statement in [*node.body, *node.orelse]:
                        self._visit(statement)
                return
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                for generator in node.generators:
                    self._visit(generator)
            case ast.If(test=test, body=[*_, ast.Raise()]):
                self.demanded |= dict.fromkeys(self._missing(test))
        if isinstance(node, ast.Subscript | ast.Call | ast.BinOp | ast.Compare):
            self._note(node)
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.comprehension):
                self._visit(child)

    def _missing(self, test: ast.expr) -> Iterator[Path]:
        """Yield the places of which a test asks whether they are missing: `"instances" not in data`."""
        for node in ast.walk(test):
            match node:
                case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.NotIn()], comparators=[holder]):
                    within = self._path(holder)
                    if within is not None:
                        yield (*within, key)

    def _bind(self, name: str, path: Path | None) -> None:
        if path is None:
            self._env.pop(name, None)
        else:
            self._env[name] = path

    def _iterate(self, target: ast.expr, iterated: ast.expr) -> None:
        if not isinstance(target, ast.Name):
            return
        path = self._path(iterated)
        if path is not None:
            self._use(path, "list")
            self.many.add(path)
            self._env[target.id] = (*path, ITEM)
            return
        words = self._texts(iterated)
        if words:
            self._words[target.id] = words

    def _note(self, node: ast.expr) -> None:
        """Note what is read of the body, and what is done with what was read."""
        match node:
            case ast.Subscript(ctx=ast.Load()):
                for path in self._read(node):
                    self.required.add(path)
            case ast.Call():
                list(self._read(node))
                self._call(node)
            case ast.BinOp(left=left, right=ast.Constant(value=int() | float())):
                self._use(self._path(left), "number")
            case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.In() | ast.NotIn()], comparators=[holder]):
                within = self._path(holder)
                if within is not None:
                    self.asked.add((*within, key))
            case ast.Compare(left=left, comparators=[ast.Constant(value=int() | float())]):
                self._use(self._path(left), "number")

    def _read(self, node: ast.expr) -> Iterator[Path]:
        """Yield the places of the body that a subscript or a `get` reads by a key."""
        match node:
            case ast.Subscript(value=value, slice=index):
                holder, keys = self._path(value), self._keys(index)
            case ast.Call(func=ast.Attribute(value=value, attr="get" | "pop"), args=[index, *_]):
                holder, keys = self._path(value), self._keys(index)
            case _:
                return
        if holder is None or not keys:
            return
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.List | ast.Name) and len(keys) > 1:
            self.columns |= dict.fromkeys(keys)
        for key in keys:
            self.paths[(*holder, key)] = None
            yield (*holder, key)

    def _keys(self, index: ast.expr) -> tuple[str, ...]:
        match index:
            case ast.Constant(value=str(key)):
                return (key,)
            case ast.Name(id=name) if name in self._words:
                return self._words[name]
        return self._texts(index)

    def _texts(self, node: ast.expr) -> tuple[str, ...]:
        """Return the texts of a list that the source shows, or nothing."""
        if isinstance(node, ast.List | ast.Tuple):
            values = [self.constants.literal(element) for element in node.elts]
        else:
            value = self.constants.literal(node) if isinstance(node, ast.Name) else UNKNOWN
            values = list(value) if isinstance(value, tuple | list) else [value]
        return tuple(values) if values and all(isinstance(value, str) for value in values) else ()

    def _call(self, node: ast.Call) -> None:
        name = _name(node.func)
        if (name == "open" and "Image" in ast.unparse(node.func)) or name == "imdecode":
            self.is_image = True
        for keyword in node.keywords:
            if keyword.arg in {"columns", "names", "usecols"} and (named := self._texts(keyword.value)):
                self.columns |= dict.fromkeys(named)
        if isinstance(node.func, ast.Attribute) and name in _OF_TEXT:
            self._use(self._path(node.func.value), "text")
        path = self._path(node.args[0]) if node.args else None
        if path is not None and name in _OF_TABLES:
            self.many.add(path)
        self._model(node, path)
        if isinstance(node.func, ast.Name) and node.func.id in self.helpers:
            self._into(node, self.helpers[node.func.id])
        elif path is None:
            return
        elif name in _TO_NUMBER:
            for place in list(self._read(node.args[0])) or [path]:
                self._use(place, "number")
        elif name in _TO_ARRAY:
            self._use(path, "list")
        elif name == "b64decode":
            self._use(path, "base64")
        elif (name == "isinstance" and _name(node.args[-1]) == "str") or any(
            word in name.lower() for word in _TAKES_TEXT
        ):
            self._use(path, "text")

    def _model(self, node: ast.Call, path: Path | None) -> None:
        """Note that a place is read as a pydantic model: `Model(**data)`, `Model.model_validate_json(body)`."""
        match node:
            case ast.Call(func=ast.Name(id=name), keywords=[ast.keyword(arg=None, value=value)]) if name in self.models:
                path = self._path(value)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if name in self.models:
                path = path if method in _VALIDATES else None
            case _:
                return
        if path is not None:
            self.read_as.setdefault(path, name)

    def _into(self, call: ast.Call, helper: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        passed: dict[str, Path] = {}
        for parameter, argument in zip(positional(helper), call.args, strict=False):
            path = self._path(argument)
            if path is not None:
                passed[parameter] = path
        if passed:
            self.function(helper, passed)

    def _use(self, path: Path | None, use: str) -> None:
        # What is told first is nearest to the body; that something has a length says less than anything else.
        if path is not None and self.uses.get(path, "list") == "list":
            self.uses[path] = use

    def _path(self, node: ast.expr) -> Path | None:
        """Return which part of the body an expression holds, as it came or parsed, or None."""
        match node:
            case ast.Name(id=name):
                return self._env.get(name)
            case ast.Subscript(value=value, slice=index):
                holder = self._path(value)
                keys = self._keys(index)
                if holder is None or len(keys) > 1:
                    return holder
                return (*holder, keys[0]) if keys else (*holder, ITEM)
            case ast.Call(func=ast.Attribute(value=value, attr="get" | "pop"), args=[index, *_]):
                holder, keys = self._path(value), self._keys(index)
                return (*holder, keys[0]) if holder is not None and keys else holder
            case ast.Call(func=func, args=args):
                if isinstance(func, ast.Name) and func.id in self.helpers:
                    return None
                inner = self._path(func.value) if isinstance(func, ast.Attribute) else None
                return inner if inner is not None else next(filter(_is_path, map(self._path, args[:1])), None)
            case ast.BoolOp(values=values):
                return next(filter(_is_path, map(self._path, values)), None)
            case ast.IfExp(body=body, orelse=orelse):
                path = self._path(body)
                return path if path is not None else self._path(orelse)
            case ast.List(elts=[only]):
                return self._path(only)
            case ast.Attribute(value=value):
                return self._path(value)
        return None


def _is_path(path: Path | None) -> bool:
    return path is not None


def _name(node: ast.expr) -> str:
    """Return the last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
