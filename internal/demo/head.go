package demo

import "fmt"

// Addresses says where the demo can be reached.
type Addresses struct {
	HTTPS, SIP, Admin string
	Data              string
}

// Head says what runs where and how to join: addresses, sample accounts and commands to paste.
func Head(a Addresses) string {
	return fmt.Sprintf(`ccgateway demo: callers dial 1000 (support), robots answer, every talk's sound is measured. Ctrl-C ends it.

  agent interface  https://%[1]s/agentgateway/resource/
  SIP              %[2]s (UDP and TCP)
  health           http://%[3]s/healthz
  data, log        %[4]s

  join as          agent 101 Ann   password Ann#2026x   phone 40101 (SIP password phone-40101)
                   agent 102 Ben   password Ben#2026x   phone 40102 (SIP password phone-40102)
                   inspector 901   password Ivy#2026x   phone 40901 (SIP password phone-40901)
  call in          register a SIP phone as 40102 at %[2]s and dial 1000
  baresip account  <sip:40101@%[2]s>;auth_user=40101;auth_pass=phone-40101

  paste this to sign Ann in, serve her queues and fetch her events:

  B=https://%[1]s/agentgateway/resource; J='Content-Type: application/json'
  G=$(curl -sk -D- -o/dev/null -X PUT $B/onlineagent/101/forcelogin -H "$J" -d '{"password":"Ann#2026x","phonenum":"40101"}' | sed -n 's/^Set-GUID: JSESSIONID=\([^\r]*\).*/\1/p')
  curl -sk -X POST "$B/onlineagent/101/resetskill/true" -H "Guid: $G"; curl -sk "$B/agentevent/101" -H "Guid: $G"
  curl -sk -X DELETE "$B/onlineagent/101/logout" -H "Guid: $G"
`, a.HTTPS, a.SIP, a.Admin, a.Data)
}
