package loadgen

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"ccgateway/internal/password"
)

// The numbers of the generated tenant.
const (
	firstAgent = 100_001
	firstPhone = 8_100_001
	// AccessCode is what customers dial.
	AccessCode = "7700"
)

// Bounds of a run: what one machine can play. A phone has a socket, an agent two connections, a call two more sockets on each side.
const (
	MaxAgents = 5000
	MaxRate   = 500 // calls per second
)

// Setup says what the generated installation is like.
type Setup struct {
	Agents    int
	Callers   string // IP address that customers call from; a line of its own takes their calls
	Recording string // none or all
	Data      string // folder
}

// WriteConfig writes a configuration file with one VCC, its agents and their phones. The secret that Accounts needs stands in its first
// line.
func WriteConfig(ctx context.Context, out io.Writer, s Setup) error {
	callers, err := netip.ParseAddr(s.Callers)
	switch {
	case err != nil:
		return fmt.Errorf("callers' address: %w", err)
	case s.Agents < 1 || s.Agents > MaxAgents:
		return fmt.Errorf("%d agents: from 1 to %d can be played", s.Agents, MaxAgents)
	case s.Recording != "none" && s.Recording != "all":
		return fmt.Errorf("recording %q is neither none nor all", s.Recording)
	}
	accounts := Accounts{secret: "Aa#" + rand.Text()[:20]}
	hash, err := password.NewHasher(1).Hash(ctx, accounts.secret)
	if err != nil {
		return fmt.Errorf("hash the agents' password: %w", err)
	}
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "%s%s\n"+head, secretLine, accounts.secret, s.Data, s.Recording, AccessCode)
	for i := range s.Agents {
		phone := accounts.Phone(i)
		ha1 := password.DigestHA1(phone, accounts.secret)
		fmt.Fprintf(w, "      - {number: %q, ha1: %q, ha1_sha256: %q}\n", phone, ha1.MD5, ha1.SHA256)
	}
	fmt.Fprintln(w, "    agents:")
	for i := range s.Agents {
		fmt.Fprintf(w, "      - {id: %d, name: %q, password_hash: %q, role: agent, skills: [{skill: load}]}\n",
			accounts.Agent(i), fmt.Sprintf("Load %d", i+1), hash)
	}
	fmt.Fprintf(w, "trunks:\n  - {name: load-callers, address: %q, allow: [%q]}\n", callers, callers)
	return w.Flush()
}

// secretLine is how the first line of the file begins.
const secretLine = "# ccgateway load, secret: "

const head = `# Made by "ccgateway load --write-config". An installation to measure with: all accounts share one secret, which stands above.
#   ccgateway serve --config FILE
#   ccgateway load --config FILE --url https://127.0.0.1:8043 --insecure --sip 127.0.0.1:5060
node: LoadGateway
listen: {https: "127.0.0.1:8043", admin: "127.0.0.1:8081", sip: "127.0.0.1:5060", rtp: "20000-52000"}
data: %q
sip: {max_legs: 12000}
shutdown: {grace: 0s}
vccs:
  - id: 1
    name: load
    recording: %s
    access_codes: [{code: %q, skill: load}]
    skills: [{id: 1, name: load, media: voice, ring: 20s}]
    roles: [{id: 2, name: agent, rights: [busy, hold]}]
    phones:
`

// Accounts are the agents of a generated configuration.
type Accounts struct{ secret string }

// ReadAccounts finds the secret of a file that WriteConfig made.
func ReadAccounts(file io.Reader) (Accounts, error) {
	line, err := bufio.NewReader(io.LimitReader(file, 4096)).ReadString('\n')
	secret, ours := strings.CutPrefix(strings.TrimSpace(line), secretLine)
	if !ours || secret == "" {
		return Accounts{}, errors.Join(errors.New(`the file was not made by "ccgateway load --write-config"`), skipEOF(err))
	}
	return Accounts{secret: secret}, nil
}

func skipEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// Agent is the number of the i-th agent, from 0.
func (Accounts) Agent(i int) int { return firstAgent + i }

// Phone is the number of his phone.
func (Accounts) Phone(i int) string { return fmt.Sprint(firstPhone + i) }
