-- What customers ask and complain about, and every meeting with them.

-- What happened with a person beside orders: kind call, visit, chat, social, letter, email and
-- what a website tells; channel as in support_case. data is an object: note, direction (in, out).
-- personal: contact_id
CREATE TABLE event (
    event_id     BIGINT NOT NULL,
    contact_id   BIGINT NOT NULL,
    channel      VARCHAR NOT NULL,
    kind         VARCHAR NOT NULL,
    data         JSON,
    actor        VARCHAR NOT NULL,
    occurred_at  TIMESTAMP NOT NULL,
    recorded_at  TIMESTAMP NOT NULL,
    batch_id     BIGINT
);

-- What never changes of a case; its number is its id. channel: email, phone, chat, social, visit,
-- letter, web. in_person: staff opened it while the customer was there (a call, visit or chat), so
-- the first response was met at opening.
-- personal: contact_id
CREATE TABLE support_case (
    case_id      BIGINT NOT NULL,
    contact_id   BIGINT NOT NULL,
    subject      VARCHAR,
    channel      VARCHAR NOT NULL,
    in_person    BOOLEAN NOT NULL,
    actor        VARCHAR NOT NULL,
    opened_at    TIMESTAMP NOT NULL,
    recorded_at  TIMESTAMP NOT NULL
);

-- Append-only: what happened to a case. kind: opened, customer_message, reply (public, by a person,
-- run_id is its mail), note (internal), status, priority, assigned, closed, reopened.
-- status, phase, priority, category and assignee say what the fact set, and are empty where it set
-- nothing; assignee '' is nobody. phase is what the status meant by the settings of that day: open,
-- waiting (on the customer), done.
-- personal: text
CREATE TABLE case_event (
    case_event_id  BIGINT NOT NULL,
    case_id        BIGINT NOT NULL,
    kind           VARCHAR NOT NULL,
    status         VARCHAR,
    phase          VARCHAR,
    priority       VARCHAR,
    category       VARCHAR,
    assignee       VARCHAR,
    body           VARCHAR,
    run_id         BIGINT,
    actor          VARCHAR NOT NULL,
    occurred_at    TIMESTAMP NOT NULL,
    recorded_at    TIMESTAMP NOT NULL
);

-- A case as it stands now: the last that was said of each. replied_at is the first public reply,
-- or the opening where staff met the customer; moved_at is when the status was set last.
CREATE VIEW current_case AS
WITH state AS (
    SELECT case_id,
           last(status ORDER BY occurred_at, case_event_id)
               FILTER (status IS NOT NULL) AS status,
           last(phase ORDER BY occurred_at, case_event_id)
               FILTER (phase IS NOT NULL) AS phase,
           last(occurred_at ORDER BY occurred_at, case_event_id)
               FILTER (phase IS NOT NULL) AS moved_at,
           last(priority ORDER BY occurred_at, case_event_id)
               FILTER (priority IS NOT NULL) AS priority,
           last(category ORDER BY occurred_at, case_event_id)
               FILTER (category IS NOT NULL) AS category,
           nullif(last(assignee ORDER BY occurred_at, case_event_id)
                      FILTER (assignee IS NOT NULL), '') AS assignee,
           min(occurred_at) FILTER (kind = 'reply') AS first_reply_at
    FROM case_event
    GROUP BY case_id
)
SELECT c.case_id, c.contact_id, c.subject, c.channel, s.category, s.priority, s.status, s.phase,
       s.assignee, c.opened_at,
       CASE WHEN c.in_person THEN c.opened_at ELSE s.first_reply_at END AS replied_at,
       s.moved_at, c.in_person, c.recorded_at
FROM support_case c
JOIN state s USING (case_id);

INSERT INTO counter (noun, last_id)
SELECT noun, 0 FROM (VALUES ('event'), ('support_case'), ('case_event')) AS nouns (noun);
