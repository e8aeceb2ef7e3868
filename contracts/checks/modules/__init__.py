"""The judge of endpoints that control panels call, in whatever language they are written.

run = examine("https://shop.example/billmgr", Options(expect=("Virusdie",)))
"""

from contracts.checks.modules.judge import RULES, examine, judge
from contracts.checks.modules.options import MODES, Options

__all__ = ["MODES", "RULES", "Options", "examine", "judge"]
