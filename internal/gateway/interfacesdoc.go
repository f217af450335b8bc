package gateway

import (
	"bytes"
	"fmt"
	"strings"
)

//go:generate go test -run ^TestInterfacesDoc$ -update .

// InterfacesDoc gives docs/interfaces.md: all interfaces with what works, made from the table.
func InterfacesDoc() []byte {
	routes := Routes()
	var out bytes.Buffer
	total, built, denied, outgoing := 0, 0, 0, 0
	for _, route := range routes {
		if route.Kind == Older || route.Kind == Own {
			continue
		}
		total++
		switch {
		case route.denies:
			denied++
		case route.Built():
			built++
		}
		if route.Kind == Outgoing {
			outgoing++
		}
	}
	fmt.Fprintf(&out, `<!-- Made from the route table of internal/gateway by "go generate ./internal/gateway". Do not edit. -->

# Interfaces

The published agent interface has %d interfaces; %d of them work, %d always answer
their page's refusal since they are for what this center does not have (video, speech recognition, screen recording), %d are missing. %d are calls that the gateway itself makes to somebody's URL. A missing interface answers `+"`100-007`"+` with the message `+"`not built yet: <log name>`"+`, after the same
authentication as all others.

All paths stand below `+"`%s`"+`. "Log name" is the `+"`method`"+` of the log line that each request writes. Further methods and
paths that clients in use send, or that older servers had, are marked "also"; they are not counted. Nor are those of our own, in the last
section: other ways to get events (see connecting-a-desktop.md).

"(query)" marks what counts as a query: of these at most `+"`bounds.queries_per_agent`"+` (5) are answered in 2 s for each agent, and
`+"`bounds.queries`"+` (15000) for all together; more get `+"`000-007`"+`.
`, total, built, denied, total-built-denied, outgoing, Base)
	group := ""
	for _, route := range routes {
		if route.Group != group {
			group = route.Group
			fmt.Fprintf(&out, "\n## %s\n\n| | method | path | log name | what it does |\n| --- | --- | --- | --- | --- |\n", group)
		}
		fmt.Fprintf(&out, "| %s | %s | `%s` | %s | %s |\n", route.state(), strings.Join(route.Methods, ", also "), route.Path,
			route.Name, route.titled())
	}
	return out.Bytes()
}

// titled is the title, with a mark for queries.
func (r *Route) titled() string {
	if r.Query() {
		return r.Title + " (query)"
	}
	return r.Title
}

func (r *Route) state() string {
	switch {
	case r.Kind == Older:
		return "also"
	case r.Kind == Own:
		return "own"
	case r.denies:
		return "refuses"
	case r.Built():
		return "works"
	default:
		return "missing"
	}
}
