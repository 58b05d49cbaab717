"""The registry of actions: every module in this package that defines a Step with an `action_name` adds one."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from leadnurture.sequences.step import Step


@cache
def actions() -> dict[str, type[Step]]:
    """Return all actions by the name under which a step asks for them."""
    found: dict[str, type[Step]] = {}
    for module in sorted(iter_modules(__path__), key=lambda info: info.name):
        for thing in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(thing, type) and issubclass(thing, Step) and "action_name" in vars(thing):
                found[thing.action_name] = thing
    return found
