"""The judge of endpoints that control panels call, in whatever language they are written.

run = examine("https://shop.example/billmgr", Options(expect=("Virusdie",)))
"""

from contracts.checks.modules.judge import examine, judge
from contracts.checks.modules.options import MODES, Options
from contracts.checks.modules.rule import RULES

__all__ = ["MODES", "RULES", "Options", "examine", "judge"]
