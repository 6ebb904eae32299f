"""Executes student code: the only package that ever does, in a process of its own that the sandbox has confined.

It reads requests (the source, then one message a call) and answers each with what happened, as plain values. Nothing in
here can be trusted once a submission is loaded; the other side takes its answers as bytes that may say anything.
"""

from grader.worker.conversation import serve, warm

__all__ = ["serve", "warm"]
