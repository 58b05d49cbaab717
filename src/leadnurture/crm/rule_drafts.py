"""What a person writes as a scoring rule, checked when it is written: a value that can never fit is refused here."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from leadnurture.crm.fields import Kind, LeadField
from leadnurture.crm.operators import read_expected
from leadnurture.crm.scoring_fields import rule_field
from leadnurture.crm.sources import source_name
from leadnurture.crm.values import BadValueError, Reading
from leadnurture.errors import InvalidInputError
from leadnurture.money import exponent
from leadnurture.store.tables.scoring import ScoringRule
from leadnurture.store.vocabulary import CriteriaType, Operator

_SEVERAL = frozenset({Operator.BETWEEN, Operator.IN_LIST})
_LONGEST = 1000
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=255, strip_whitespace=True, pattern=r"^[^\x00-\x1f]+$")
]


class RuleDraft(BaseModel):
    """A scoring rule with all it says; `value` is kept as a text that means the same whatever the locale."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    type: CriteriaType
    field: str
    operator: Operator
    value: Any
    score: Annotated[int, Field(ge=-100, le=100, strict=True)]
    weight: Annotated[float, Field(ge=0, le=9.99, strict=True)] = 1.0
    order: Annotated[int, Field(ge=0, le=100_000, strict=True)] | None = None
    active: Annotated[bool, Field(strict=True)] = True
    description: Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True)] | None = None

    @field_validator("field")
    @classmethod
    def _known(cls, given: str) -> str:
        try:
            return rule_field(given).name
        except BadValueError as error:
            raise PydanticCustomError("value", "{why}", {"why": error.message}) from None

    @field_validator("value")
    @classmethod
    def _fitting(cls, given: Any, info: ValidationInfo) -> str | None:
        if "field" not in info.data or "operator" not in info.data:
            return None  # what is wrong with these is told already
        reading: Reading = (info.context or {})["reading"]
        try:
            return _written(rule_field(info.data["field"]), info.data["operator"], given, reading)
        except InvalidInputError as error:
            raise PydanticCustomError("value", "{why}", {"why": error.message}) from None


def _written(field: LeadField, operator: Operator, given: Any, reading: Reading) -> str:
    """Return the value as it is stored; raises BadValueError or BadMoneyError if it does not fit."""
    if field.name == "lead_source" and operator in {Operator.EQUALS, Operator.IN_LIST}:
        given = _sources(given, operator)
    expected = read_expected(field, operator, given, reading)
    several = expected if operator in _SEVERAL else [expected]
    texts = [_text(field, one, reading) for one in several]
    if operator is not Operator.CONTAINS and not all(text.strip() for text in texts):
        raise BadValueError(f"{field.name} is compared with a value, and this is empty")
    if operator in _SEVERAL and any("," in text for text in texts):
        raise BadValueError("a value of a list has no comma in it: commas part the values")
    written = ",".join(texts)
    if len(written) > _LONGEST:
        raise BadValueError(f"the value is {len(written):,} characters long; at most {_LONGEST:,} are kept")
    return written


def _sources(given: Any, operator: Operator) -> Any:
    """Return sources by the names under which they are kept."""
    parts = given if isinstance(given, list) else str(given).split(",") if operator is Operator.IN_LIST else [given]
    names = [source_name(str(part)) for part in parts]
    return names if operator is Operator.IN_LIST else names[0]


def _text(field: LeadField, value: Any, reading: Reading) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.kind is Kind.MONEY:
        return f"{(Decimal(value) / 10 ** exponent(reading.currency)).normalize():f}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def draft_of(rule: ScoringRule) -> dict[str, Any]:
    """Return what a stored rule says, by the names that a draft has for it."""
    return {
        "name": rule.rule_name,
        "type": rule.criteria_type.value,
        "field": rule.criteria_field,
        "operator": rule.criteria_operator.value,
        "value": rule.criteria_value,
        "score": rule.score_adjustment,
        "weight": rule.rule_weight,
        "order": rule.rule_order,
        "active": rule.is_active,
        "description": rule.rule_description,
    }
