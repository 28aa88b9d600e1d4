"""How an item's violations stand in pytest's output, in JUnit files and in what other plugins read."""

from __future__ import annotations

from _pytest._code.code import ReprEntryNative, ReprExceptionInfo, ReprFileLocation, ReprTraceback
from _pytest._io import TerminalWriter


class ContractRepr(ReprExceptionInfo):
    """An item's violations as text; in one line, with a place, where pytest asks for where it crashed.

    A traceback entry in form, because nothing else keeps its place on the way from an xdist worker;
    what arrives from there is without colours.
    """

    def __init__(self, *, text: str, colored: str, file: str, line: int, message: str) -> None:
        entry = ReprEntryNative([text + "\n"])
        super().__init__(
            reprtraceback=ReprTraceback([entry], extraline=None, style="native"),
            reprcrash=ReprFileLocation(path=file, lineno=line, message=message),
        )
        self._colored = colored

    def toterminal(self, tw: TerminalWriter) -> None:
        """Write the violations, in colours where the terminal has them."""
        if not tw.hasmarkup:
            super().toterminal(tw)
            return
        tw.line(self._colored)
        for name, content, separator in self.sections:
            tw.sep(separator, name)
            tw.line(content)
