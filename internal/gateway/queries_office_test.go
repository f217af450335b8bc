package gateway

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// value is the reply of a query that succeeded.
func value(json string) string { return `{"message":"","retcode":"0","result":` + json + `}` }

// asks makes a query and compares its value.
func (d *desktop) asks(path, want string) {
	d.o.t.Helper()
	d.says("GET "+path, "", value(want))
}

// inquirers is an office where Ann talks with a caller since 10 s, Ben is signed in, and Ivy may inspect.
func inquirers(t *testing.T) (o *office, ann, ben, ivy *desktop) {
	t.Helper()
	o, ann, ben = talkers(t)
	ivy = o.signIn("901")
	o.pass(10 * time.Second)
	return o, ann, ben, ivy
}

// arrives lets a further caller come to the queue support.
func (o *office) arrives(leg, from string) {
	o.t.Helper()
	o.world(center.CallArrived{Leg: center.LegID(leg), Trunk: "provider", From: from, To: "1000"})
}

const heldCallJSON = `{"callfeature":0,"callid":"<call>","caller":"0301","called":"1000","callskill":"support","callskillid":1,"orgicallednum":"",` +
	`"calldata":"","begintime":1767603600000,"endtime":null,"userPriority":0,"trunkNo":65535,"logontimes":10,"mediaType":5,"mediaAbility":1,` +
	`"waitTime":0,"trace":null}`

func TestOffice_HeldCalls(t *testing.T) {
	o, ann, ben, ivy := inquirers(t)
	ann.refused("GET calldata/101/holdlist", "", "400-003")
	ivy.refused("GET calldata/901/holdlistex/101", "", "400-003")
	ann.says("POST voicecall/101/hold", "", okDone)
	ann.asks("calldata/101/holdlist", "["+heldCallJSON+"]")
	ivy.asks("calldata/901/holdlistex/101", "["+heldCallJSON+"]")
	ben.refused("GET calldata/102/holdlist", "", "400-003")
	ben.refused("GET calldata/102/holdlistex/101", "", "300-001")
	ben.refused("GET calldata/102/holdlistex/102", "", "400-003") // himself he may ask about
	ann.says("PUT voicecall/101/callout", `{"called":"0399"}`, value(`"<call>"`))
	o.rings("0399")
	o.lifts("0399")
	ann.asks("calldata/101/holdlist", "["+heldCallJSON+"]")
	ann.says("POST voicecall/101/hold", "", okDone)
	second := `{"callfeature":7,"callid":"<call>","caller":"101","called":"0399","callskill":"","callskillid":0,"orgicallednum":"","calldata":"",` +
		`"begintime":1767603610000,"endtime":null,"userPriority":0,"trunkNo":65535,"logontimes":0,"mediaType":5,"mediaAbility":1,"waitTime":0,"trace":null}`
	ann.asks("calldata/101/holdlist", "["+heldCallJSON+","+second+"]")
	ivy.asks("calldata/901/holdlistex/101", "["+heldCallJSON+","+second+"]")
}

func TestOffice_CallIDs(t *testing.T) {
	o, ann, ben, ivy := inquirers(t)
	eve := o.signIn("201")
	first := callIDForm.FindString(ann.call("GET calldata/101/callinfo", ""))
	ids := func(d *desktop, path string, want ...string) {
		t.Helper()
		list := "[]"
		if len(want) > 0 {
			list = `["` + strings.Join(want, `","`) + `"]`
		}
		if got := d.call("GET "+path, ""); got != value(list) {
			t.Errorf("%s: got %s, want %s", path, got, list)
		}
	}
	ids(ann, "calldata/101/allcallid", first)
	ids(ann, "calldata/101/allcallinfoEx/101", first)
	ids(ivy, "calldata/901/allcallinfoEx/101", first)
	ids(ivy, "calldata/901/allcallinfoEx/102")
	ids(ben, "calldata/102/allcallid")
	ann.asks("calldata/101/callnums", "1")
	ben.asks("calldata/102/callnums", "0")
	ann.says("POST voicecall/101/hold", "", okDone)
	second := callIDForm.FindString(ann.call("PUT voicecall/101/callinner", `{"called":"102"}`))
	ids(ann, "calldata/101/allcallid", second, first)
	ids(ivy, "calldata/901/allcallinfoEx/101", second, first)
	ids(ben, "calldata/102/allcallid", second) // it rings at him
	ann.asks("calldata/101/callnums", "2")
	ben.asks("calldata/102/callnums", "1")
	// About others without the right, about a signed-out agent, a number of nobody, another tenant's agent: refused alike.
	ben.refused("GET calldata/102/allcallinfoEx/101", "", "900-002")
	for _, number := range []string{"103", "777", "201"} {
		ivy.refused("GET calldata/901/allcallinfoEx/"+number, "", "900-002")
		ivy.refused("GET calldata/901/holdlistex/"+number, "", "300-001")
	}
	eve.refused("GET calldata/201/allcallinfoEx/101", "", "900-002")
	ids(eve, "calldata/201/allcallid")
}

func TestOffice_WaitingCalls(t *testing.T) {
	o, ann, ben, _ := inquirers(t)
	ben.asks("calldata/102/waitcallinfo/1", "[]")
	o.arrives("i2", "0302")
	o.pass(4 * time.Second)
	o.arrives("i3", "0303")
	o.pass(2500 * time.Millisecond)
	waiting := strings.NewReplacer(`"begintime":1767603600000`, `"begintime":%`, `"logontimes":10`, `"logontimes":6`, `"waitTime":0`, `"waitTime":6`).Replace(heldCallJSON)
	older := strings.NewReplacer("0301", "0302", "%", "1767603610000").Replace(waiting)
	younger := strings.NewReplacer("0301", "0303", "%", "1767603614000", ":6,", ":2,").Replace(waiting)
	for _, d := range []*desktop{ann, ben} {
		d.asks("calldata/"+d.id+"/waitcallinfo/1", "["+older+","+younger+"]")
		d.asks("calldata/"+d.id+"/waitcallinfo/2", "[]")
	}
	ann.refused("GET calldata/101/waitcallinfo/3", "", "000-002")
	ann.refused("GET calldata/101/waitcallinfo/x", "", "000-002")
	o.signIn("201").refused("GET calldata/201/waitcallinfo/1", "", "000-002") // it is another tenant's queue
}

// TestOffice_Day plays an agent's day and compares its counters at every step.
func TestOffice_Day(t *testing.T) {
	o, ann, ben, _ := inquirers(t)
	now := map[string]int{}
	day := func(d *desktop, step string) {
		t.Helper()
		want, light := dayJSON(now)
		if got := d.call("GET calldata/"+d.id+"/statistics", ""); got != value(want) {
			t.Errorf("%s:\n got %s\nwant %s", step, got, value(want))
		}
		d.asks("calldata/"+d.id+"/statisticsEx", light)
	}
	now["talktime"], now["answernums"] = 10, 1
	day(ann, "in the first talk")
	ann.says("POST voicecall/101/hold", "", okDone)
	now["keepnums"] = 1
	ann.says("PUT voicecall/101/callout", `{"called":"0399"}`, value(`"<call>"`))
	o.pass(5 * time.Second)
	now["talktime"] += 5
	day(ann, "while the other number rings")
	o.rings("0399")
	o.lifts("0399")
	now["calloutnums"] = 1
	o.pass(3 * time.Second)
	now["talktime"] += 6 // of both calls
	day(ann, "with two calls")
	ann.says("DELETE voicecall/101/release", "", okDone)
	now["agentrelease"] = 1
	ann.says("POST voicecall/101/gethold", "", okDone)
	ann.says("POST voicecall/101/transfer", `{"devicetype":"2","address":"102","mode":"0"}`, okDone)
	now["transfernums"] = 1
	day(ann, "after the transfer")
	ann.says("POST onlineagent/101/saybusy", "", okDone)
	o.pass(7 * time.Second)
	now["busynums"], now["busytime"] = 1, 7
	day(ann, "while busy")
	ann.says("POST onlineagent/101/sayfree", "", okDone)
	ann.says("POST onlineagent/101/rest/60/1", "", okDone)
	o.pass(23 * time.Second) // Ben's phone has rung for 30 s now
	o.pass(27 * time.Second)
	now["restnums"], now["resttime"] = 1, 50
	day(ann, "in a rest")
	o.pass(20 * time.Second)
	now["resttime"], now["restoutnums"], now["restouttime"] = 70, 1, 10
	day(ann, "in a rest that is over")
	// Ben has not answered within 30 s. The caller is back in his queue, and offered to Ann again, who misses him too.
	clear(now)
	now["noanswernums"], now["redirectnums"] = 1, 1
	now["busynums"], now["busytime"] = 1, 7+70-30
	day(ben, "who missed the transfer")
	ann.says("POST onlineagent/101/cancelrest", "", okDone)
	o.pass(31 * time.Second)
	got := ann.call("GET calldata/101/statistics", "")
	if !strings.Contains(got, `"noanswernums":1,`) || !strings.Contains(got, `"redirectnums":1,`) || !strings.Contains(got, `"busynums":2,`) {
		t.Errorf("after the missed call: %s", got)
	}
}

// dayJSON writes the counters as the pages do, and in the light form.
func dayJSON(counters map[string]int) (full, light string) {
	members := func(names string) string {
		var all []string
		for name := range strings.FieldsSeq(names) {
			all = append(all, `"`+name+`":`+strconv.Itoa(counters[name]))
		}
		return "{" + strings.Join(all, ",") + "}"
	}
	return members(`talktime answernums noanswernums calloutnums intercallnums interhelpnums transfernums transferoutnums transferivrnums
		redirectnums keepnums busynums restnums restoutnums resttime restouttime agentrelease busytime`), members("talktime answernums calloutnums")
}
