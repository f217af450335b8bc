package voice

import (
	"errors"
	"sync"

	"ccgateway/internal/center"
	"ccgateway/internal/voice/media"
)

// legKey names a leg: centers name the legs that they ask for, each on its own.
type legKey struct {
	vcc center.VCCID
	id  center.LegID
}

// dialogKey names a dialog, or what may become one, by the parts that we know from its beginning: the Call-ID, and a tag.
type dialogKey struct{ callID, tag string }

// legs finds legs by what orders and messages name them.
type legs struct {
	mu      sync.Mutex
	most    int
	byKey   map[legKey]*leg    // those that their centers know
	dialogs map[dialogKey]*leg // by our own tag
	invites map[dialogKey]*leg // arrived ones, by the caller's tag
	sounds  map[media.LegID]*leg
	running map[*leg]struct{} // until their goroutines end
	closed  bool
	empty   *sync.Cond
}

func newLegs(most int) *legs {
	l := &legs{most: most, byKey: map[legKey]*leg{}, dialogs: map[dialogKey]*leg{}, invites: map[dialogKey]*leg{},
		sounds: map[media.LegID]*leg{}, running: map[*leg]struct{}{}}
	l.empty = sync.NewCond(&l.mu)
	return l
}

// What keeps a leg from being added.
var (
	errStopping = errors.New("no more legs are taken")
	errTooMany  = errors.New("too many legs")
	errSameName = errors.New("a leg of that name is there")
)

// setMost changes how many there may be. Those that are there stay.
func (t *legs) setMost(most int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.most = most
}

// add takes a leg in.
func (t *legs) add(l *leg) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return errStopping
	case len(t.running) >= t.most:
		return errTooMany
	case t.byKey[l.key] != nil:
		return errSameName
	}
	t.byKey[l.key] = l
	t.running[l] = struct{}{}
	return nil
}

// close takes no more legs. It returns those that are there.
func (t *legs) close() []*leg {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	return t.all()
}

// find finds a leg that its center knows.
func (t *legs) find(key legKey) *leg {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byKey[key]
}

// forget takes the leg's name away: its center will not hear of it any more, and what it says about it is not heard.
func (t *legs) forget(l *leg) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byKey[l.key] == l {
		delete(t.byKey, l.key)
	}
}

// enter makes the leg found by a dialog's Call-ID and our tag.
func (t *legs) enter(key dialogKey, l *leg) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dialogs[key] = l
	l.dialogKeys = append(l.dialogKeys, key)
}

// claim notes an arrived INVITE. It returns false if a leg of the same Call-ID and caller's tag is there already.
func (t *legs) claim(key dialogKey, l *leg) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.invites[key] != nil {
		return false
	}
	t.invites[key] = l
	l.inviteKey = key
	return true
}

// dialog finds the leg that a message within a dialog is for.
func (t *legs) dialog(key dialogKey) *leg {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dialogs[key]
}

// enterSound makes the leg found by the name of a media leg.
func (t *legs) enterSound(id media.LegID, l *leg) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sounds[id] = l
	l.mediaIDs = append(l.mediaIDs, id)
}

// bySound finds the leg that a media leg belongs to.
func (t *legs) bySound(id media.LegID) *leg {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sounds[id]
}

// remove takes a leg out: its goroutine ends.
func (t *legs) remove(l *leg) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byKey[l.key] == l {
		delete(t.byKey, l.key)
	}
	for _, k := range l.dialogKeys {
		delete(t.dialogs, k)
	}
	for _, id := range l.mediaIDs {
		delete(t.sounds, id)
	}
	if t.invites[l.inviteKey] == l {
		delete(t.invites, l.inviteKey)
	}
	delete(t.running, l)
	if len(t.running) == 0 {
		t.empty.Broadcast()
	}
}

func (t *legs) all() []*leg {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]*leg, 0, len(t.running))
	for l := range t.running {
		all = append(all, l)
	}
	return all
}

func (t *legs) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.running)
}

// wait returns when there are no legs.
func (t *legs) wait() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.running) > 0 {
		t.empty.Wait()
	}
}
