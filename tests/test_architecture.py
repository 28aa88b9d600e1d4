"""The order of the modules: what is imported always stands further up in one table."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import smcontract
from smcontract.checks import all_checks, static_checks

ROOT = Path(smcontract.__file__).parent
TESTS = Path(__file__).parent
FACADE = "smcontract"
LONGEST = 400
OLD_PYTHON = (3, 8)

LAYERS: tuple[tuple[str, ...], ...] = (
    # The facade imports nothing of ours before it is asked for it.
    (FACADE,),
    # What values are made with.
    ("lean",),
    # Values that every layer may know.
    ("errors", "violations", "options", "scratch", "writing"),
    # What the source says.
    ("script",),
    # What a container does.
    ("stacks",),
    # The script's own process.
    ("runtime",),
    # What is judged, and with which settings.
    ("archives", "searching"),
    ("layout",),
    ("targets",),
    ("settings_sources",),
    ("settings_kinds",),
    ("settings_values",),
    ("settings",),
    # What is sent, and what answers.
    ("payloads",),
    ("endpoints",),
    # What an answer means.
    ("judgement", "only_here"),
    ("refused_types",),
    ("misfits", "unfit_models"),
    ("probing",),
    ("stand_ins",),
    ("session",),
    ("resting",),
    ("lifecycle",),
    ("second_look",),
    ("confirming",),
    ("checks",),
    # What is run, and how it ends.
    ("plan", "properties", "findings", "standing_in"),
    ("runner",),
    # What is told of it.
    ("reporting",),
    ("cases",),
    ("workspace",),
    ("records", "saving", "replaying"),
    ("static",),
    ("api",),
    # Where a user comes in.
    ("pytest_*",),
    ("cli",),
    ("__main__",),
)

# Rules beyond the order: (who, may import nothing of ours but), and (who, may not import).
ONLY = {
    "script": ("script", "lean"),
    # Named tuples for which Python needs no `typing`.
    "stacks": ("stacks", "runtime", "lean"),
    "runtime": ("stacks", "runtime"),
    # The stacks read RecordIO, which is read in one place.
    "payloads": ("payloads", "errors", "stacks"),
}
NEVER = {
    "checks": ("reporting",),
    "reporting": ("endpoints", "runtime", "script", "session"),
    "script": ("stacks",),
}
HEAVY = frozenset({"numpy", "hypothesis", "torch", "sklearn", "scipy", "pandas"})


@dataclass(frozen=True, slots=True)
class Import:
    """One import: the module or name, its line, and whether it is made when the importer is."""

    name: str
    line: int
    is_at_import: bool
    is_for_types: bool


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(ROOT.rglob("*.py"))}


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def walk(node: ast.AST, *, at_import: bool = True, for_types: bool = False) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, at_import, for_types)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"line {child.lineno}: imports are absolute"
            for alias in child.names:
                full = f"{child.module}.{alias.name}"
                yield Import(full if full in MODULES else str(child.module), child.lineno, at_import, for_types)
        else:
            yield from walk(
                child,
                at_import=at_import and not is_function,
                for_types=for_types or is_type_checking(child),
            )


@cache
def imports_of(module: str) -> tuple[Import, ...]:
    return tuple(walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))))


def ours(module: str) -> list[Import]:
    """Return the imports of our own modules; those of the facade are for type checkers alone."""
    found = [one for one in imports_of(module) if one.name.partition(".")[0] == FACADE]
    return [one for one in found if not (module == FACADE and one.is_for_types)]


def part_of(module: str) -> str:
    """Return the name in the table: `smcontract.checks.smc101_x` is of `checks`."""
    return module.split(".")[1] if "." in module else FACADE


def layer_of(module: str) -> int:
    part = part_of(module)
    found = [index for index, layer in enumerate(LAYERS) if any(fnmatch(part, name) for name in layer)]
    assert len(found) == 1, f"{part} must stand once in the table of layers"
    return found[0]


@cache
def imported_with(module: str) -> frozenset[str]:
    """Return every module, ours or not, that importing a module imports too."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        if name in MODULES:
            waiting += [one.name for one in imports_of(name) if one.is_at_import and not one.is_for_types]
            waiting += [name.rpartition(".")[0]] if "." in name else []
    return frozenset(found)


@pytest.mark.parametrize("module", MODULES)
def test_every_arrow_points_up(module: str) -> None:
    back = [f"line {one.line}: {one.name}" for one in ours(module) if layer_of(one.name) > layer_of(module)]
    assert back == []


def test_the_table_names_nothing_that_is_gone() -> None:
    there = {part_of(module) for module in MODULES}
    gone = [name for layer in LAYERS for name in layer if not any(fnmatch(part, name) for part in there)]
    assert gone == []


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {
        module: {one.name for one in ours(module) if one.name in MODULES and one.name != module} for module in MODULES
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")
    assert set(order) == set(MODULES)


@pytest.mark.parametrize(("module", "allowed"), [(m, ONLY[part_of(m)]) for m in MODULES if part_of(m) in ONLY])
def test_some_parts_know_only_few_others(module: str, allowed: tuple[str, ...]) -> None:
    assert {part_of(one.name) for one in ours(module)} <= set(allowed)


@pytest.mark.parametrize(("module", "forbidden"), [(m, NEVER[part_of(m)]) for m in MODULES if part_of(m) in NEVER])
def test_some_parts_never_know_some_others(module: str, forbidden: tuple[str, ...]) -> None:
    assert {part_of(one.name) for one in ours(module)}.isdisjoint(forbidden)
    with_it = {part_of(name) for name in imported_with(module) if name.partition(".")[0] == FACADE}
    assert with_it.isdisjoint(forbidden)


@pytest.mark.parametrize("module", [m for m in MODULES if part_of(m) in {"script", "stacks", "runtime"}])
def test_what_reads_and_what_runs_scripts_needs_the_standard_library_alone(module: str) -> None:
    others = {name.partition(".")[0] for name in imported_with(module)} - {FACADE}
    assert others <= sys.stdlib_module_names


def static_modules() -> list[str]:
    return [found.function.__module__ for found in static_checks() if found.function.__module__ in MODULES]


def test_there_are_static_checks() -> None:
    assert len(static_modules()) >= 5


@pytest.mark.parametrize("module", static_modules())
def test_static_checks_import_nothing_heavy(module: str) -> None:
    assert {name.partition(".")[0] for name in imported_with(module)}.isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "program",
    [
        "import smcontract.checks as c; c.static_checks()",
        "import smcontract.checks as c; c.all_checks()",
        "import smcontract.workspace",
        "import smcontract.pytest_plugin",
        "import smcontract",
    ],
)
def test_nothing_heavy_is_imported_before_a_script_runs(program: str) -> None:
    say = f"; import sys; print(sorted(set(sys.modules) & {set(HEAVY)!r}))"
    done = subprocess.run([sys.executable, "-c", program + say], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_long(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_modules_are_small() -> None:
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES.values())
    assert lengths[len(lengths) // 2] <= 110


@pytest.mark.parametrize("module", [m for m in MODULES if part_of(m) in {"runtime", "stacks", "lean"} or m == FACADE])
def test_what_runs_beside_the_script_is_of_its_python(module: str) -> None:
    source = MODULES[module].read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=OLD_PYTHON)
    # Annotations are of a later Python than what is executed, so none may be evaluated.
    assert len(tree.body) == 1 or "from __future__ import annotations" in source


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: str(check.code))
def test_every_check_has_a_module_and_a_test_module(check: object) -> None:
    function = getattr(check, "function")  # noqa: B009
    file = MODULES[function.__module__]
    assert file.parent.name == "checks"
    assert (TESTS / "checks" / f"test_{file.name}").is_file()


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("smcontract.checks.smc")])
def test_a_module_of_a_check_holds_that_check(module: str) -> None:
    (found,) = [check for check in all_checks() if check.function.__module__ == module]
    name = found.name.replace("-", "_")
    assert module == f"smcontract.checks.{found.code.lower()}_{name}"


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(ast.parse(MODULES[module].read_text(encoding="utf-8")))
