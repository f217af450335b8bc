-- +goose Up
-- The name under which clients know a recording (fileName of AgentMediaEvent_Record), "" where nobody was told one; the skill queue whose agents
-- were told of a voicemail, else 0; and when the file was deleted, NULL while it is kept. A deleted recording's row stays.
ALTER TABLE recording ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE recording ADD COLUMN skill INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recording ADD COLUMN deleted_ms BIGINT;
CREATE INDEX recording_by_name ON recording (vcc, name);
CREATE INDEX recording_by_id ON recording (vcc, recording);
CREATE INDEX recording_kept ON recording (vcc, ended_ms) WHERE deleted_ms IS NULL;
-- Days for which a VCC keeps its recordings; 0 = for ever.
ALTER TABLE vcc ADD COLUMN recording_days INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE vcc DROP COLUMN recording_days;
DROP INDEX recording_kept;
DROP INDEX recording_by_id;
DROP INDEX recording_by_name;
ALTER TABLE recording DROP COLUMN deleted_ms;
ALTER TABLE recording DROP COLUMN skill;
ALTER TABLE recording DROP COLUMN name;
