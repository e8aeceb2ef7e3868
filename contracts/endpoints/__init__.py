"""The judge of endpoints that control panels call, in whatever language they are written.

run = examine("https://shop.example/billmgr", Options(expect=("Virusdie",)))
"""

from contracts.endpoints.judge import examine, judge
from contracts.endpoints.options import MODES, Options
from contracts.endpoints.rules import RULES, Rule

__all__ = ["MODES", "RULES", "Options", "Rule", "examine", "judge"]
