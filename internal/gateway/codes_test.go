package gateway

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// generalCodes may come from every interface: they are what is found wrong with a request before its interface is looked at, and the
// reference's tables, not its pages, have them.
var generalCodes = map[string]string{
	"000-002": "a member is missing, malformed or out of range",
	"000-003": "the GUID is missing or wrong",
	"000-005": "an inspector names himself; the table has it among the general ones",
	"000-004": "the session is being moved to another node",
	"000-007": "called again too early (docs/decisions/0005, 0012)",
	"100-006": "the agent is not signed in",
}

// furtherCodes are those that an interface answers beyond its page's list, with the reason.
var furtherCodes = map[string]map[string]string{
	"DELETE onlineagent/{agentid}/logout":              {"100-010": "the table's code for a wrong state at sign-out, which the catalogue's note on this page names"},
	"POST voicecall/{agentid}/connecthold/{callid}":    {"200-005": "clients have these two for connecthold alone, and the catalogue", "200-006": "finds them fit better than the page's, which are those of hold"},
	"GET calldata/{agentid}/callinfobycallid/{callid}": {"200-026": "the page's list was not seen; the code says just this: there is no such call"},
	"GET agentgroup/{agentid}/groupbyagent/{workno}":   {"300-004": "known from clients only; the agent is known and has no group"},
	"POST queuedevice/{agentid}/queryacdstat": {
		"100-019": "the page's list was not seen; argument of a skill-queue query (docs/decisions/0012)", "600-005": "there is no skill queue in the VDN",
	},
	"POST recordplay/{agentid}/forefast/{time}": {"500-002": "the page's list was not seen; the code of its twin backfast for this direction"},
	"PUT recordplay/{agentid}/record":           {"500-008": "the page's list was not seen; begin of a recording in the wrong state"},
	"DELETE recordplay/{agentid}/stoprecord":    {"500-010": "the page's list was not seen; end of a recording in the wrong state"},
	"GET agentgroup/{agentid}/agentbylist":      {"300-001": "the page's list was not seen; as agentbyskill for roles without inbound calls (docs/decisions/0012)"},
	"PUT onlineagent/loginbyaccount":            {"100-002": "known from a client only; as sign-in by number"},
	"PUT voicecall/{agentid}/previewCallout":    {"200-001": "the page's list was not seen to its end; the code of callout for a missing right"},
	"POST recordplay/{agentid}/netplay": {
		"104-002": "the page's list was not seen; the recording is somebody else's", "104-003": "the file's name is none", "104-005": "there is no such recording",
	},
}

// codeBook says which codes the interfaces of the pages that have a list may answer with.
type codeBook map[string]map[string]bool

// newCodeBook reads the lists of the pages: what was seen of them, what the catalogue infers for the rest, the general codes, and ours.
func newCodeBook(all []page) codeBook {
	book := codeBook{}
	for _, p := range all {
		listed := slices.Concat(p.Errors, p.Inferred)
		if len(listed) == 0 {
			continue
		}
		key := p.Method + " " + strings.TrimPrefix(p.Path, Base)
		codes := map[string]bool{"0": true}
		for _, code := range slices.Concat(listed, slices.Collect(maps.Keys(generalCodes)), slices.Collect(maps.Keys(furtherCodes[key]))) {
			codes[code] = true
		}
		book[key] = codes
	}
	return book
}

// allows tells whether the page allows an interface to answer with the code; listed is false where it has no list.
func (b codeBook) allows(key, code string) (allowed, listed bool) {
	codes, listed := b[key]
	return codes[code] || !listed, listed
}

// codesSeen collects what real centers have answered in all tests of this package.
type codesSeen struct {
	sync.Mutex
	find  *router
	codes map[string]map[string]bool // by interface
}

var seen = codesSeen{codes: map[string]map[string]bool{}}

var retcodeForm = regexp.MustCompile(`"retcode":"([^"]*)"`)

// note keeps the code of a reply to a request.
func (s *codesSeen) note(method, target, reply string) {
	code := retcodeForm.FindStringSubmatch(reply)
	if code == nil { // a file, or a stream
		return
	}
	s.Lock()
	defer s.Unlock()
	if s.find == nil {
		s.find = newRouter(Routes())
	}
	path, _, _ := strings.Cut(target, "?")
	route, _, err := s.find.find(method, path)
	if err != nil {
		return
	}
	key := route.Methods[0] + " " + route.Path
	if s.codes[key] == nil {
		s.codes[key] = map[string]bool{}
	}
	s.codes[key][code[1]] = true
}

// faults lists the codes that were seen and are not on their pages.
func (s *codesSeen) faults(book codeBook) []string {
	s.Lock()
	defer s.Unlock()
	var faults []string
	for _, key := range slices.Sorted(maps.Keys(s.codes)) {
		for _, code := range slices.Sorted(maps.Keys(s.codes[key])) {
			if allowed, _ := book.allows(key, code); !allowed {
				faults = append(faults, fmt.Sprintf("%s answers %s, which its page does not have", key, code))
			}
		}
	}
	return faults
}

// stale lists the exceptions that no test has seen, and those that the pages have by now.
func (s *codesSeen) stale(all []page) []string {
	s.Lock()
	defer s.Unlock()
	listed := map[string][]string{}
	for _, p := range all {
		listed[p.Method+" "+strings.TrimPrefix(p.Path, Base)] = slices.Concat(p.Errors, p.Inferred)
	}
	var stale []string
	for key, codes := range furtherCodes {
		for code := range codes {
			if !s.codes[key][code] || slices.Contains(listed[key], code) || generalCodes[code] != "" {
				stale = append(stale, fmt.Sprintf("the exception %s of %s is not needed", code, key))
			}
		}
	}
	return stale
}

// judged runs the tests and then judges the codes that they have seen.
type judged struct{ *testing.M }

func (j judged) Run() int {
	code := j.M.Run()
	all, err := readPages()
	if errors.Is(err, os.ErrNotExist) { // the tests have said so
		return code
	}
	var faults []string
	if err != nil {
		faults = []string{err.Error()}
	}
	faults = append(faults, seen.faults(newCodeBook(all))...)
	if everyTestRan() && code == 0 {
		faults = append(faults, seen.stale(all)...)
	}
	for _, fault := range faults {
		fmt.Println(fault)
		code = 1
	}
	return code
}

// everyTestRan tells whether this was no run of chosen tests.
func everyTestRan() bool {
	return flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == ""
}

// codeScene brings the agents of a lab into a situation.
type codeScene struct {
	name string
	play func(l *lab)
}

var codeScenes = []codeScene{
	{"idle", func(*lab) {}},
	{"not signed in", func(l *lab) {
		for _, id := range []string{"101", "901"} {
			l.must(id, "DELETE", "onlineagent/"+id+"/forcelogout", "")
		}
	}},
	{"busy", func(l *lab) { l.must("101", "POST", "onlineagent/101/saybusy", "") }},
	{"wrap-up", func(l *lab) { l.must("101", "POST", "onlineagent/101/work", "") }},
	{"rest", func(l *lab) { l.must("101", "POST", "onlineagent/101/rest/60/0", "") }},
	{"ringing", (*lab).offered},
	{"talking", (*lab).talks},
	{"muted", func(l *lab) { l.talks(); l.must("101", "POST", "voicecall/101/beginmute", "") }},
	{"held", func(l *lab) { l.talks(); l.must("101", "POST", "voicecall/101/hold", "") }},
	{"held, calling", func(l *lab) {
		l.talks()
		l.must("101", "POST", "voicecall/101/hold", "")
		l.must("101", "PUT", "voicecall/101/callout", `{"called":"0555"}`)
	}},
	{"held, talking", func(l *lab) {
		l.talks()
		l.must("101", "POST", "voicecall/101/hold", "")
		l.must("101", "PUT", "voicecall/101/callout", `{"called":"0555"}`)
		l.lift("0555")
	}},
	{"dialling", func(l *lab) { l.must("101", "PUT", "voicecall/101/callout", `{"called":"0555"}`) }},
	{"called, alerting", func(l *lab) {
		l.must("101", "PUT", "voicecall/101/callout", `{"called":"0555"}`)
		l.lift("40101")
	}},
	{"inner call", func(l *lab) {
		l.must("101", "PUT", "voicecall/101/callinner", `{"called":"102"}`)
		l.lift("40101")
		l.lift("40102")
		l.must("102", "PUT", "voicecall/102/answer", "")
	}},
	{"three", func(l *lab) {
		l.talks()
		l.must("101", "POST", "voicecall/101/transfer", `{"devicetype":5,"address":"0555","mode":4}`)
		l.lift("0555")
	}},
	{"transfer rings", func(l *lab) {
		l.talks()
		l.must("101", "POST", "voicecall/101/transfer", `{"devicetype":2,"address":"102","mode":2}`)
	}},
	{"consultation", func(l *lab) {
		l.talks()
		l.must("101", "POST", "voicecall/101/innerhelp", `{"dstaddress":"102"}`)
		l.lift("40102")
		l.must("102", "PUT", "voicecall/102/answer", "")
	}},
	{"others wait", func(l *lab) {
		l.talks()
		l.world(center.CallArrived{Leg: "i2", Trunk: "provider", From: "0302", To: "1000"})
	}},
	{"recorded, paused", func(l *lab) {
		l.talks()
		l.must("101", "PUT", "recordplay/101/record", `{"mediaType":5}`)
	}},
	{"inspection rings", func(l *lab) { l.talks(); l.must("901", "PUT", "qualitycontrol/901/addsupervise/101", "") }},
	{"listens", func(l *lab) {
		l.talks()
		l.must("901", "PUT", "qualitycontrol/901/addsupervise/101", "")
		l.lift("40901")
	}},
	{"whispers", func(l *lab) {
		l.talks()
		l.must("901", "POST", "qualitycontrol/901/requestwhisperagent?whisperagentid=101", "")
		l.lift("40901")
	}},
	{"listens at nobody yet", func(l *lab) {
		l.must("901", "PUT", "qualitycontrol/901/addsupervise/101", "")
		l.lift("40901")
	}},
	{"stopping", func(l *lab) { l.talks(); l.world(center.Drain{}) }},
}

// everyRight lets agents and inspectors do everything.
func everyRight(c *center.Config) {
	var all []center.Right
	for right := range center.RightNames {
		if right != center.RightNoCallerNumber && right != center.RightNoInbound {
			all = append(all, right)
		}
	}
	c.Roles[0].Rights = center.RightsOf(slices.DeleteFunc(slices.Clone(all), func(r center.Right) bool {
		return center.RightsOf(r).Inspector()
	})...)
	c.Roles[1].Rights = center.RightsOf(all...)
}

// withoutRights takes the rights of all roles away.
func withoutRights(c center.Config) center.Config {
	c.Roles = slices.Clone(c.Roles)
	for i := range c.Roles {
		c.Roles[i].Rights = center.RightsOf()
	}
	return c
}

// candidates are values for a parameter, by what its name tells of it; nil = only those that are guessed from its page.
func (l *lab) candidates(name string) []string {
	switch low := strings.ToLower(name); {
	case strings.Contains(low, "callid"):
		return append([]string{"1700000000-99", "", "i1"}, l.calls()...)
	case strings.Contains(low, "workno"), strings.Contains(low, "agent"), low == "dstaddress", low == "address", low == "called", low == "receiver", low == "number":
		return []string{"101", "102", "103", "104", "901", "201", "777", "0555", "0301", "1000", "1", "40103"}
	case strings.Contains(low, "skill"), strings.Contains(low, "group"):
		return []string{"1", "2", "77", "7", "0"}
	case low == "mode", low == "devicetype", low == "flag", low == "switchtype", low == "autoflag", low == "mediatype":
		return []string{"0", "1", "2", "3", "4", "5"}
	default:
		return nil
	}
}

// calls are the ids of all calls.
func (l *lab) calls() []string {
	reply, _ := l.center.Do(opening, center.Look{})
	look, _ := reply.Value.(center.Overview)
	var ids []string
	for _, c := range look.Calls {
		ids = append(ids, string(c.Call))
	}
	return ids
}

// draws is how many requests each interface gets in each situation from each agent.
const draws = 6 / raceFactor

// TestCodes_InEveryScene makes requests of every kind to every interface in every situation, by an agent and by an inspector, with all rights
// and with none: whatever is answered stands on the interface's page, or in the list of exceptions.
func TestCodes_InEveryScene(t *testing.T) {
	all := pages(t)
	book := newCodeBook(all)
	routes := map[string]Route{}
	for _, route := range Routes() {
		routes[route.Methods[0]+" "+route.Path] = route
	}
	tried := 0
	for _, scene := range codeScenes {
		t.Run(scene.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, uint64(len(scene.name))))
			l := newLab(t, everyRight)
			scene.play(l)
			frozen := l.picture()
			for _, powerless := range []bool{false, true} {
				if powerless {
					l.thaw(frozen)
					l.world(center.Configure{Config: withoutRights(l.config)})
					frozen = l.picture()
				}
				for _, p := range all {
					key := p.Method + " " + strings.TrimPrefix(p.Path, Base)
					route, found := routes[key]
					if _, listed := book.allows(key, ""); !found || !listed || !route.Built() || route.Kind != Incoming || route.Streams() || !strings.Contains(route.Path, "{agentid}") {
						continue
					}
					for range draws {
						for _, id := range []string{"101", "901"} {
							tried++
							path, body := l.draw(r, p, route, id)
							w := l.send(p.Method, path, l.guids[id], body)
							code := l.code(w)
							if code == "0" {
								l.thaw(frozen)
							}
							if allowed, _ := book.allows(key, code); !allowed {
								t.Errorf("powerless %t: %s %s %s answers %.200s", powerless, p.Method, path, body, w.Body)
							}
						}
					}
				}
			}
		})
	}
	t.Logf("%d requests", tried)
}

// draw makes a request out of values that fit, or nearly so.
func (l *lab) draw(r *rand.Rand, p page, route Route, id string) (path, body string) {
	value := func(one parameterOf) any {
		if some := l.candidates(one.name); some != nil && r.IntN(4) > 0 {
			text := some[r.IntN(len(some))]
			if strings.HasPrefix(one.kind, "array") {
				return []string{text}
			}
			return text
		}
		return one.good(p)
	}
	pathParameters := parametersOf(p.Params)
	path = openParameter.ReplaceAllStringFunc(route.Path, func(name string) string {
		name = strings.Trim(name, "{}")
		if name == "agentid" {
			return id
		}
		for _, one := range pathParameters {
			if one.name == name {
				return url.PathEscape(fmt.Sprint(value(one)))
			}
		}
		return "102"
	})
	query := url.Values{}
	for _, one := range parametersOf(p.Query) {
		if one.required || r.IntN(2) == 0 {
			query.Set(one.name, fmt.Sprint(value(one)))
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	members := map[string]any{}
	for _, one := range parametersOf(p.Body) {
		if one.required || r.IntN(2) == 0 {
			members[one.name] = value(one)
		}
	}
	if len(members) > 0 {
		text, _ := json.Marshal(members)
		body = string(text)
	}
	return path, body
}

// TestCodes_Known: exceptions and general codes are codes.
func TestCodes_Known(t *testing.T) {
	for _, codes := range slices.Concat([]map[string]string{generalCodes}, slices.Collect(maps.Values(furtherCodes))) {
		for code, reason := range codes {
			if !result.Code(code).Known() || len(reason) < 10 {
				t.Errorf("%s: %q", code, reason)
			}
		}
	}
}
