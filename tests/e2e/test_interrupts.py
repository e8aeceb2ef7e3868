"""An interrupt in the moment in which a process is started loses nothing of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from emulator.testing.interrupts import interrupts_held

PROGRAM = """
import os, signal, subprocess, sys
from emulator.testing.interrupts import interrupts_held

def stop(number, frame):
    raise SystemExit(3)

signal.signal(signal.SIGTERM, stop)
child = None
try:
    with interrupts_held():
        os.kill(os.getpid(), signal.SIGTERM)
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
finally:
    child.kill()
    print("stopped", child.wait())
"""


def test_an_interrupt_waits_until_the_started_process_can_be_stopped() -> None:
    command = [sys.executable, "-c", PROGRAM]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (ended.stdout, ended.returncode) == (f"stopped {-signal.SIGKILL}\n", 3)


def test_it_is_not_lost_and_the_handler_is_back() -> None:
    handler = signal.getsignal(signal.SIGINT)
    reached = []

    def interrupted() -> None:
        with interrupts_held():
            os.kill(os.getpid(), signal.SIGINT)
            reached.append("the end of the block")

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert reached
    assert signal.getsignal(signal.SIGINT) is handler
