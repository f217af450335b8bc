package center

import (
	"reflect"
	"testing"
	"time"
)

func TestCensus(t *testing.T) {
	b := newBench(t, fixtureConfig())
	b.serve(101)
	b.must(signIn(102))
	b.must(SayBusy{By: by(102)})
	b.talk(101)
	b.arrive("i1")
	b.now = b.now.Add(3 * time.Second)
	value, _ := b.must(Count{})
	want := Census{
		Agents: 4, SignedIn: 2, States: map[State]int{StateTalking: 1, StateBusy: 1},
		Calls:  map[CallState]int{CallTalking: 1, CallWaiting: 1},
		Queues: []QueueView{{Skill: 1, Name: "support", Waiting: 1, Longest: 3 * time.Second, SignedIn: 1}},
	}
	if !reflect.DeepEqual(value, want) {
		t.Errorf("census = %+v\nwant     %+v", value, want)
	}
}
