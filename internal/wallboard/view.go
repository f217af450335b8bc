package wallboard

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// View is what a watcher knows, as any program keeps it that reads a stream.
type View struct {
	At     time.Time
	VCC    Row
	Agents Rows
	Queues Rows
	Calls  Rows
}

// Row has the members of a row as they came.
type Row map[string]json.RawMessage

// Rows are rows by the JSON of their number or id.
type Rows map[string]Row

// moments are members that are left out when there is none: a row that comes without one has it no more.
var moments = []string{"since", "signed_in", "oldest"}

// Take brings the view up to a message.
func (v *View) Take(m Message) error {
	var read struct {
		At         time.Time         `json:"at"`
		VCC        Row               `json:"vcc"`
		Agents     []Row             `json:"agents"`
		Queues     []Row             `json:"queues"`
		Calls      []Row             `json:"calls"`
		GoneAgents []json.RawMessage `json:"gone_agents"`
		GoneQueues []json.RawMessage `json:"gone_queues"`
		EndedCalls []json.RawMessage `json:"ended_calls"`
	}
	if err := json.Unmarshal(m.Data, &read); err != nil {
		return fmt.Errorf("read a message: %w", err)
	}
	if m.Snapshot {
		*v = View{VCC: Row{}, Agents: Rows{}, Queues: Rows{}, Calls: Rows{}}
	}
	v.At = read.At
	maps.Copy(v.VCC, read.VCC)
	v.Agents.take("agent", read.Agents, read.GoneAgents)
	v.Queues.take("skill", read.Queues, read.GoneQueues)
	v.Calls.take("call", read.Calls, read.EndedCalls)
	return nil
}

func (r Rows) take(key string, changed []Row, gone []json.RawMessage) {
	for _, row := range changed {
		name := string(row[key])
		if r[name] == nil {
			r[name] = Row{}
		}
		for _, member := range moments {
			delete(r[name], member)
		}
		maps.Copy(r[name], row)
	}
	for _, name := range gone {
		delete(r, string(name))
	}
}
