"""Which items there are, known from the source alone."""

from pathlib import Path
from typing import Any

import pytest

from serving import ECHO, JSON_HANDLER
from smcontract.checks import Phase, all_checks
from smcontract.payloads._codec import media_type
from smcontract.plan import PHASES, Item, plan, selected
from smcontract.script import read_script
from smcontract.settings import Settings
from smcontract.stacks import Stack, get_stack
from support import write_script

INFERENCE = get_stack("inference")


def items_of(directory: Path, source: str, *stacks: Stack, **settings: Any) -> tuple[Item, ...]:
    script = read_script(write_script(directory, source))
    return plan(script, stacks or (INFERENCE,), Settings(**settings))


def names(items: tuple[Item, ...]) -> list[str]:
    return [item.name for item in items]


def test_every_check_has_an_item(tmp_path: Path) -> None:
    items = items_of(tmp_path, JSON_HANDLER, content_types=("application/json", "text/csv"), accepts=("text/csv",))
    assert {item.check.code for item in items} == {check.code for check in all_checks()}


def test_a_check_that_suits_no_parameter_has_one_item_without(tmp_path: Path) -> None:
    items = items_of(tmp_path, JSON_HANDLER, select=("SMC505",), accepts=("text/csv", "text/plain"))
    assert names(items) == ["SMC505-invalid-json"]


def test_items_stand_in_the_order_of_phases_and_codes(tmp_path: Path) -> None:
    items = items_of(tmp_path, JSON_HANDLER)
    order = [(PHASES.index(item.check.phases[0]), item.check.code) for item in items]
    assert order == sorted(order)
    assert items[0].check.phases[0] is Phase.STATIC


def test_an_item_per_parameter(tmp_path: Path) -> None:
    items = items_of(
        tmp_path,
        JSON_HANDLER,
        select=("SMC301", "SMC505", "SMC101"),
        content_types=("application/json", "text/csv"),
        accepts=("application/json", "text/csv"),
    )
    found = names(items)
    assert found[0] == "SMC101-unparsable-script"
    assert [name for name in found if name.startswith("SMC301")] == [
        "SMC301-valid-body-rejected[application/json]",
        "SMC301-valid-body-rejected[text/csv]",
    ]


def test_a_check_of_one_media_type_has_items_for_that_alone(tmp_path: Path) -> None:
    items = items_of(
        tmp_path,
        JSON_HANDLER,
        content_types=("application/json", "text/csv", "text/plain"),
        accepts=("application/json; charset=utf-8", "text/csv", "text/plain"),
    )
    limited = [item for item in items if item.check.media]
    assert limited
    assert all(media_type(item.accept or item.content_type) in item.check.media for item in limited)


@pytest.mark.parametrize(
    ("stacks", "expected"),
    [
        (["inference"], {None}),
        (["inference", "sklearn"], {"inference", "sklearn"}),
        (["inference@1.5.5", "inference@1.10.1"], {"inference@1.5.5", "inference@1.10.1"}),
        (["inference@1.5.5", "inference", "sklearn"], {"inference@1.5.5", "inference@1.10.1", "sklearn"}),
        (["inference@1.5.5"], {None}),
    ],
)
def test_stacks_are_told_apart_where_there_are_several(
    stacks: list[str], expected: set[str | None], tmp_path: Path
) -> None:
    items = items_of(tmp_path, ECHO, *map(get_stack, stacks))
    assert {item.parameters.get("stack") for item in items if not item.check.across} == expected
    assert len(set(names(items))) == len(items)


def test_parameters_stand_in_one_order() -> None:
    check = all_checks()[0]
    item = Item(check=check, stack=INFERENCE, accept="text/csv", content_type="application/json", names_stack=True)
    assert list(item.parameters) == ["stack", "content_type", "accept"]
    assert item.name == f"{check.title}[inference-application/json-text/csv]"


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ({"select": ("SMC301",)}, {"SMC301"}),
        ({"select": ("SMC3",), "ignore": ("SMC30",)}, {"SMC310"}),
        ({"select": ("SMC5",), "ignore": ("SMC505",)}, {"SMC501", "SMC502", "SMC503", "SMC504", "SMC506"}),
        ({"phases": ("static",)}, {check.code for check in all_checks() if check.is_static}),
        ({"phases": ("server",)}, set()),
    ],
)
def test_select_ignore_and_phases(settings: dict[str, Any], codes: set[str]) -> None:
    found = {check.code for check in selected(all_checks(), Settings(**settings))}
    assert codes <= found if settings.get("select") == ("SMC5",) else found == codes


def test_planning_imports_no_script(tmp_path: Path) -> None:
    marker = tmp_path / "imported"
    assert items_of(tmp_path, f"open({str(marker)!r}, 'w').close()\n{ECHO.replace(chr(10) + '    ', chr(10))}")
    assert not marker.exists()


def test_the_plan_is_the_same_every_time(tmp_path: Path) -> None:
    both = [items_of(tmp_path, JSON_HANDLER, INFERENCE, get_stack("sklearn")) for _ in range(2)]
    assert both[0] == both[1]
