"""The one condition language, for entry, step `when` and later branches. How it is judged: engine/conditions."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema, WithJsonSchema
from pydantic_core import PydanticCustomError

from leadnurture.crm.fields import LEAD_FIELDS, SHORT_NAMES, Kind
from leadnurture.crm.operators import OPEN_RECORDS, field_at, read_expected
from leadnurture.crm.sources import source_name
from leadnurture.crm.values import BadValueError, Reading
from leadnurture.money import BadMoneyError
from leadnurture.sequences.base import ONE_OR_MORE, LanguageModel, Words
from leadnurture.sequences.duration import PositiveDuration
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.store.vocabulary import LeadStatus, Operator, Priority, Temperature

# A field of ours, or a key in one of the records whose keys are the photographer's own.
_FIELD_SCHEMA = {"anyOf": [{"enum": [*LEAD_FIELDS, *SHORT_NAMES]}, {"pattern": rf"^({'|'.join(OPEN_RECORDS)})\."}]}


def _mails(given: Any) -> Any:
    """Let one step's id stand for a list of one."""
    named = [given] if isinstance(given, str) else given
    if isinstance(named, bool) or (isinstance(named, list) and all(isinstance(one, str) for one in named)):
        return named
    raise PydanticCustomError("mails", "say which mails by the ids of their steps, or true or false for any mail", {})


_MAILS_SCHEMA = {"anyOf": [{"type": "boolean"}, {"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
# Mails of the same walk by the ids of their steps, of which any will do; or whether there is any at all.
Mails = Annotated[bool | list[str], BeforeValidator(_mails), WithJsonSchema(_MAILS_SCHEMA)]


def _nothing_empty(schema: dict[str, Any]) -> None:
    """Let the JSON Schema refuse a condition without a clause, and a clause that is an empty list."""
    schema["minProperties"] = 1
    for clause in schema["properties"].values():
        for form in (clause, *clause.get("anyOf", ())):
            if form.get("type") == "array":
                form["minItems"] = 1


class Asking(LanguageModel):
    """A part of a condition; one that asks nothing would fit everybody, and is refused."""

    model_config = ConfigDict(json_schema_extra=_nothing_empty)

    @model_validator(mode="after")
    def _says_something(self) -> "Asking":
        asked = [getattr(self, name) for name in self.model_fields_set]
        if all(value is None for value in asked) or [] in asked:
            raise PydanticCustomError("empty", "an empty condition says nothing; take it out", {})
        return self


class ScoreRange(Asking):
    """A score from `min` to `max`, both included."""

    min: int = Field(default=0, ge=0, le=100)
    max: int = Field(default=100, ge=0, le=100)

    @model_validator(mode="after")
    def _ordered(self) -> "ScoreRange":
        if self.min > self.max:
            raise PydanticCustomError("range", "min {min} is above max {max}", {"min": self.min, "max": self.max})
        return self


class TagTest(Asking):
    """Tags that must all, or any of which must, or none of which may be there."""

    all: Words = []
    any: Words = []
    none: Words = []

    @model_validator(mode="after")
    def _says_something(self) -> "TagTest":
        if not (self.all or self.any or self.none):
            raise PydanticCustomError("empty", "say which tags", {})
        return self


class WeddingTest(Asking):
    """How far off the wedding is, in calendar days from today; `known` asks whether there is a date at all.

    `available` asks whether that date is free: no other wedding or blocked day takes it. Without a date it is neither.
    """

    within: PositiveDuration | None = None
    beyond: PositiveDuration | None = None
    known: bool | None = None
    available: bool | None = None


class FieldTest(LanguageModel):
    """A field of the lead (dotted into `custom_fields`) compared with a value by one of the six operators."""

    field: Annotated[str, WithJsonSchema(_FIELD_SCHEMA)]
    operator: Operator
    value: Any
    expected: SkipJsonSchema[Any] = Field(default=None, exclude=True, repr=False)  # the value read for the field's kind
    currency: SkipJsonSchema[str | None] = Field(default=None, exclude=True, repr=False)  # of a field that holds money

    @model_validator(mode="before")
    @classmethod
    def _none_of_ours(cls, given: Any) -> Any:
        for key in ("expected", "currency"):
            if isinstance(given, dict) and key in given:
                raise PydanticCustomError("unknown_key", "unknown key '{key}'", {"key": key})
        return given

    @model_validator(mode="after")
    def _fitting(self, info: ValidationInfo) -> "FieldTest":
        field = field_at(self.field)
        if field is None:
            hint = did_you_mean(self.field, [*LEAD_FIELDS, *SHORT_NAMES, *(f"{name}.…" for name in OPEN_RECORDS)])
            raise PydanticCustomError(
                "field", "a lead has no field '{field}'{hint}", {"field": self.field, "hint": hint}
            )
        reading: Reading = (info.context or {})["reading"]
        try:
            expected = read_expected(field, self.operator, self.value, reading)
        except (BadValueError, BadMoneyError) as error:
            raise PydanticCustomError("value", "{why}", {"why": error.message}) from None
        currency = reading.currency if field.kind is Kind.MONEY else None
        return self.model_copy(update={"expected": expected, "currency": currency})


class Condition(Asking):
    """All that is given must hold."""

    status: Annotated[list[LeadStatus], ONE_OR_MORE] | None = None
    source: Words | None = None
    temperature: Annotated[list[Temperature], ONE_OR_MORE] | None = None
    priority: Annotated[list[Priority], ONE_OR_MORE] | None = None
    score: ScoreRange | None = None
    tags: TagTest | None = None
    wedding: WeddingTest | None = None
    consent: bool | None = None
    replied: bool | None = None
    opened: Mails | None = None
    clicked: Mails | None = None
    fields: list[FieldTest] | None = None
    all_of: "list[Condition] | None" = Field(default=None, alias="all")
    any_of: "list[Condition] | None" = Field(default=None, alias="any")
    none_of: "Condition | None" = Field(default=None, alias="not")

    @field_validator("source")
    @classmethod
    def _named(cls, given: list[str] | None) -> list[str] | None:
        try:
            for word in given or []:
                source_name(word)
        except BadValueError as error:
            raise PydanticCustomError("value", "{why}", {"why": error.message}) from None
        return given

    @property
    def source_names(self) -> list[str]:
        """The sources as they are kept."""
        return [source_name(word) for word in self.source or []]
