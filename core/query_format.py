"""Pure: the terms of a search, written as a person would type them."""

from __future__ import annotations

from decimal import Decimal

from core.query_terms import (
    Condition,
    Days,
    Mark,
    Number,
    NumberField,
    OneOf,
    Term,
    Value,
    Words,
)


def format_term(term: Term) -> str:
    """Write one term, to be put anywhere into a text: ``core.query.parse`` reads the same one."""
    return ("-" if term.excluded else "") + _condition(term.condition)


def _condition(condition: Condition) -> str:
    if isinstance(condition, Words):
        return _quoted(condition.text) + "*" * condition.prefix
    if isinstance(condition, Value):
        return f"{condition.field}:{_listed(condition)}"
    if isinstance(condition, OneOf):
        one = condition.each[0]
        field = one.field if isinstance(one, Value) else "shape"
        return f"{field}:{','.join(map(_listed, condition.each))}"
    if isinstance(condition, Number):
        return f"{condition.field}:{_range_of(condition)}"
    if isinstance(condition, Days):
        first, last = condition.first, condition.last
        if first == last:
            return f"date:{first}"
        return f"date:{first or ''}..{last or ''}"
    return str(condition)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _listed(condition: Value | Mark) -> str:
    """Write one of the values of a field."""
    if isinstance(condition, Mark):
        return str(condition)
    value = condition.value
    plain = not any(each.isspace() or each in '"*,' for each in value)
    return (value if plain else _quoted(value)) + "*" * condition.prefix


def _range_of(number: Number) -> str:
    lowest, highest = number.lowest, number.highest
    if lowest is not None and highest is not None:
        if lowest == highest:
            return _decimal(number.field, lowest)
        return f"{_decimal(number.field, lowest)}..{_decimal(number.field, highest)}"
    if lowest is not None:
        return (">" if number.lowest_out else ">=") + _decimal(number.field, lowest)
    return ("<" if number.highest_out else "<=") + _decimal(number.field, highest or 0.0)


def _decimal(field: NumberField, amount: float) -> str:
    if field == NumberField.SIZE:
        for letter, power in (("gb", 3), ("mb", 2), ("kb", 1)):
            if amount and amount % 1024**power == 0:
                return f"{amount // 1024**power:.0f}{letter}"
    return f"{Decimal(repr(amount)).normalize():f}"
