-- +goose Up

-- Tries to reach customers who wait to be called. outcome: 1 talked, 2 not reached, 3 given back, 4 not dialled, 5 taken away, 6 given up.
CREATE TABLE try_record (
    id         INTEGER PRIMARY KEY,
    vcc        INTEGER NOT NULL,
    control    BIGINT NOT NULL,
    skill      INTEGER NOT NULL,
    feature    INTEGER NOT NULL,
    agent      INTEGER NOT NULL,
    number     TEXT NOT NULL,
    call_id    TEXT NOT NULL,
    entered_ms BIGINT NOT NULL,
    began_ms   BIGINT NOT NULL,
    ended_ms   BIGINT NOT NULL,
    outcome    INTEGER NOT NULL,
    last_try   BOOLEAN NOT NULL
);
CREATE INDEX try_record_by_time ON try_record (vcc, began_ms);
CREATE INDEX try_record_by_call ON try_record (call_id);

-- +goose Down
DROP TABLE try_record;
