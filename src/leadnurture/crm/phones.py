"""What a phone number is good for. Pure."""

from functools import lru_cache


@lru_cache(maxsize=4096)
def why_no_texts(number: str) -> str | None:
    """Return why a number cannot be sent a text, None if it can; read with its country code (E.164)."""
    import phonenumbers  # noqa: PLC0415 - large tables

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return f"'{number}' is no phone number with its country code"
    if not phonenumbers.is_possible_number(parsed):
        return f"'{number}' is no phone number"
    is_landline = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE
    return f"{number} is a landline, which takes no texts" if is_landline else None
