"""Which items there are: known from the source alone, the same in every process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from smcontract.checks import Check, Per, Phase, all_checks
from smcontract.payloads._codec import media_type
from smcontract.script import Script
from smcontract.session import accepts, content_types
from smcontract.settings import Settings
from smcontract.stacks import Stack

PHASES = tuple(Phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One check with its parameters, for one script under one stack.

    The stack is named where several were chosen, with its version where two of them are of one name. An item that
    compares all of them stands under the first, and names none.
    """

    check: Check
    stack: Stack
    content_type: str | None = None
    accept: str | None = None
    names_stack: bool = False
    names_version: bool = False

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters by name, in the order in which they stand in the item's name."""
        stack = None
        if self.names_stack:
            stack = f"{self.stack.name}@{self.stack.version}" if self.names_version else self.stack.name
        known = {"stack": stack, "content_type": self.content_type, "accept": self.accept}
        return {name: value for name, value in known.items() if value is not None}

    @property
    def name(self) -> str:
        """`SMC301-valid-body-rejected[text/csv]`."""
        values = "-".join(self.parameters.values())
        return f"{self.check.title}[{values}]" if values else self.check.title


def plan(script: Script, stacks: Sequence[Stack], settings: Settings) -> tuple[Item, ...]:
    """Return the items of one script: by stack, then phase, then code, then parameters."""
    chosen = sorted(selected(all_checks(), settings), key=lambda c: (PHASES.index(c.phases[0]), c.code))
    return tuple(
        item for stack in stacks for check in chosen for item in _items(check, script, stack, settings, stacks)
    )


def selected(checks: Sequence[Check], settings: Settings) -> tuple[Check, ...]:
    """Return the checks that `select`, `ignore` and `phases` leave."""
    return tuple(
        check for check in checks if settings.is_selected(check.code) and set(check.phases) & set(settings.phases)
    )


def _items(check: Check, script: Script, stack: Stack, settings: Settings, stacks: Sequence[Stack]) -> Iterator[Item]:
    if check.across:
        if stack is stacks[0]:
            yield Item(check=check, stack=stack)
        return
    for_type = content_types(script, stack, settings) if Per.CONTENT_TYPE in check.per else (None,)
    for_accept = accepts(script, stack, settings) if Per.ACCEPT in check.per else (None,)
    both = [(content_type, accept) for content_type in for_type for accept in for_accept]
    fitting = [one for one in both if not check.media or media_type(one[1] or one[0]) in check.media]
    # A check that was selected is an item: where it suits no parameters, one that says so.
    for content_type, accept in fitting or [(None, None)]:
        yield Item(
            check=check,
            stack=stack,
            content_type=content_type,
            accept=accept,
            names_stack=len(stacks) > 1,
            names_version=sum(other.name == stack.name for other in stacks) > 1,
        )
