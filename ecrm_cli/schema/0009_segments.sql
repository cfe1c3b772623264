-- Who was in which segment, as it was found at the end of a day: rules are files, this is history.

-- A row when somebody came in or went out between one snapshot of a segment and the next.
-- personal: contact_id
CREATE TABLE segment_member (
    segment      VARCHAR NOT NULL,
    contact_id   BIGINT NOT NULL,
    is_in        BOOLEAN NOT NULL,
    on_day       DATE NOT NULL,
    recorded_at  TIMESTAMP NOT NULL
);

-- One look at a segment: how many were in it at the end of a day of the workspace, and the rule that
-- was asked. What was found stands, whatever is learned of that day later.
-- personal: none
CREATE TABLE segment_snapshot (
    snapshot_id  BIGINT NOT NULL,
    segment      VARCHAR NOT NULL,
    on_day       DATE NOT NULL,
    members      BIGINT NOT NULL,
    came         BIGINT NOT NULL,
    went         BIGINT NOT NULL,
    rule         VARCHAR NOT NULL,
    actor        VARCHAR NOT NULL,
    recorded_at  TIMESTAMP NOT NULL
);

INSERT INTO counter (noun, last_id)
SELECT noun, 0 FROM (VALUES ('segment_snapshot')) AS nouns (noun);
