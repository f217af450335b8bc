package main

import (
	"bytes"
	"fmt"
	"strings"

	"ccgateway/internal/config"
)

const fileHead = `# Every member of the configuration with its default, made by ` + "`go generate ./internal/config`" + `. What you leave out has this default.
# Lists of maps are shown with one element, commented out: take away one "#" in front of each of its lines.
`

// textWidth is where the comments of the default file are broken.
const textWidth = 120

// defaultFile writes the commented default file.
func defaultFile(help map[string]string) []byte {
	var b bytes.Buffer
	b.WriteString(fileHead)
	for _, m := range config.Reference() {
		b.WriteByte('\n')
		writeMember(&b, help, m, "", "")
	}
	return b.Bytes()
}

// writeMember writes one member. out is "#" within what is commented out.
func writeMember(b *bytes.Buffer, help map[string]string, m config.Member, out, indent string) {
	if m.List || !m.Scalar && len(m.Members) == 0 {
		out = "#"
	}
	writeComment(b, help[m.Field], out+indent+"# ")
	switch {
	case m.Scalar:
		value := m.Default
		if out != "" && m.Example != "" && m.Example != `""` {
			value = m.Example
		}
		fmt.Fprintf(b, "%s%s%s: %s\n", out, indent, m.Name, value)
	case m.List:
		fmt.Fprintf(b, "%s%s%s:\n", out, indent, m.Name)
		writeElement(b, help, m, out, indent+"  ")
	case len(m.Members) > 0:
		fmt.Fprintf(b, "%s%s%s:\n", out, indent, m.Name)
		for _, below := range m.Members {
			writeMember(b, help, below, out, indent+"  ")
		}
	default: // flows
		fmt.Fprintf(b, "#%s%s:\n#%s  welcome:\n#%s    - play: welcome.wav\n", indent, m.Name, indent, indent)
	}
}

// writeElement writes one element of a list; its first member stands behind the hyphen.
func writeElement(b *bytes.Buffer, help map[string]string, list config.Member, out, indent string) {
	var element bytes.Buffer
	for _, below := range list.Members {
		writeMember(&element, help, below, out, indent+"  ")
	}
	text := element.String()
	first := out + indent + "  " + list.Members[0].Name + ":"
	b.WriteString(strings.Replace(text, first, out+indent+"- "+list.Members[0].Name+":", 1))
}

// writeComment breaks a text into lines that begin with lead.
func writeComment(b *bytes.Buffer, text, lead string) {
	line := lead
	for word := range strings.FieldsSeq(text) {
		if len(line)+len(word) > textWidth && line != lead {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = lead
		}
		line += word + " "
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}
