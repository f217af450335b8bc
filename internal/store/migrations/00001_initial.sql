-- +goose Up
--
-- Times are milliseconds since 1970 (…_ms), NULL where the moment never came. Durations are milliseconds. What differs between SQL
-- engines is kept to this folder; all queries are common SQL.
--
-- References between tables of the configuration are checked at the end of a transaction, so that a configuration can be replaced in any
-- order. Names are not UNIQUE here: two names may be exchanged in one transaction, and the configuration's reader has checked them.

-- Settings of the installation that the centers need, by name.
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE vcc (
    id              INTEGER NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL,
    limit_agents    INTEGER NOT NULL,
    limit_calls     INTEGER NOT NULL,
    recording_mode  INTEGER NOT NULL,
    recording_share INTEGER NOT NULL,
    wait_music      TEXT NOT NULL
);

-- Prefixes of outside numbers; kind is 'international' or 'national'.
CREATE TABLE number_prefix (
    vcc    INTEGER NOT NULL REFERENCES vcc (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    kind   TEXT NOT NULL,
    prefix TEXT NOT NULL,
    PRIMARY KEY (vcc, kind, prefix)
);

CREATE TABLE skill (
    vcc         INTEGER NOT NULL REFERENCES vcc (id) DEFERRABLE INITIALLY DEFERRED,
    id          INTEGER NOT NULL,
    name        TEXT NOT NULL,
    media       INTEGER NOT NULL,
    ring_ms     BIGINT NOT NULL,
    max_wait_ms BIGINT NOT NULL,
    max_waiting INTEGER NOT NULL,
    wrap_up_ms  BIGINT NOT NULL,
    weight      INTEGER NOT NULL,
    ring_back   BOOLEAN NOT NULL,
    PRIMARY KEY (vcc, id)
);

-- What callers dial. It leads to a skill queue or to a flow.
CREATE TABLE access_code (
    code  TEXT NOT NULL PRIMARY KEY,
    vcc   INTEGER NOT NULL REFERENCES vcc (id) DEFERRABLE INITIALLY DEFERRED,
    skill INTEGER,
    flow  TEXT,
    CHECK ((skill IS NULL) <> (flow IS NULL)),
    FOREIGN KEY (vcc, skill) REFERENCES skill (vcc, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE role (
    vcc  INTEGER NOT NULL REFERENCES vcc (id) DEFERRABLE INITIALLY DEFERRED,
    id   INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (vcc, id)
);

-- The rights of a role by the reference's numbers, implied ones included.
CREATE TABLE role_right (
    vcc          INTEGER NOT NULL,
    role         INTEGER NOT NULL,
    right_number INTEGER NOT NULL,
    PRIMARY KEY (vcc, role, right_number),
    FOREIGN KEY (vcc, role) REFERENCES role (vcc, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

-- SIP accounts. file_… is what the configuration file said last, so that a change there is noticed.
CREATE TABLE phone (
    number      TEXT NOT NULL PRIMARY KEY,
    vcc         INTEGER NOT NULL REFERENCES vcc (id) DEFERRABLE INITIALLY DEFERRED,
    ha1         TEXT NOT NULL,
    ha1_sha256  TEXT NOT NULL,
    file_ha1        TEXT NOT NULL,
    file_ha1_sha256 TEXT NOT NULL
);

CREATE TABLE work_group (
    vcc    INTEGER NOT NULL REFERENCES vcc (id) DEFERRABLE INITIALLY DEFERRED,
    id     INTEGER NOT NULL,
    name   TEXT NOT NULL,
    leader INTEGER NOT NULL,
    PRIMARY KEY (vcc, id)
);

CREATE TABLE agent (
    id          INTEGER NOT NULL PRIMARY KEY,
    vcc         INTEGER NOT NULL REFERENCES vcc (id) DEFERRABLE INITIALLY DEFERRED,
    name        TEXT NOT NULL,
    account     TEXT NOT NULL,
    role        INTEGER NOT NULL,
    work_group  INTEGER,
    static_auth BOOLEAN NOT NULL,
    FOREIGN KEY (vcc, role) REFERENCES role (vcc, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (vcc, work_group) REFERENCES work_group (vcc, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE agent_skill (
    agent  INTEGER NOT NULL REFERENCES agent (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    vcc    INTEGER NOT NULL,
    skill  INTEGER NOT NULL,
    weight INTEGER NOT NULL,
    PRIMARY KEY (agent, skill),
    FOREIGN KEY (vcc, skill) REFERENCES skill (vcc, id) DEFERRABLE INITIALLY DEFERRED
);

-- The password in force, and what the configuration file said last.
CREATE TABLE agent_password (
    agent            INTEGER NOT NULL PRIMARY KEY REFERENCES agent (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    hash             TEXT NOT NULL,
    must_change      BOOLEAN NOT NULL,
    changed_ms       BIGINT NOT NULL,
    file_hash        TEXT NOT NULL,
    file_must_change BOOLEAN NOT NULL
);

-- Former passwords, so that they are not chosen again.
CREATE TABLE former_password (
    agent       INTEGER NOT NULL REFERENCES agent (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    replaced_ms BIGINT NOT NULL,
    hash        TEXT NOT NULL,
    PRIMARY KEY (agent, replaced_ms, hash)
);

CREATE TABLE rest_reason (
    vcc  INTEGER NOT NULL REFERENCES vcc (id) DEFERRABLE INITIALLY DEFERRED,
    code INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (vcc, code)
);

-- Lines to the outside in order of preference (rank). The password answers the far side's challenge and cannot be a hash.
CREATE TABLE trunk (
    name      TEXT NOT NULL PRIMARY KEY,
    rank      INTEGER NOT NULL,
    address   TEXT NOT NULL,
    transport TEXT NOT NULL,
    username  TEXT NOT NULL,
    password  TEXT NOT NULL
);

CREATE TABLE trunk_network (
    trunk   TEXT NOT NULL REFERENCES trunk (name) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    rank    INTEGER NOT NULL,
    network TEXT NOT NULL,
    PRIMARY KEY (trunk, rank)
);

CREATE TABLE trunk_number (
    trunk   TEXT NOT NULL REFERENCES trunk (name) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    rank    INTEGER NOT NULL,
    pattern TEXT NOT NULL,
    PRIMARY KEY (trunk, rank)
);

-- Caller flows as they stand in the configuration: a JSON list of steps.
CREATE TABLE flow (
    name  TEXT NOT NULL PRIMARY KEY,
    steps TEXT NOT NULL
);

-- Facts. They refer to agents, skills and roles by number and outlive them.

CREATE TABLE call_record (
    id          INTEGER PRIMARY KEY,
    vcc         INTEGER NOT NULL,
    call_id     TEXT NOT NULL,
    feature     INTEGER NOT NULL,
    media       INTEGER NOT NULL,
    skill       INTEGER NOT NULL,
    caller      TEXT NOT NULL,
    called      TEXT NOT NULL,
    trunk       TEXT NOT NULL,
    began_ms    BIGINT NOT NULL,
    answered_ms BIGINT,
    ended_ms    BIGINT NOT NULL,
    waited_ms   BIGINT NOT NULL,
    requeued    INTEGER NOT NULL,
    agent       INTEGER NOT NULL,
    reason      INTEGER NOT NULL,
    released    INTEGER NOT NULL
);
CREATE INDEX call_record_by_time ON call_record (vcc, began_ms);
CREATE INDEX call_record_by_call ON call_record (call_id);
CREATE INDEX call_record_by_agent ON call_record (agent, began_ms);

CREATE TABLE leg_record (
    id          INTEGER PRIMARY KEY,
    vcc         INTEGER NOT NULL,
    call_id     TEXT NOT NULL,
    leg         TEXT NOT NULL,
    party       INTEGER NOT NULL,
    agent       INTEGER NOT NULL,
    number      TEXT NOT NULL,
    skill       INTEGER NOT NULL,
    began_ms    BIGINT NOT NULL,
    ringing_ms  BIGINT,
    answered_ms BIGINT,
    ended_ms    BIGINT NOT NULL,
    held_ms     BIGINT NOT NULL,
    reason      INTEGER NOT NULL,
    waited_ms   BIGINT NOT NULL
);
CREATE INDEX leg_record_by_time ON leg_record (vcc, began_ms);
CREATE INDEX leg_record_by_call ON leg_record (call_id);
CREATE INDEX leg_record_by_agent ON leg_record (agent, began_ms);

CREATE TABLE agent_state (
    id      INTEGER PRIMARY KEY,
    vcc     INTEGER NOT NULL,
    agent   INTEGER NOT NULL,
    state   INTEGER NOT NULL,
    reason  INTEGER NOT NULL,
    from_ms BIGINT NOT NULL,
    to_ms   BIGINT NOT NULL,
    call_id TEXT NOT NULL
);
CREATE INDEX agent_state_by_time ON agent_state (vcc, from_ms);
CREATE INDEX agent_state_by_agent ON agent_state (agent, from_ms);

-- Sign-ins. ended_ms is NULL while the session goes on.
CREATE TABLE agent_session (
    id         INTEGER PRIMARY KEY,
    vcc        INTEGER NOT NULL,
    agent      INTEGER NOT NULL,
    session_no BIGINT NOT NULL,
    phone      TEXT NOT NULL,
    ip         TEXT NOT NULL,
    push       BOOLEAN NOT NULL,
    began_ms   BIGINT NOT NULL,
    ended_ms   BIGINT,
    reason     INTEGER NOT NULL,
    ended_by   INTEGER NOT NULL
);
CREATE INDEX agent_session_by_time ON agent_session (vcc, began_ms);
CREATE INDEX agent_session_by_agent ON agent_session (agent, began_ms);
CREATE INDEX agent_session_open ON agent_session (agent) WHERE ended_ms IS NULL;

-- The index of recordings. ended_ms is NULL while it is being made; failed says why it broke off.
CREATE TABLE recording (
    id        INTEGER PRIMARY KEY,
    vcc       INTEGER NOT NULL,
    recording TEXT NOT NULL,
    call_id   TEXT NOT NULL,
    agent     INTEGER NOT NULL,
    caller    TEXT NOT NULL,
    called    TEXT NOT NULL,
    file      TEXT NOT NULL,
    began_ms  BIGINT NOT NULL,
    ended_ms  BIGINT,
    failed    TEXT NOT NULL
);
CREATE INDEX recording_by_time ON recording (vcc, began_ms);
CREATE INDEX recording_by_call ON recording (call_id);
CREATE INDEX recording_by_agent ON recording (agent, began_ms);
CREATE INDEX recording_open ON recording (recording) WHERE ended_ms IS NULL;

-- Who did what. vcc is 0 for the installation; actor is an agent number, actor_name somebody else (an administrator).
CREATE TABLE audit (
    id         INTEGER PRIMARY KEY,
    vcc        INTEGER NOT NULL,
    at_ms      BIGINT NOT NULL,
    actor      INTEGER NOT NULL,
    actor_name TEXT NOT NULL,
    act        TEXT NOT NULL,
    target     INTEGER NOT NULL,
    detail     TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (vcc, at_ms);
CREATE INDEX audit_by_actor ON audit (actor, at_ms);
CREATE INDEX audit_by_target ON audit (target, at_ms);

-- When the program was last seen alive: what a crash left open is taken to have ended then.
CREATE TABLE alive (
    id    INTEGER NOT NULL PRIMARY KEY,
    at_ms BIGINT NOT NULL
);
INSERT INTO alive (id, at_ms) VALUES (1, 0);

-- +goose Down
DROP TABLE alive;
DROP TABLE audit;
DROP TABLE recording;
DROP TABLE agent_session;
DROP TABLE agent_state;
DROP TABLE leg_record;
DROP TABLE call_record;
DROP TABLE flow;
DROP TABLE trunk_number;
DROP TABLE trunk_network;
DROP TABLE trunk;
DROP TABLE rest_reason;
DROP TABLE former_password;
DROP TABLE agent_password;
DROP TABLE agent_skill;
DROP TABLE agent;
DROP TABLE work_group;
DROP TABLE phone;
DROP TABLE role_right;
DROP TABLE role;
DROP TABLE access_code;
DROP TABLE skill;
DROP TABLE number_prefix;
DROP TABLE vcc;
DROP TABLE setting;
