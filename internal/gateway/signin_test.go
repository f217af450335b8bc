package gateway

import (
	"context"
	"errors"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"ccgateway/internal/center"
	"ccgateway/internal/result"
)

// plainSignIn is what a sign-in with password and phone alone becomes.
func plainSignIn(change func(*center.SignIn)) center.SignIn {
	cmd := center.SignIn{
		Agent: 101, Token: tokenOf(guid1), Phone: "40038", AutoAnswer: true, AutoEnterIdle: true, ReleasePhone: true, AgentType: 4,
		Status: 4, IP: "127.0.0.1", Chat: true, DaysLeft: "9",
	}
	change(&cmd)
	return cmd
}

var signedInAnn = center.SignedIn{
	VCC: 1, Agent: 101, Session: 3, MediaTypes: "TTF", At: at(1471585949806), ServerName: "AgentGateway", DaysLeft: "9",
}

const signedInJSON = `{"message":"","retcode":"0","result":{"vdnid":1,"workno":"101","mediatype":"TTF","loginTime":"1471585949806",` +
	`"isForceChange":"false","serverName":"AgentGateway","timeRemaining":"9"}}`

func TestSignIn(t *testing.T) {
	for name, c := range map[string]struct {
		line, body string
		want       center.SignIn
	}{
		"plain": {"PUT onlineagent/101", `{"password":"Ann#2026x","phonenum":"40038"}`, plainSignIn(func(*center.SignIn) {})},
		"reference's example": {
			"PUT onlineagent/101", `{"password":"Ann#2026x","phonenum":"40038","status":"4","releasephone":"false","agenttype":"4"}`,
			plainSignIn(func(s *center.SignIn) { s.ReleasePhone = false }),
		},
		"everything": {
			"PUT onlineagent/101",
			`{"password":"Ann#2026x","phonenum":40038,"autoanswer":"False","autoenteridle":false,"releasephone":0,"agenttype":11,"status":"8",
			"time":"600","restcause":3,"ip":"10.1.2.3","entryIp":null,"phonelinkage":true,"checkInWebm":false,"checkInMailm":true,
			"vcPhoneNumber":"77","listenStatus":"true","signInMode":2,"callBackUri":"https://x/y","unknown":{"a":[1]}}`,
			plainSignIn(func(s *center.SignIn) {
				s.AutoAnswer, s.AutoEnterIdle, s.ReleasePhone, s.Chat = false, false, false, false
				s.AgentType, s.Status, s.RestSeconds, s.RestCause = 11, 8, 600, 3
				s.IP, s.Linkage, s.VideoNumber, s.ListenStatus, s.SignInMode = "10.1.2.3", true, "77", true, "2"
			}),
		},
		"forced": {
			"PUT onlineagent/101/forcelogin", `{"password":"Ann#2026x","phonenum":"40038"}`,
			plainSignIn(func(s *center.SignIn) { s.Force, s.ReleasePhone = true, false }),
		},
		"platform only": {
			"PUT onlineagent/101/loginex", `{"password":"Ann#2026x"}`,
			plainSignIn(func(s *center.SignIn) { s.PlatformOnly, s.Phone, s.WithoutPhone = true, "", true }),
		},
		"platform only, forced": {
			"PUT onlineagent/101/forceloginex", `{"password":"Ann#2026x","phonenum":"40038"}`,
			plainSignIn(func(s *center.SignIn) { s.PlatformOnly, s.Force = true, true }),
		},
		"platform only, forced, without phone": {
			"PUT onlineagent/101/forceloginexwithoutphone", `{"password":"Ann#2026x","phonenum":"40038"}`,
			plainSignIn(func(s *center.SignIn) { s.PlatformOnly, s.Force, s.Phone, s.WithoutPhone = true, true, "", true }),
		},
		"by account": {
			"PUT onlineagent/loginbyaccount", `{"account":"ann","password":"Ann#2026x","autoanswer":true,"status":5,"checkInWebm":true}`,
			plainSignIn(func(s *center.SignIn) { s.Phone, s.WithoutPhone, s.Status = "", true, 5 }),
		},
		"pushed": {
			"PUT onlineagent/101", `{"password":"Ann#2026x","phonenum":"40038","callBackUri":"https://desk/push","serviceToken":"a-B_1.9"}`,
			plainSignIn(func(s *center.SignIn) { s.Push = center.Push{URL: "https://desk/push", Token: "a-B_1.9"} }),
		},
		"pushed, older form": {
			"PUT onlineagent/101", `{"password":"Ann#2026x","phonenum":"40038","pushUrl":"https://desk/push?token=7"}`,
			plainSignIn(func(s *center.SignIn) { s.Push = center.Push{URL: "https://desk/push?token=7", Old: true} }),
		},
		"text in Latin 1, as a client sends it": {
			"PUT onlineagent/101", "{\"password\":\"Ann#2026x\",\"phonenum\":\"40038\",\"signInMode\":\"\xe9\"}",
			plainSignIn(func(s *center.SignIn) { s.SignInMode = "é" }),
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, func(c *Config) {
				c.Pushes = &pushes{}
			})
			h.answers(signedInAnn, nil)
			w := h.call(c.line, c.body, "Guid: ")
			if diff := cmp.Diff(center.Command(c.want), h.sent()); diff != "" {
				t.Errorf("command (-want +sent):\n%s", diff)
			}
			expect(t, w, signedInJSON)
			if got := given(w.Header()); got != "JSESSIONID="+guid1 {
				t.Errorf("Set-GUID is %q", got)
			}
			if got := w.Header()["Guid"]; len(got) != 1 || got[0] != guid1 {
				t.Errorf("Guid is %q", got)
			}
		})
	}
}

func TestSignIn_Refused(t *testing.T) {
	const good = `"password":"Ann#2026x","phonenum":"40038"`
	for _, c := range []struct{ path, body, code string }{
		{"onlineagent/101", ``, "100-001"},
		{"onlineagent/101", `null`, "100-001"},
		{"onlineagent/101", `{`, "000-002"},
		{"onlineagent/101", `[]`, "000-002"},
		{"onlineagent/100", `{` + good + `}`, "000-002"},
		{"onlineagent/101", `{"phonenum":"40038"}`, "100-001"},
		{"onlineagent/101", `{"password":"","phonenum":"40038"}`, "100-001"},
		{"onlineagent/101", `{"password":{},"phonenum":"40038"}`, "100-001"},
		{"onlineagent/101", `{"password":"` + strings.Repeat("é", 33) + `","phonenum":"40038"}`, "100-001"},
		{"onlineagent/101", `{"password":"Ann#2026x"}`, "100-001"},
		{"onlineagent/101", `{"password":"Ann#2026x","phonenum":"1234567890123456789012345"}`, "100-013"},
		{"onlineagent/101", `{` + good + `,"agenttype":"x"}`, "100-012"},
		{"onlineagent/101", `{` + good + `,"status":"idle"}`, "100-011"},
		{"onlineagent/101", `{` + good + `,"autoanswer":"maybe"}`, "100-011"},
		{"onlineagent/101", `{` + good + `,"time":86400}`, "100-011"},
		{"onlineagent/101", `{` + good + `,"ip":"::1"}`, "100-016"},
		{"onlineagent/101", `{` + good + `,"ip":"300.1.1.1"}`, "100-016"},
		{"onlineagent/101", `{` + good + `,"callBackUri":"https://x","serviceToken":"y"}`, "100-001"},
		{"onlineagent/101", `{` + good + `,"pushUrl":"https://x"}`, "100-001"},
		{"onlineagent/101", `{` + good + `,"serviceToken":"a b"}`, "100-001"},
		{"onlineagent/101", `{` + good + `,"callBackUri":"` + strings.Repeat("x", 201) + `"}`, "100-001"},
		{"onlineagent/101", `{"password":"wrong","phonenum":"40038"}`, "100-004"},
		{"onlineagent/7777", `{` + good + `}`, "100-004"}, // no such agent: as a wrong password
		{"onlineagent/101/loginex", `{"password":""}`, "100-004"},
		{"onlineagent/loginbyaccount", `{"account":"ann","password":"wrong"}`, "100-062"},
		{"onlineagent/loginbyaccount", `{"account":"nobody","password":"wrong"}`, "100-062"},
		{"onlineagent/loginbyaccount", `{"password":"Ann#2026x"}`, "100-001"},
	} {
		h := newHouse(t)
		h.answers(signedInAnn, nil)
		w := h.call("PUT "+c.path, c.body)
		if got := refusal(w); got != c.code {
			t.Errorf("%s %s: got %s, want %s", c.path, c.body, w.Body.String(), c.code)
		}
		if h.sent() != nil || given(w.Header()) != "" {
			t.Errorf("%s %s: a session was opened", c.path, c.body)
		}
	}
}

func TestSignIn_CodesOfAccounts(t *testing.T) {
	for _, c := range []struct {
		err             error
		number, account string
	}{
		{result.WrongPassword.Err(), "100-004", "100-062"},
		{result.AgentLocked.Err(), "110-016", "100-061"},
		{result.PasswordExpired.Err(), "100-020", "100-020"},
		{errors.New("disk full"), "100-007", "100-060"},
	} {
		h := newHouse(t)
		h.check = func(center.AgentID, string) (AccountState, error) { return AccountState{}, c.err }
		body := `{"account":"ann","password":"x","phonenum":"40038"}`
		if got := refusal(h.call("PUT onlineagent/101", body)); got != c.number {
			t.Errorf("%v by number: got %s", c.err, got)
		}
		if got := refusal(h.call("PUT onlineagent/loginbyaccount", body)); got != c.account {
			t.Errorf("%v by account: got %s", c.err, got)
		}
	}
}

// TestSignIn_RefusedByCenter: whatever the center says is answered, and no GUID is given.
func TestSignIn_RefusedByCenter(t *testing.T) {
	for _, code := range []result.Code{
		result.AlreadySignedIn, result.PlatformUnavailable, result.BadSignInParameter, result.WrongAgentType, result.BadPhone,
		result.PhoneOutOfRange,
	} {
		h := newHouse(t)
		h.answers(nil, code.Err())
		w := h.call("PUT onlineagent/101/forcelogin", `{"password":"Ann#2026x","phonenum":"40038"}`)
		if refusal(w) != string(code) || given(w.Header()) != "" || strings.Contains(w.Body.String(), "result") {
			t.Errorf("%s: got %s with Set-GUID %q", code, w.Body.String(), given(w.Header()))
		}
	}
}

func TestSignIn_ForcedChange(t *testing.T) {
	h := newHouse(t)
	h.check = func(center.AgentID, string) (AccountState, error) { return AccountState{MustChange: true}, nil }
	h.reply = func(cmd center.Command) center.Reply {
		in := cmd.(center.SignIn)
		return center.Reply{Value: center.SignedIn{VCC: 1, Agent: in.Agent, At: at(5), ForceChange: in.ForceChange, DaysLeft: in.DaysLeft}}
	}
	expect(t, h.call("PUT onlineagent/101", `{"password":"x","phonenum":"40038"}`),
		`{"message":"","retcode":"0","result":{"vdnid":1,"workno":"101","mediatype":"","loginTime":"5","isForceChange":"true","serverName":"","timeRemaining":""}}`)
}

// TestMoves_NeverOverlap holds one sign-in or sign-out in the middle and tries another of the same agent, and of another agent.
func TestMoves_NeverOverlap(t *testing.T) {
	const in, out = "PUT onlineagent/101/forcelogin", "DELETE onlineagent/101/forcelogout"
	body := `{"password":"Ann#2026x","phonenum":"40038"}`
	for _, c := range []struct{ first, second, code string }{
		{in, in, "100-021"}, {in, "PUT onlineagent/101", "100-021"}, {in, "PUT onlineagent/loginbyaccount", "100-021"},
		{in, out, "000-007"}, {out, in, "000-007"}, {out, "DELETE onlineagent/101/logout", "000-007"},
		{in, "DELETE onlineagent/102/forcelogout", "0"},
	} {
		t.Run(c.first+" "+c.second, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				entered, goOn := make(chan struct{}), make(chan struct{})
				var held atomic.Bool
				h.reply = func(cmd center.Command) center.Reply {
					if _, proof := cmd.(center.Authenticate); !proof && held.CompareAndSwap(false, true) {
						close(entered)
						<-goOn
					}
					return center.Reply{Value: signedInAnn}
				}
				first := make(chan string, 1)
				go func() { first <- refusal(h.call(c.first, body)) }()
				<-entered
				if got := refusal(h.call(c.second, `{"account":"ann",`+body[1:])); got != c.code {
					t.Errorf("meanwhile: got %s, want %s", got, c.code)
				}
				close(goOn)
				if got := <-first; got != "0" {
					t.Errorf("the first got %s", got)
				}
				if got := refusal(h.call(c.first, body)); got != "0" {
					t.Errorf("afterwards: got %s", got)
				}
			})
		})
	}
}

// TestPasswords_HashedFewAtATime: a shift that begins must not start a hash for everybody at once.
func TestPasswords_HashedFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(c *Config) { c.PasswordChecks = 2 })
		h.answers(signedInAnn, nil)
		var now, most atomic.Int32
		step := make(chan struct{})
		h.check = func(center.AgentID, string) (AccountState, error) {
			most.Store(max(most.Load(), now.Add(1)))
			<-step
			now.Add(-1)
			return AccountState{}, nil
		}
		done := make(chan string)
		for agent := range 20 {
			go func() {
				done <- refusal(h.call("PUT onlineagent/"+workNo(center.AgentID(101+agent)), `{"password":"x","phonenum":"40038"}`))
			}()
		}
		for range 20 {
			synctest.Wait()
			step <- struct{}{}
			if got := <-done; got != "0" {
				t.Errorf("got %s", got)
			}
		}
		if most.Load() != 2 {
			t.Errorf("%d passwords were hashed at once", most.Load())
		}
	})
}

func TestChangePassword(t *testing.T) {
	for name, line := range map[string]string{
		"body":  "POST onlineagent/101/modifyaccountpwdex",
		"query": "POST onlineagent/101/modifyaccountpwd?oldpassword=%20old&newpassword=New%26%232026y",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.change = func(agent center.AgentID, old, next string) error {
				if agent != 101 || old != " old" || next != "New&#2026y" {
					t.Errorf("change of %d from %q to %q", agent, old, next)
				}
				return nil
			}
			w := h.call(line, `{"oldPassword":" old","newPassword":"New&#2026y"}`)
			expect(t, w, okDone)
			if diff := cmp.Diff([]center.Command{center.Authenticate{By: by(101)}, center.PasswordChanged{By: by(101)}}, h.commands); diff != "" {
				t.Errorf("commands (-want +sent):\n%s", diff)
			}
			if strings.Contains(h.log.String(), "2026y") || strings.Contains(h.log.String(), "old") {
				t.Errorf("the log holds a password: %s", h.log)
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		h := newHouse(t)
		h.change = func(center.AgentID, string, string) error { return result.BadArgument.Because("too like the old one") }
		expect(t, h.call("POST onlineagent/101/modifyaccountpwdex", `{"oldPassword":"old","newPassword":"New#2026y"}`),
			`{"message":"too like the old one","retcode":"000-002","result":{}}`)
		if _, told := h.sent().(center.PasswordChanged); told {
			t.Error("the center was told of a change")
		}
	})
	t.Run("stranger", func(t *testing.T) {
		h := newHouse(t)
		h.answers(nil, result.NoRight.Err())
		h.change = func(center.AgentID, string, string) error {
			t.Error("the password of another was touched")
			return nil
		}
		if got := refusal(h.call("POST onlineagent/101/modifyaccountpwdex", `{"oldPassword":"old","newPassword":"New#2026y"}`)); got != "000-003" {
			t.Errorf("got %s", got)
		}
	})
}

func TestNewGUID(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.AgentGateway0$`)
	seen := map[string]bool{}
	for range 1000 {
		guid := newGUID("AgentGateway0")
		if !form.MatchString(guid) || seen[guid] {
			t.Fatalf("GUID %q", guid)
		}
		seen[guid] = true
	}
}

func TestNodeName(t *testing.T) {
	for node, want := range map[string]string{"AgentGateway1": "AgentGateway1", "a=b:c;d,e f\r\ng\u00e9": "a-b-c-d-e-f--g-"} {
		if got := nodeName(node); got != want {
			t.Errorf("%q becomes %q, want %q", node, got, want)
		}
	}
}

// TestMoves_UnknownAccounts: two sign-ins at once by a name that does not exist are told apart from nothing.
func TestMoves_UnknownAccounts(t *testing.T) {
	for _, account := range []string{"ann", "nobody"} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			entered, goOn := make(chan struct{}), make(chan struct{})
			h.check = func(center.AgentID, string) (AccountState, error) {
				close(entered)
				<-goOn
				return AccountState{}, result.WrongPassword.Err()
			}
			body := `{"account":"` + account + `","password":"x"}`
			first := make(chan string, 1)
			go func() { first <- refusal(h.call("PUT onlineagent/loginbyaccount", body)) }()
			<-entered
			if got := refusal(h.call("PUT onlineagent/loginbyaccount", body)); got != "100-021" {
				t.Errorf("%s: meanwhile got %s", account, got)
			}
			close(goOn)
			if got := <-first; got != "100-062" {
				t.Errorf("%s: got %s", account, got)
			}
		})
	}
}

// TestMoves_Strangers: whoever knows neither password nor GUID keeps nobody from signing in, and learns nothing of names by trying two at once.
func TestMoves_Strangers(t *testing.T) {
	type where struct{}
	const byNumber, byName, out = "PUT onlineagent/101", "PUT onlineagent/loginbyaccount", "DELETE onlineagent/101/logout"
	body := `{"account":"ann","password":"x","phonenum":"40038"}`
	for name, c := range map[string]struct{ first, from, second, code string }{
		"a wrong password elsewhere":          {byNumber, "198.51.100.9", byNumber, "0"},
		"a wrong password at the same place":  {byNumber, "192.0.2.1", byNumber, "100-021"},
		"a wrong password by name, elsewhere": {byName, "198.51.100.9", byName, "0"},
		"the number while its name is tried":  {byName, "192.0.2.1", byNumber, "0"},
		"the name while its number is tried":  {byNumber, "192.0.2.1", byName, "0"},
		"a sign-out without a session":        {out, "192.0.2.1", byNumber, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, func(c *Config) {
					c.Source = func(ctx context.Context) string { from, _ := ctx.Value(where{}).(string); return from }
				})
				call := func(line, from string) string {
					method, path, _ := strings.Cut(line, " ")
					r := httptest.NewRequestWithContext(context.WithValue(t.Context(), where{}, from), method, Base+path, strings.NewReader(body))
					w := httptest.NewRecorder()
					h.ServeHTTP(w, r)
					return refusal(w)
				}
				entered, goOn := make(chan struct{}), make(chan struct{})
				var held atomic.Bool
				hold := func() bool {
					first := held.CompareAndSwap(false, true)
					if first {
						close(entered)
						<-goOn
					}
					return first
				}
				h.check = func(center.AgentID, string) (AccountState, error) {
					if hold() {
						return AccountState{}, result.WrongPassword.Err()
					}
					return AccountState{}, nil
				}
				h.reply = func(cmd center.Command) center.Reply {
					if _, in := cmd.(center.SignIn); !in {
						hold()
						return center.Reply{Err: result.NoRight.Err()}
					}
					return center.Reply{Value: signedInAnn}
				}
				first := make(chan string, 1)
				go func() { first <- call(c.first, c.from) }()
				<-entered
				if got := call(c.second, "192.0.2.1"); got != c.code {
					t.Errorf("meanwhile: got %s, want %s", got, c.code)
				}
				close(goOn)
				if got := <-first; got == "0" {
					t.Error("the stranger is let in")
				}
			})
		})
	}
}

func TestUpdateGUID(t *testing.T) {
	h := newHouse(t)
	w := h.call("PUT onlineagent/101/updateGuid", "")
	expect(t, w, `{"message":"success","retcode":"0","result":{"guid":"`+guid1+`"}}`)
	if diff := cmp.Diff(center.Command(center.RenewToken{By: by(101), NewToken: tokenOf(guid1)}), h.sent()); diff != "" {
		t.Errorf("command (-want +sent):\n%s", diff)
	}
	if got := given(w.Header()); got != "JSESSIONID="+guid1 {
		t.Errorf("Set-GUID is %q", got)
	}
}

func TestHashing_ClientGone(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.PasswordChecks = 1 })
	h.hashes <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.hashing(ctx, func() error { t.Error("hashed"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
