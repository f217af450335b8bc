package main

import (
	"context"

	"ccgateway/internal/center"
	"ccgateway/internal/gateway"
	"ccgateway/internal/lockout"
	"ccgateway/internal/result"
	"ccgateway/internal/store"
	"ccgateway/internal/voice"
)

// accounts shows the store to the gateway, behind the guard against guessing.
type accounts struct {
	store *store.Store
	guard *lockout.Guard
}

func (a accounts) Check(ctx context.Context, agent center.AgentID, password string) (gateway.AccountState, error) {
	try, ok := a.guard.Begin(ctx, int(agent))
	if !ok {
		return gateway.AccountState{}, result.AgentLocked.Err()
	}
	state, refusal := a.store.Check(ctx, agent, password)
	settle(try, refusal)
	if refusal != nil {
		return gateway.AccountState{}, refusal
	}
	return gateway.AccountState{MustChange: state.MustChange, DaysLeft: state.DaysLeft}, nil
}

func (a accounts) Change(ctx context.Context, agent center.AgentID, old, new string) error {
	try, ok := a.guard.Begin(ctx, int(agent))
	if !ok {
		return result.AgentLocked.Err()
	}
	refusal := a.store.Change(ctx, agent, old, new)
	settle(try, refusal)
	if refusal != nil {
		return refusal
	}
	return nil
}

func (a accounts) ByAccount(ctx context.Context, name string) (center.AgentID, bool) {
	lockout.NoteAccount(ctx, name)
	return a.store.ByAccount(name)
}

// directory shows the store to the phone side.
type directory struct{ store *store.Store }

func (d directory) Phone(number string) (voice.PhoneAccount, bool) {
	phone, ok := d.store.Phone(number)
	return voice.PhoneAccount{VCC: phone.VCC, HA1MD5: phone.HA1.MD5, HA1SHA256: phone.HA1.SHA256,
		Encryption: voice.EncryptionOf(phone.SRTP)}, ok
}

func (d directory) AccessCode(number string) (center.VCCID, bool) {
	code, ok := d.store.AccessCode(number)
	return code.VCC, ok
}
