-- +goose Up

-- Stays of customers in skill queues. outcome: 1 answered, 2 abandoned, 3 timed out, 4 moved on, 5 closed.
CREATE TABLE queue_record (
    id         INTEGER PRIMARY KEY,
    vcc        INTEGER NOT NULL,
    call_id    TEXT NOT NULL,
    feature    INTEGER NOT NULL,
    skill      INTEGER NOT NULL,
    entered_ms BIGINT NOT NULL,
    left_ms    BIGINT NOT NULL,
    outcome    INTEGER NOT NULL,
    agent      INTEGER NOT NULL,
    offers     INTEGER NOT NULL
);
CREATE INDEX queue_record_by_time ON queue_record (vcc, entered_ms);
CREATE INDEX queue_record_by_call ON queue_record (call_id);

-- +goose Down
DROP TABLE queue_record;
