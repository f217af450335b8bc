-- +goose Up
--
-- Wrong passwords (internal/lockout): of a pair of account and address, of an account over all addresses (address is ''), of an address
-- over all accounts (who is ''). usual_ms is when the account last signed in from there, NULL = it is not usual.
CREATE TABLE lockout (
    who      TEXT NOT NULL,
    address  TEXT NOT NULL,
    wrong    INTEGER NOT NULL,
    level    INTEGER NOT NULL,
    last_ms  BIGINT,
    until_ms BIGINT,
    usual_ms BIGINT,
    PRIMARY KEY (who, address)
);

-- +goose Down
DROP TABLE lockout;
