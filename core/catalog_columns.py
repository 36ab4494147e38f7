"""One value of very many images: what they are ordered and grouped by.

It comes as the text of a JSON array, which SQLite makes without Python, and without the GIL.
"""

from __future__ import annotations

from array import array
from enum import StrEnum

from core.catalog_changes import Query
from core.catalog_rows import carray


class Column(StrEnum):
    """A value that every image has, as an expression in SQL; of one that is gone, too."""

    SIZE = "ifnull(size_bytes, 0)"
    NAME = "ifnull(lower(name), '')"
    MODEL = "ifnull(model, '')"
    PROMPT = "ifnull(prompt, '')"
    COST = "cost_usd"
    RATING = "ifnull(rating, 0)"


# LEFT JOIN is carried out from the left: the values come in the order of the keys.
_COLUMN = """
SELECT json_group_array({column})
FROM carray(?) AS wanted LEFT JOIN image ON image.key = wanted.value
"""


def read_column(query: Query, column: Column, keys: array[int]) -> str:
    """Return a JSON array of a value of these images, in the order of the keys.

    To have the keys ascend is quickest: their rows stand in this order.
    """
    ((values,),) = query(_COLUMN.format(column=column), (carray(keys),))
    return str(values)
