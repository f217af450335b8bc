-- +goose Up
-- Ceilings on calls to the outside: JSON. Those of a database that is older are off until a configuration is applied, which every start does.
ALTER TABLE vcc ADD COLUMN limit_outside TEXT NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE vcc DROP COLUMN limit_outside;
