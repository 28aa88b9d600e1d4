"""A handler script as its source tells it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from smcontract.lean import dataclass
from smcontract.script.facts import HANDLERS, Function, Ignore, Import, Problem
from smcontract.script.ignores import find_ignores
from smcontract.script.imports import find_imports
from smcontract.script.keys import find_keys
from smcontract.script.media_types import accepts, content_types
from smcontract.script.statements import innermost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from smcontract.script.body import BodyFacts


# Without slots: what not every caller needs is worked out at its first use and kept.
@dataclass(frozen=True, kw_only=True)
class Script:
    """A script that was read and not run; made by `read_script`.

    A file that is no Python has a `problem`, no `tree` and no facts. `functions` holds the handlers and
    hooks that the container would find. `is_opaque` says that names may be bound that the source does
    not show: by a star import that cannot be followed, `globals()[...]`, `exec` or a module `__getattr__`.
    """

    path: Path
    source: str
    lines: tuple[str, ...]
    data: bytes
    tree: ast.Module | None
    problem: Problem | None
    functions: Mapping[str, Function]
    is_opaque: bool
    family: Literal["sagemaker", "tensorflow", "plain"]

    @cached_property
    def sha256(self) -> str:
        """The digest of the file's bytes, in hexadecimal."""
        import hashlib

        return hashlib.sha256(self.data).hexdigest()

    @property
    def is_handler(self) -> bool:
        """Whether one of the five handler names is bound."""
        return any(name in self.functions for name in HANDLERS)

    @cached_property
    def content_types(self) -> tuple[str, ...]:
        """The media types that the script compares the request's content type with, in source order."""
        return content_types(self.tree, self.functions) if self.tree else ()

    @cached_property
    def accepts(self) -> tuple[str, ...]:
        """The media types that the script compares the request's Accept with, in source order."""
        return accepts(self.tree, self.functions) if self.tree else ()

    @cached_property
    def json_keys(self) -> tuple[str, ...]:
        """The string keys that the script reads from the request's data, in source order; best effort."""
        return find_keys(self.tree, self.functions) if self.tree else ()

    @cached_property
    def reads_lines(self) -> bool:
        """Whether the script splits a body at its line breaks, or has a table reader read it; best effort."""
        from smcontract.script.batches import reads_lines

        return self.tree is not None and reads_lines(self.tree, self.functions)

    @cached_property
    def body_facts(self) -> BodyFacts:
        """What the script reads of the request's data and what it uses it as; best effort."""
        from smcontract.script.body import BodyFacts, body_facts

        return body_facts(self.tree, self.functions) if self.tree else BodyFacts()

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every absolute import, in source order."""
        return find_imports(self.tree) if self.tree else ()

    @cached_property
    def ignores(self) -> tuple[Ignore, ...]:
        """Every inline ignore, in source order."""
        return find_ignores(self.source, self.tree)

    def is_ignored(self, code: str, line: int | None) -> bool:
        """Return whether an inline ignore covers a violation of `code` at `line`."""
        return any(ignore.covers(code, line) for ignore in self.ignores)

    def statement_at(self, line: int) -> ast.stmt | None:
        """Return the innermost statement that `line` belongs to, None on a line without one."""
        return innermost(self.tree.body, line) if self.tree else None

    def is_refusal(self, line: int) -> bool:
        """Return whether the statement at `line` is there to refuse: a `raise` or an `assert`."""
        return isinstance(self.statement_at(line), ast.Raise | ast.Assert)
