"""Programs that the tests start can be interrupted, also where the tests themselves run in the background.

A shell gives a background job SIGINT ignored, and a process passes that on to those it starts.
"""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
