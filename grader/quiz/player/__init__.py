"""The self-quiz: asks, saves each answer before its verdict shows, and can be left and taken up at any moment."""

from .play import Player
from .session import Session, Settings
from .terminal import Left
from .typed import command_of

__all__ = ["Left", "Player", "Session", "Settings", "command_of"]
