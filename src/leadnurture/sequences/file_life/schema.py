"""The JSON Schema of a sequence file, for editors: composed from the models, so that it knows what they know."""

import json
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from leadnurture.sequences.actions import actions
from leadnurture.sequences.base import ONE_OR_MORE
from leadnurture.sequences.duration import Duration, read_duration
from leadnurture.sequences.sequence import Header

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILE_NAME = "sequence.schema.json"
_DELAY_AHEAD = {"type": "string", "pattern": r"^\s*\+\s*([0-9]+\s*[mhdw]\s*)+$", "examples": ["+1d"]}


class _Generator(GenerateJsonSchema):
    """Says how a person writes a value, where Pydantic would say how a program passes it."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Leave `null` out: a key with nothing behind it is unfinished."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Tell a default where it is one word or number."""
        inner, default = self.generate_inner(schema["schema"]), schema.get("default")
        if isinstance(default, Enum | Duration):
            default = str(default)
        return inner | {"default": default} if isinstance(default, str | int) else inner

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """Let one word stand for a list of one, and `+1d` for a length of time that something reads beforehand."""
        inner = super().function_before_schema(schema)
        if schema["function"]["function"] is ONE_OR_MORE.func:
            return {"anyOf": [inner, inner["items"]]}
        if schema["schema"].get("function", {}).get("function") is read_duration:
            return inner | {"anyOf": [*inner["anyOf"], _DELAY_AHEAD]}
        return inner

    def set_schema(self, schema: core_schema.SetSchema) -> JsonSchemaValue:
        """Let a day be named twice, as the parser does."""
        return {key: value for key, value in super().set_schema(schema).items() if key != "uniqueItems"}

    frozenset_schema = set_schema  # type: ignore[assignment]

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:  # noqa: ARG002
        """Let anything stand for a type that does not tell its form: a new field must not break `apply`."""
        return {}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """A key is its own title."""
        return False


def sequence_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) of a whole file."""
    models: list[type[BaseModel]] = [Header, *actions().values()]
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in models]
    found, document = models_json_schema(modes, ref_template="#/$defs/{model}", schema_generator=_Generator)
    refs, definitions = {model: found[model, "validation"] for model in models}, document["$defs"]
    for name, model in actions().items():
        definitions[_target(refs[model])]["properties"]["action"] = {"const": name}
    header = definitions.pop(_target(refs[Header]))
    return {
        "$schema": DIALECT,
        **header,
        "title": "leadnurture sequence",
        "description": "One follow-up sequence; leadnurture checks more than this schema can say.",
        "properties": header["properties"] | {"steps": _steps([refs[model] for model in actions().values()])},
        "required": [*header["required"], "steps"],
        "$defs": definitions,
    }


def _steps(alternatives: list[JsonSchemaValue]) -> JsonSchemaValue:
    told = "What happens, in this order; which keys a step has depends on its action."
    return {"description": told, "type": "array", "minItems": 1, "items": {"oneOf": alternatives}}


def write_schema(state: Path) -> None:
    """Keep the schema where the first line of every sequence file points to; raises OSError."""
    state.mkdir(mode=0o700, exist_ok=True)
    path, text = state / FILE_NAME, as_text(sequence_schema())
    if not path.is_file() or path.read_bytes() != text.encode():
        path.write_bytes(text.encode())


def as_text(schema: dict[str, Any]) -> str:
    """Return a schema as the text of a file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _target(reference: JsonSchemaValue) -> str:
    return str(reference["$ref"]).removeprefix("#/$defs/")
