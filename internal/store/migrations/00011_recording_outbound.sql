-- +goose Up
-- When the recording of an outbound call begins, with the numbers of the reference (callOutRecord): 0 with the ringing, 1 with the talk.
ALTER TABLE vcc ADD COLUMN recording_outbound INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE vcc DROP COLUMN recording_outbound;
