"""How what is being typed into a search goes on."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.query import parse
from core.query_terms import Query, Term, TextField, Value
from gui.completion import completions

KNOWN = {
    TextField.MODEL: ["dall-e-3", "gpt-image-1", "Imagen 4", "imagen-4"],
    TextField.TAG: ["best", 'a "b"'],
}


@pytest.mark.parametrize(
    ("typed", "start", "shown"),
    [
        ("mod", 0, ["model:"]),
        ("fox -MOD", 5, ["model:"]),
        ("mo", 0, []),  # too little to be meant
        ("fox", 0, []),
        ('"a red mod', 7, []),  # in a phrase
        ("model:", 0, KNOWN[TextField.MODEL]),
        ("fox model:IMA", 4, ["Imagen 4", "imagen-4"]),
        ('model:"imagen 4', 0, ["Imagen 4"]),
        ("model:dall-e-3", 0, []),  # that is all of it
        ("provider:", 0, []),
        ("is:", 0, ["pinned", "broken"]),
        ("date:last-w", 0, ["last-week"]),
        ("shape:p", 0, ["portrait"]),
        ("size:>2", 0, []),
        ("model:imagen-4 ", 15, []),
    ],
)
def test_the_last_term_goes_on(typed, start, shown):
    found = completions(typed, KNOWN)
    assert [offer.shown for offer in found.offers] == shown
    assert not shown or found.start == start


@pytest.mark.parametrize("field", KNOWN)
def test_what_is_offered_is_read_as_exactly_that_value(field):
    offers = completions(f"{field}:", KNOWN).offers
    for offer, value in zip(offers, KNOWN[field], strict=True):
        read = parse(offer.text + " ", datetime(2026, 11, 26))
        assert read == Query((Term(Value(field, value)),), read.places)
