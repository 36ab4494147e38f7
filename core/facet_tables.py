"""What facets count, as tables of the catalogue: how many images there are of each combination.

``facet_total`` follows the full-text index: images are added as they come into that, many at once,
and it is right for those that are in; what changes of them, triggers follow.
"""

from __future__ import annotations

# The shape of an image, and all that facets count of it, in the order of a ``Combination``; of an
# image that is called so: "image", or "old" and "new" in triggers.
SHAPE = """
    CASE WHEN {0}.width > {0}.height AND {0}.height > 0 THEN 'landscape'
    WHEN {0}.height > {0}.width AND {0}.width > 0 THEN 'portrait'
    WHEN {0}.width > 0 AND {0}.width = {0}.height THEN 'square' ELSE '' END
"""
COMBINATION = (
    "{0}.model, {0}.provider, {0}.format, " + SHAPE + ", iif({0}.pinned, 'pinned', 'not pinned')"
)

_ADD_TOTALS = """
INSERT INTO facet_total
SELECT {image}, count(*) FROM image
WHERE key > (SELECT key FROM searchable) AND key <= ? GROUP BY 1, 2, 3, 4, 5
ON CONFLICT DO UPDATE SET images = images + excluded.images
"""
ADD_TOTALS = _ADD_TOTALS.format(image=COMBINATION.format("image"))

_TABLE = """
CREATE TABLE facet_total (
    model TEXT NOT NULL, provider TEXT NOT NULL, format TEXT NOT NULL, shape TEXT NOT NULL,
    pinned TEXT NOT NULL, images INTEGER NOT NULL,
    PRIMARY KEY (model, provider, format, shape, pinned)
) WITHOUT ROWID;
"""
_WITHOUT_OLD = """
    UPDATE facet_total SET images = images - 1
        WHERE (model, provider, format, shape, pinned) = ({old});
    DELETE FROM facet_total
        WHERE (model, provider, format, shape, pinned) = ({old}) AND images = 0;
"""
_WITH_NEW = """
    INSERT INTO facet_total VALUES ({new}, 1) ON CONFLICT DO UPDATE SET images = images + 1;
"""
_TRIGGERS = """
CREATE TRIGGER facet_removed AFTER DELETE ON image
WHEN old.key <= (SELECT key FROM searchable) BEGIN {without_old} END;
CREATE TRIGGER facet_changed AFTER UPDATE ON image
WHEN new.key <= (SELECT key FROM searchable) BEGIN {without_old} {with_new} END;
"""
FACET_SCHEMA = _TABLE + _TRIGGERS.format(
    without_old=_WITHOUT_OLD.format(old=COMBINATION.format("old")),
    with_new=_WITH_NEW.format(new=COMBINATION.format("new")),
)
