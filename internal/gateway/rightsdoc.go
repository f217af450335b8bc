package gateway

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ccgateway/internal/center"
)

//go:generate go test -run ^TestRightsDoc$ -update .

// meanings say what each right allows (roles.md).
var meanings = map[center.Right]string{
	center.RightBusy: "become busy", center.RightMute: "mute oneself", center.RightHold: "hold a call",
	center.RightConnectHeld: "join the present and a held party", center.RightCallOut: "call ordinary outside numbers",
	center.RightCallInner: "call other agents", center.RightTransferInner: "transfer to agents and skill queues",
	center.RightTakeTransfers: "be given transferred calls", center.RightThreeParty: "consult, and talk with two others",
	center.RightTransferOut: "transfer to outside numbers", center.RightTransferFlow: "transfer to flows",
	center.RightNoInbound: "**restriction**: takes no calls from queues", center.RightListen: "listen, insert, whisper",
	center.RightIntercept:  "take a call over from an inspected agent",
	center.RightForceState: "force others busy, idle, to rest, to sign out; change their skill queues", center.RightInspectRecordings: "play and download others' recordings; choose whose talks are recorded",
	center.RightMonitor: "inspect states and calls", center.RightChiefAssessor: "administer assessments", center.RightAssessor: "assess",
	center.RightAlarms: "alarm console", center.RightReports: "handle reports", center.RightMonitoringConsole: "monitoring console",
	center.RightAdminConfiguration: "administer the configuration", center.RightAdminReports: "administer reports",
	center.RightCallNational: "call national numbers", center.RightCallInternational: "call international numbers",
	center.RightCallWithCenterCode: "show one of the center's access codes as caller number", center.RightInspectScreen: "inspect the whole screen",
	center.RightPickUp: "pick up calls that ring at others of the work group", center.RightConfigureAgents: "configure agents",
	center.RightConfigureSkills: "configure skill queues", center.RightNoCallerNumber: "**restriction**: may not choose the caller number of calls",
	center.RightAudit: "audit the configuration", center.RightPlayOffline: "play recordings offline", center.RightForceRelease: "end others' calls",
	center.RightInspectChat: "inspect chats",
}

// effects are rights that show otherwise than by the refusal of an interface.
var effects = map[center.Right]string{
	center.RightNoInbound:          "queues offer nothing; not in the lists of queues' agents",
	center.RightCallOut:            "previews are offered only to who may call their numbers",
	center.RightCallWithCenterCode: "without it an access code that callout wishes to show is ignored",
	center.RightNoCallerNumber:     "the number that callout and callInner wish to show is ignored",
	center.RightListen:             "taking it away ends running inspections",
	center.RightPickUp:             "isPickUp answers true",
}

// RightsDoc gives docs/rights.md: what each right is for, and what each interface asks for, made from the route table.
func RightsDoc() []byte {
	var out bytes.Buffer
	out.WriteString(`<!-- Made from the route table of internal/gateway by "go generate ./internal/gateway". Do not edit. -->

# Rights

A role is a set of rights; every agent has one role (` + "`roles`" + ` in [configuration.md](configuration.md)). Rights that others bring along are added when
the configuration is read. They are looked at at the moment of the request: a changed role counts at once, also for who is signed in.

## The rights

| number | name | allows | brings along | asked for by, and otherwise |
| --- | --- | --- | --- | --- |
`)
	for _, right := range slices.Sorted(maps.Keys(center.RightNames)) {
		fmt.Fprintf(&out, "| %d | `%s` | %s | %s | %s |\n", right, center.RightNames[right], meanings[right], along(right), uses(right))
	}
	out.WriteString(`
An inspector is who has one of 13 to 17, 37 or 38 (isCensor answers true).

## The interfaces

An interface that is not here asks for no right: every agent may call it for himself, with his own GUID. "or" = one of them is enough; "not" = the
restriction refuses. Other agents are always agents of the same VCC. Refused requests change nothing.

| interface | when | right | otherwise |
| --- | --- | --- | --- |
`)
	for _, route := range Routes() {
		for _, n := range route.Needs() {
			fmt.Fprintf(&out, "| %s `%s` | %s | %s | `%s` |\n", route.Methods[0], route.Path, n.When, n.words(), n.Code)
		}
	}
	out.WriteString(`
## Who may inspect whom

Beside the right, for everything below ` + "`qualitycontrol`" + ` and for others' recordings: both are of the same VCC; nobody inspects himself (` + "`000-005`" + `);
if the VCC has ` + "`inspection.relations`" + `, one of them joins the inspector's work group to the agent's (else ` + "`900-002`" + `, ` + "`104-002`" + ` for recordings). Listening to,
inserting at and whispering to an inspector takes ` + "`inspection.inspect_inspectors`" + ` (else ` + "`900-002`" + `).
`)
	return out.Bytes()
}

func names(rights []center.Right, between string) string {
	texts := make([]string, 0, len(rights))
	for _, right := range rights {
		texts = append(texts, "`"+center.RightNames[right]+"`")
	}
	return strings.Join(texts, between)
}

func (n Need) words() string {
	text := names(n.Rights, " or ")
	if n.Forbids {
		text = "not " + text
	}
	if n.Target {
		text += " of the agent who is named"
	}
	return text
}

// along lists the rights that a right brings.
func along(right center.Right) string {
	set := center.RightsOf(right)
	var others []center.Right
	for _, other := range slices.Sorted(maps.Keys(center.RightNames)) {
		if other != right && set.Has(other) {
			others = append(others, other)
		}
	}
	return names(others, ", ")
}

// uses lists the log names of the interfaces that ask for a right, and what else it does.
func uses(right center.Right) string {
	var texts []string
	for _, route := range Routes() {
		for _, n := range route.Needs() {
			if slices.Contains(n.Rights, right) && !slices.Contains(texts, route.Name) {
				texts = append(texts, route.Name)
			}
		}
	}
	if effect := effects[right]; effect != "" {
		texts = append(texts, "*"+effect+"*")
	}
	if texts == nil {
		return "no interface of this version"
	}
	return strings.Join(texts, ", ")
}
