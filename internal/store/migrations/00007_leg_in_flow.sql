-- +goose Up
ALTER TABLE leg_record ADD COLUMN in_flow_ms BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE leg_record DROP COLUMN in_flow_ms;
