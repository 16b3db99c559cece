-- Is this hour of a resource to be derived from what was collected? Not if it
-- was, and what it was derived from may have been pruned since.
CREATE OR REPLACE MACRO derives(one, moment) AS
    moment >= (SELECT coalesce(max(frozen_to), TIMESTAMP '-infinity') FROM pruned)
    OR moment >= (SELECT max(kept_from) FROM pruned) AND one IN (SELECT t.resource FROM thawed t);
