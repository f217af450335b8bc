-- +goose Up
-- The longest states of a VCC: by it a report of some time knows how far before it a state that reaches into it can have begun, and reads
-- neither from the oldest nor to the newest (each.go).
CREATE INDEX agent_state_by_length ON agent_state (vcc, (to_ms - from_ms));
-- IANA name of the time zone in which the VCC's days begin; '' is UTC.
ALTER TABLE vcc ADD COLUMN zone TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE vcc DROP COLUMN zone;
DROP INDEX agent_state_by_length;
