-- +goose Up
--
-- Up to which effect of which journaled command a center's facts have been written: those that come again after a crash are known by it.
-- It is written in the transaction of the facts. Numbers mean something only within the journal of that name.
CREATE TABLE carried (
    vcc     INTEGER NOT NULL PRIMARY KEY,
    journal TEXT NOT NULL,
    seq     BIGINT NOT NULL,
    part    INTEGER NOT NULL
);

-- +goose Down
DROP TABLE carried;
