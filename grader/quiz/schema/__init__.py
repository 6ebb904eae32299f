"""The format of the question bank: pydantic models, from which the JSON Schema for editors is exported."""

from .bodies import Blank, ClozeStep, NumericBody, ShapeBody, SingleStep
from .editor import json_schema
from .parts import Bloom, Id, Model, Option, Text
from .questions import (
    AnyQuestion,
    Bug,
    Cloze,
    Derive,
    Head,
    Match,
    Multi,
    Numeric,
    Order,
    Question,
    Shape,
    Short,
    Single,
    Topic,
    TopicFile,
    TrueFalse,
)

__all__ = [
    "AnyQuestion", "Blank", "Bloom", "Bug", "Cloze", "ClozeStep", "Derive", "Head", "Id", "Match", "Model", "Multi",
    "Numeric", "NumericBody", "Option", "Order", "Question", "Shape", "ShapeBody", "Short", "Single", "SingleStep",
    "Text", "Topic", "TopicFile", "TrueFalse", "json_schema",
]  # fmt: skip
