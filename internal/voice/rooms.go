package voice

import (
	"slices"
	"strconv"
	"sync"

	"ccgateway/internal/center"
	"ccgateway/internal/voice/media"
)

// mixer is what rooms need of the media engine.
type mixer interface {
	SetRoom(room media.RoomID, rows []media.Row)
}

// rooms translates the centers' tables of who hears whom into the media engine's. A leg has a media leg of its own for each of its
// attempts, and which of them is its sound is known when one is answered; a table that came before is then set anew.
type rooms struct {
	mixer mixer

	mu     sync.Mutex
	sounds map[legKey]media.LegID
	tables map[media.RoomID]table
}

type table struct {
	vcc  center.VCCID
	rows []center.Row
}

func newRooms(m mixer) *rooms {
	return &rooms{mixer: m, sounds: map[legKey]media.LegID{}, tables: map[media.RoomID]table{}}
}

// roomID, mediaID and recordingID put the VCC in front: centers give names on their own.
func roomID(vcc center.VCCID, call center.CallID) media.RoomID {
	return media.RoomID(strconv.Itoa(int(vcc)) + "/" + string(call))
}

func recordingID(vcc center.VCCID, id center.RecordingID) media.RecordingID {
	return media.RecordingID(strconv.Itoa(int(vcc)) + "/" + string(id))
}

// mediaID names the n-th media leg of a leg.
func mediaID(key legKey, n int) media.LegID {
	id := strconv.Itoa(int(key.vcc)) + "/" + string(key.id)
	if n > 0 {
		id += "/" + strconv.Itoa(n)
	}
	return media.LegID(id)
}

// set carries out a Room effect.
func (r *rooms) set(vcc center.VCCID, call center.CallID, rows []center.Row) {
	id := roomID(vcc, call)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(rows) == 0 {
		delete(r.tables, id)
	} else {
		r.tables[id] = table{vcc, rows}
	}
	r.mixer.SetRoom(id, r.translate(vcc, rows))
}

func (r *rooms) translate(vcc center.VCCID, rows []center.Row) []media.Row {
	out := make([]media.Row, len(rows))
	for i, row := range rows {
		out[i] = media.Row{Leg: r.sound(legKey{vcc, row.Leg}), Plays: row.Plays}
		for _, heard := range row.Hears {
			out[i].Hears = append(out[i].Hears, r.sound(legKey{vcc, heard}))
		}
	}
	return out
}

func (r *rooms) sound(key legKey) media.LegID {
	if id, ok := r.sounds[key]; ok {
		return id
	}
	return mediaID(key, 0)
}

// soundOf is the media leg that is a leg's sound now.
func (r *rooms) soundOf(key legKey) media.LegID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sound(key)
}

// settle says which media leg is a leg's sound.
func (r *rooms) settle(key legKey, id media.LegID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sound(key) == id {
		return
	}
	r.sounds[key] = id
	for room, t := range r.tables {
		if t.vcc == key.vcc && slices.ContainsFunc(t.rows, func(row center.Row) bool { return row.Leg == key.id }) {
			r.mixer.SetRoom(room, r.translate(t.vcc, t.rows))
		}
	}
}

// forget drops what is known of a leg.
func (r *rooms) forget(key legKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.sounds, key)
}
