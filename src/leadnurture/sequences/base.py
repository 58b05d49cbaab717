"""What every model of the language shares."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

END = "end"  # where a branch goes to end the walk; no step can be called so


class LanguageModel(BaseModel):
    """A part of a sequence file: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _listed(given: Any) -> Any:
    """Let one word stand for a list of one."""
    return given if isinstance(given, list) or given is None else [given]


def _not_the_end(given: str) -> str:
    if given == END:
        raise PydanticCustomError("step_id", "'end' is where a branch ends the walk; call the step otherwise", {})
    return given


ONE_OR_MORE = BeforeValidator(_listed)
Words = Annotated[list[str], ONE_OR_MORE]
Target = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$")]  # a step's id, or END
StepId = Annotated[Target, AfterValidator(_not_the_end)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
