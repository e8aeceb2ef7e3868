"""What the store promises of its statements."""

from __future__ import annotations

import sys

from emulator import app
from emulator.store.engine import Statement


def test_every_statement_that_a_module_declares_compiles() -> None:
    assert app.create_registry(), "every module with statements is imported"
    modules = [module for name, module in sys.modules.items() if name.startswith("emulator.")]
    declared = [each for m in modules for each in vars(m).values() if isinstance(each, Statement)]
    assert len(declared) > 150
    assert [each for each in declared if not each.sqlite.sql] == []
