-- +goose Up
ALTER TABLE vcc ADD COLUMN recording_pause_ms BIGINT NOT NULL DEFAULT 120000;
-- Who may inspect whom, and the names of the flows whose skill queues the VCC has: JSON.
ALTER TABLE vcc ADD COLUMN inspection TEXT NOT NULL DEFAULT '{}';
ALTER TABLE vcc ADD COLUMN flows TEXT NOT NULL DEFAULT '[]';
ALTER TABLE skill ADD COLUMN survey TEXT NOT NULL DEFAULT '';
ALTER TABLE phone ADD COLUMN srtp TEXT NOT NULL DEFAULT 'optional';
-- The members of a line that no query looks at: JSON.
ALTER TABLE trunk ADD COLUMN more TEXT NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE trunk DROP COLUMN more;
ALTER TABLE phone DROP COLUMN srtp;
ALTER TABLE skill DROP COLUMN survey;
ALTER TABLE vcc DROP COLUMN flows;
ALTER TABLE vcc DROP COLUMN inspection;
ALTER TABLE vcc DROP COLUMN recording_pause_ms;
