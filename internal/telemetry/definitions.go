package telemetry

import "github.com/prometheus/client_golang/prometheus"

// kind is what a metric is.
type kind string

const (
	gauge     kind = "gauge"
	counter   kind = "counter"
	histogram kind = "histogram"
)

// definition is one metric: a line of the table.
type definition struct {
	name    string
	kind    kind
	help    string
	labels  []string
	buckets []float64 // of a histogram
	desc    *prometheus.Desc
}

// definitions is the table, in the order in which it was written down.
var definitions []*definition

func define(k kind, name, help string, labels ...string) *definition {
	d := &definition{name: "ccgateway_" + name, kind: k, help: help, labels: labels}
	d.desc = prometheus.NewDesc(d.name, help, labels, nil)
	definitions = append(definitions, d)
	return d
}

func defineHistogram(name, help string, buckets []float64, labels ...string) *definition {
	d := define(histogram, name, help, labels...)
	d.buckets = buckets
	return d
}

// Bounds of histograms, in seconds.
var (
	// quick is for what should take milliseconds; 5 and 10 ms are aims of their own.
	quick = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5}
	// polling reaches to the longest time for which a poll is held.
	polling = []float64{0.005, 0.05, 0.5, 2, 5, 8, 10, 20, 30, 60}
	// waits has the usual service levels: 10, 20 and 30 seconds.
	waits = []float64{5, 10, 20, 30, 60, 120, 300, 600}
	talks = []float64{10, 30, 60, 120, 300, 600, 1800, 3600}
)

// The program.
var (
	buildInfo = define(gauge, "build_info", "Always 1; the labels say what runs.", "version", "goversion")
	ready     = define(gauge, "ready", "1 while the program takes calls and sign-ins.")
	healthy   = define(gauge, "healthy", "0 when a center was stopped by a broken invariant or a failing journal.")
)

// Agents, queues and calls.
var (
	agents       = define(gauge, "agents", "Agents by state: signed_out, not_ready, idle, wrap_up, talking, rest.", "vcc", "state")
	signOuts     = define(counter, "sign_outs_total", "Ended sessions by reason: own, lost_connection, inspector, taken_over, replaced, client.", "reason")
	signIns      = define(counter, "sign_ins_total", "Sessions that began.")
	queueInfo    = define(gauge, "queue_info", "Always 1; the name of a skill queue.", "vcc", "queue", "name")
	queueWaiting = define(gauge, "queue_waiting", "Callers that wait.", "vcc", "queue")
	queueLongest = define(gauge, "queue_longest_wait_seconds", "How long the oldest waiting caller has waited.", "vcc", "queue")
	queueAgents  = define(gauge, "queue_agents", "Agents that serve a queue.", "vcc", "queue")
	queueIdle    = define(gauge, "queue_agents_idle", "Agents that serve a queue and are idle.", "vcc", "queue")
	queueCalls   = define(counter, "queue_calls_total",
		"Callers that left a queue, by how: answered, abandoned, timeout, overflow, nobody, other.", "vcc", "queue", "end")
	queueWait = defineHistogram("queue_answer_wait_seconds", "How long answered callers had waited: the service level.", waits, "vcc", "queue")
	requeued  = define(counter, "queue_requeued_total", "Offers that an agent did not take, so that the caller went back.", "vcc", "queue")
	calls     = define(gauge, "calls", "Calls by state: setting_up, waiting, alerting, talking, on_hold.", "vcc", "state")
	callsDone = define(counter, "calls_total",
		"Ended calls by direction (inbound, internal, outbound), outcome (success, ours, client, upstream, unknown) and reason.",
		"vcc", "direction", "outcome", "reason")
	kept = define(counter, "outside_refused_total",
		"Calls to the outside that were kept in, by what did: number (not allowed), calls and rate (ceilings of the VCC), agent_calls and agent_rate (of an agent).", "vcc", "reason")
	talkTime = defineHistogram("talk_seconds", "From the first answer to the end of a call.", talks, "direction")
)

// Commands and the journal.
var (
	commands    = define(counter, "commands_total", "Commands that were sent to centers.", "type")
	commandTime = defineHistogram("command_seconds",
		"From a command's sending to its reply: its wait, its work, and the journal's sync.", quick, "type")
	journalCommands = define(counter, "journal_commands_total", "Commands that were journaled.")
	journalGroups   = define(counter, "journal_groups_total", "Transactions of the journal, each with one sync to disk.")
	journalSeconds  = define(counter, "journal_seconds_total", "Time spent in writing and syncing the journal.")
	journalLongest  = define(gauge, "journal_longest_seconds", "The longest transaction of the journal since the start.")
	journalSync     = define(histogram, "journal_sync_seconds", "Time of one transaction of the journal, with its sync to disk.") // by host.SyncBounds
	journalWaiting  = define(gauge, "journal_waiting", "Commands that wait for the journal.")
)

// The agent interface and its events.
var (
	requests        = define(counter, "requests_total", "Answered requests by interface (its log name) and result code.", "interface", "code")
	requestTime     = defineHistogram("request_seconds", "Time to answer a request; polls are in poll_seconds.", quick, "interface")
	pollTime        = defineHistogram("poll_seconds", "Time for which polls were held.", polling)
	pollsHeld       = define(gauge, "polls_held", "Polls and streams that wait for events.")
	eventsRaised    = define(counter, "events_total", "Events that centers raised for desktops.")
	eventsDelivered = define(counter, "events_delivered_total", "Events that were written to desktops.")
	eventTime       = defineHistogram("event_delivery_seconds", "From an event's cause to its writing to the desktop.", quick)
	undelivered     = define(gauge, "events_undelivered", "Events that were not written to their desktops yet.")
	eventOldest     = define(gauge, "events_oldest_seconds", "Age of the oldest undelivered event.")
	eventLongest    = define(gauge, "events_longest_queue", "Undelivered events of the session that has most.")
	sessions        = define(gauge, "event_sessions", "Sessions by how their events go out: fetched (poll, stream) or pushed.", "way")
	pushEvents      = define(counter, "push_events_total", "Events that receivers of pushes accepted.")
	pushFailures    = define(counter, "push_failures_total", "Pushes that failed.")
	pushExpired     = define(counter, "push_expired_total", "Agents that were signed out because their events could not be pushed.")
)

// Passwords and floods at the agent interface.
var (
	passwordsWrong = define(counter, "passwords_wrong_total", "Wrong passwords of agents.")
	lockRefusals   = define(counter, "lockout_refused_total",
		"Passwords that were not looked at, by what was locked or slowed down: pair (the account at that address), account, address.", "reason")
	lockActs = define(counter, "lockouts_total", "How often a pair of account and address was locked, or an account or address slowed down.", "what")
	lockBook = define(gauge, "lockout_remembered", "Pairs, accounts and addresses whose passwords are counted.")
	doors    = define(gauge, "connections", "Open connections of the agent interface by port (https, http) and what they do: new, idle, busy (a held poll is).", "port", "state")
	doorMost = define(gauge, "connections_bound", "How many a port may have at a time; 0 = no bound.", "port")
	shut     = define(counter, "connections_refused_total",
		"Connections that were refused (address: too many from one; full: all others busy; system: out of files, most likely) or closed for the next one (new, idle).", "port", "reason")
	limited = define(counter, "rate_limited_total", "Requests refused with 000-007 for coming too fast, by whose bound it was: agent, address, agent_queries, all_queries.", "reason")
)

// Wallboards.
var (
	watchers     = define(gauge, "wallboard_watchers", "Streams of wallboards that are open.")
	boardChanges = define(counter, "wallboard_changes_total", "Changes that were written for wallboards, each once for all that watch the VCC.")
	boardSlow    = define(counter, "wallboard_slow_total", "Watchers that were cut off because they did not take what came; they come back by themselves.")
)

// SIP.
var (
	sipLegs         = define(gauge, "sip_legs", "Legs (INVITE dialogs) now.")
	sipPhones       = define(gauge, "sip_phones_registered", "Phone accounts that have a registration.")
	sipTransactions = define(gauge, "sip_transactions", "Transactions being worked on or kept against retransmission.")
	sipConnections  = define(gauge, "sip_connections", "Open TCP and TLS connections.")
	sipRequests     = define(counter, "sip_requests_total", "Requests by direction (in, out) and method.", "direction", "method")
	sipResponses    = define(counter, "sip_responses_total", "Responses by direction (in, out) and class (1xx to 6xx).", "direction", "class")
	sipCredentials  = define(counter, "sip_credentials_total",
		"What came of looking at credentials: right, wrong, locked, stale, challenged.", "verdict")
	sipDropped = define(counter, "sip_dropped_total", "Packets above the limits.")
	sipGarbage = define(counter, "sip_garbage_total", "Packets that were no SIP.")
)

// Sound.
var (
	rtpLegs      = define(gauge, "rtp_legs", "Legs with sound; each takes a pair of ports.")
	rtpEncrypted = define(gauge, "rtp_encrypted_legs", "Legs whose sound is encrypted (SRTP).")
	rtpPairs     = define(gauge, "rtp_port_pairs", "Pairs of ports in the configured range.")
	rtpRooms     = define(gauge, "rtp_rooms", "Calls whose sound is mixed.")
	rtpPackets   = define(counter, "rtp_packets_total", "Packets by direction (in, out).", "direction")
	rtpLost      = define(counter, "rtp_lost_total", "Packets that were lost on their way to us, net of doubled ones.")
	rtpRemote    = define(counter, "rtp_remote_lost_total", "Packets that phones and lines report as lost on their way to them.")
	rtpLate      = define(counter, "rtp_late_total", "Packets that came after their time.")
	rtpConcealed = define(counter, "rtp_concealed_total", "Frames of 20 ms that had to be made up.")
	rtpRefused   = define(counter, "rtp_refused_total", "Packets not taken: strangers, malformed, unusable, jumped, flooded, doubled, forged (encrypted legs: not authentic).", "why")
	rtpSendFails = define(counter, "rtp_send_errors_total", "Packets that could not be sent.")
	ticks        = define(counter, "media_ticks_total", "Rounds of 20 ms of the mixer.")
	ticksLate    = define(counter, "media_ticks_late_total", "Rounds that began late and were caught up with.")
	ticksSkipped = define(counter, "media_ticks_skipped_total", "Rounds that were given up: sound was lost.")
	tickLongest  = define(gauge, "media_longest_tick_seconds", "The most work in one round since the start; 0.02 is all there is.")
	roomsBroken  = define(counter, "media_rooms_broken_total", "Rooms put out of service by a fault of the program.")
	unknownSound = define(counter, "media_unknown_prompts_total", "Prompts that were not found and replaced by music.")
	recordings   = define(gauge, "recordings", "Recordings that run, or whose file is not written to its end.")
	recorded     = define(counter, "recordings_total", "Recordings that began.")
	recordFailed = define(counter, "recordings_failed_total", "Recordings that could not be begun or broke off.")
)

// The store.
var (
	storeQueue   = define(gauge, "store_queue", "Facts that wait to be written.")
	storeWritten = define(counter, "store_written_total", "Facts that were written.")
	storeLost    = define(counter, "store_lost_total", "Facts that were lost: records are missing.")
	storeFailing = define(gauge, "store_failing", "1 while the database refuses to be written.")
)
