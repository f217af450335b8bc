package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ccgateway/internal/center"
	"ccgateway/internal/config"
)

const pageHead = `<!-- Generated from internal/config by ` + "`go generate ./internal/config`" + `. Do not edit. -->
# Configuration

One YAML file describes an installation: ` + "`ccgateway serve --config ccgateway.yaml`, or `ccgateway apply center.yaml`" + ` to load it into an
installation that exists. Every member has a default and may be left out, except those marked *required*.

* A member that does not exist, a bad value, a name or number that is there twice or that leads nowhere stops the start. All that is wrong is
  said at once, each with its path and line: ` + "`center.yaml:12: vccs[0].agents[2].skills[0].skill: no skill queue ...`" + `.
* Durations have a unit: ` + "`500ms`, `9.5s`, `5m`, `1h30m`" + `. ` + "`0s`" + ` is zero.
* YAML anchors and aliases may be used; tags and merge keys are refused. One file holds one document.
* Environment variables override members of the file; the table names them. Lists of words are given with commas. A variable that begins with
  ` + "`CCGATEWAY_`" + ` and fits no member stops the start; ` + "`CCGATEWAY_CONFIG`" + ` names the file itself, and what Kubernetes sets for a service named ` +
	"`ccgateway`" + ` is passed over.
* ` + "`ccgateway apply`" + ` takes a change over while the program runs, and SIGHUP those of the program's own file; only what is marked *Needs a restart* waits for
  the next start ([operating.md](operating.md#change-it-while-it-runs)).
* Passwords may stand in the file. They are stored as argon2id hashes (phones': as digest hashes) when the file is applied, and never shown or logged.
  Keep the file readable for the program alone. An agent's password may be given as ` + "`password_hash`" + ` and a phone's as ` + "`ha1`" + `, or be left out once it has been applied.
`

// page writes the reference page.
func page(help map[string]string, file []byte) []byte {
	var b bytes.Buffer
	b.WriteString(pageHead)
	b.WriteString("\n## General\n\n")
	var sections []config.Member
	var general []config.Member
	for _, m := range config.Reference() {
		if m.Scalar {
			general = append(general, m)
		} else {
			sections = append(sections, m)
		}
	}
	table(&b, help, general)
	for _, m := range sections {
		section(&b, help, m, "##")
	}
	writeRights(&b)
	b.WriteString("\n## The default file\n\n```yaml\n")
	b.Write(file)
	b.WriteString("```\n")
	return b.Bytes()
}

// section writes a member that has members, then those of them that have members.
func section(b *bytes.Buffer, help map[string]string, m config.Member, level string) {
	fmt.Fprintf(b, "\n%s %s\n\n%s\n", level, m.Path, help[m.Field])
	if len(m.Members) == 0 {
		return
	}
	b.WriteByte('\n')
	table(b, help, m.Members)
	for _, below := range m.Members {
		if !below.Scalar {
			section(b, help, below, "###")
		}
	}
}

func table(b *bytes.Buffer, help map[string]string, members []config.Member) {
	b.WriteString("| member | default | allowed | meaning |\n| --- | --- | --- | --- |\n")
	for _, m := range members {
		name := "`" + m.Name + "`"
		if m.Env != "" {
			name += "<br>`" + m.Env + "`"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", name, defaultCell(m), cell(allowedCell(m)), cell(meaning(help, m)))
	}
}

// meaning explains a member, and says when a change of it counts.
func meaning(help map[string]string, m config.Member) string {
	if m.Restart {
		return help[m.Field] + " *Needs a restart.*"
	}
	return help[m.Field]
}

func defaultCell(m config.Member) string {
	switch {
	case m.Optional:
		return "`" + m.Default + "`"
	case m.Scalar && !strings.HasPrefix(m.Kind, "a list"):
		return "*required*"
	case m.List:
		return "none"
	default:
		return ""
	}
}

func allowedCell(m config.Member) string {
	switch {
	case m.Allowed == "" || strings.HasPrefix(m.Allowed, "`"):
		return strings.TrimSuffix(m.Kind+": "+m.Allowed, ": ")
	default:
		return m.Kind + ", " + m.Allowed
	}
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// writeRights lists the rights that roles can have.
func writeRights(b *bytes.Buffer) {
	b.WriteString("\n## Rights\n\nThe rights of the reference by number, with those that each brings along.\n\n| number | name | brings along |\n| --- | --- | --- |\n")
	for _, right := range slices.Sorted(maps.Keys(center.RightNames)) {
		var along []string
		set := center.RightsOf(right)
		for _, other := range slices.Sorted(maps.Keys(center.RightNames)) {
			if other != right && set.Has(other) {
				along = append(along, "`"+center.RightNames[other]+"`")
			}
		}
		fmt.Fprintf(b, "| %d | `%s` | %s |\n", right, center.RightNames[right], strings.Join(along, ", "))
	}
	b.WriteString("\n`no_inbound` and `no_caller_number` take something away: calls from queues, and the right to choose the number that a called party sees.\n")
}
