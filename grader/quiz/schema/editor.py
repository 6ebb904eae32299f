"""The JSON Schema by which editors complete and check topic files."""

from __future__ import annotations

from typing import Any

from .questions import TopicFile


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a topic file; the union of types is written as if/then, which editors complete."""
    schema = TopicFile.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = schema["$defs"]
    _rewrite_unions(schema)
    for definition in definitions.values():
        _rewrite_unions(definition)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Topic file of the question bank"
    return schema


def _rewrite_unions(schema: dict[str, Any]) -> None:
    for prop in schema.get("properties", {}).values():
        items = prop.get("items")
        if isinstance(items, dict) and "discriminator" in items:
            prop["items"] = _if_then(items["discriminator"]["mapping"])


def _if_then(mapping: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": sorted(mapping)}},
        "allOf": [
            {"if": {"properties": {"type": {"const": kind}}, "required": ["type"]}, "then": {"$ref": ref}}
            for kind, ref in sorted(mapping.items())
        ],
    }
