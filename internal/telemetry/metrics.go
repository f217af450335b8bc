package telemetry

import (
	"net/http"
	"reflect"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ccgateway/internal/center"
	"ccgateway/internal/delivery"
	"ccgateway/internal/result"
)

// mostQueues bounds the pairs of VCC and skill queue that have series of their own, and likewise the VCCs; all others are summed up
// under "other". An installation with more is better watched by several instances of Prometheus anyway.
const mostQueues = 2000

// other is the label's value for what is beyond the bound.
const other = "other"

// scrapes is how many may be under way at once: each reads the centers.
const scrapes = 2

// Metrics is what a program tells of itself. Its methods may be called from any goroutine and never wait.
type Metrics struct {
	registry *prometheus.Registry
	places   places

	requests, commands, callsDone, queueCalls, requeued, signOuts, kept *prometheus.CounterVec
	requestTime, commandTime, queueWait, talkTime                       *prometheus.HistogramVec
	pollTime, eventTime                                                 prometheus.Histogram
	signIns, eventsRaised, eventsDelivered, recorded                    prometheus.Counter
}

// New makes the metrics of a program of that version. The rooms are named later, by Watch: they are made after it.
func New(version string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), places: places{known: map[place]bool{}}}
	m.requests, m.commands, m.callsDone = m.counters(requests), m.counters(commands), m.counters(callsDone)
	m.queueCalls, m.requeued, m.signOuts = m.counters(queueCalls), m.counters(requeued), m.counters(signOuts)
	m.kept = m.counters(kept)
	for _, reason := range signOutReasons {
		m.signOuts.WithLabelValues(reason)
	}
	m.requestTime, m.commandTime = m.histograms(requestTime), m.histograms(commandTime)
	m.queueWait, m.talkTime = m.histograms(queueWait), m.histograms(talkTime)
	m.pollTime, m.eventTime = m.histogram(pollTime), m.histogram(eventTime)
	m.signIns, m.eventsRaised = m.counter(signIns), m.counter(eventsRaised)
	m.eventsDelivered, m.recorded = m.counter(eventsDelivered), m.counter(recorded)
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: buildInfo.name, Help: buildInfo.help}, buildInfo.labels)
	info.WithLabelValues(version, runtime.Version()).Set(1)
	m.registry.MustRegister(info, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Watch names the rooms whose figures are read at each scrape. It is called once, before Handler is.
func (m *Metrics) Watch(s Sources) {
	m.registry.MustRegister(&reader{sources: s, places: &m.places, shown: m.begin})
}

// begin shows zeros of a VCC for the counters that alerts watch for their first count: Prometheus sees no increase in a series that begins
// with what it counts, however much that is.
func (m *Metrics) begin(vcc string) {
	for _, why := range []center.Bar{center.BarNumber, center.BarCalls, center.BarRate, center.BarAgentCalls, center.BarAgentRate} {
		m.kept.WithLabelValues(vcc, string(why))
	}
	for _, direction := range directions {
		for _, reason := range []center.Leave{center.LeaveInternalError, center.LeaveNoResource} {
			m.callsDone.WithLabelValues(vcc, direction, string(endings[reason].who), endings[reason].word)
		}
	}
}

// Handler answers scrapes.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: scrapes, Timeout: scrapeTime})
}

func (m *Metrics) counters(d *definition) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: d.name, Help: d.help}, d.labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) counter(d *definition) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: d.name, Help: d.help})
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) histograms(d *definition) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: d.name, Help: d.help, Buckets: d.buckets}, d.labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) histogram(d *definition) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: d.name, Help: d.help, Buckets: d.buckets})
	m.registry.MustRegister(h)
	return h
}

// pollInterfaces are held on purpose: their time says nothing of how quick the program is.
var pollInterfaces = map[string]bool{"getAgentEvent": true, "getAllAgentEvent": true}

// Request is told of an answered request.
func (m *Metrics) Request(interfaceName string, code result.Code, took time.Duration) {
	m.requests.WithLabelValues(interfaceName, string(code)).Inc()
	if pollInterfaces[interfaceName] {
		m.pollTime.Observe(took.Seconds())
		return
	}
	m.requestTime.WithLabelValues(interfaceName).Observe(took.Seconds())
}

// Command is told of a command that was sent to a center, and of the time until its reply; below zero = nobody waits for one.
func (m *Metrics) Command(cmd center.Command, took time.Duration) {
	name := reflect.TypeOf(cmd).Name()
	m.commands.WithLabelValues(name).Inc()
	if took >= 0 {
		m.commandTime.WithLabelValues(name).Observe(took.Seconds())
	}
}

// Delivered is told of an event that was written to its desktop.
func (m *Metrics) Delivered(e *delivery.Event) {
	m.eventsDelivered.Inc()
	m.eventTime.Observe(max(0, time.Since(e.At).Seconds()))
}

// Carry counts what centers bring about. It makes Metrics a sink of the host.
func (m *Metrics) Carry(vcc center.VCCID, effects []center.Effect) {
	for _, effect := range effects {
		switch e := effect.(type) {
		case center.Event:
			m.eventsRaised.Inc()
		case center.CallRecord:
			m.called(vcc, e)
		case center.SessionBegan:
			m.signIns.Inc()
		case center.SessionEnded:
			m.signOuts.WithLabelValues(signOutReason(e.Reason)).Inc()
		case center.OutsideRefused:
			m.kept.WithLabelValues(m.places.of(vcc, 0).vcc, string(e.Why)).Inc()
		case center.RecordingBegan:
			m.recorded.Inc()
		}
	}
}

// called counts an ended call.
func (m *Metrics) called(vcc center.VCCID, c center.CallRecord) {
	who, why := outcomeOf(c)
	direction := directionOf(c.Feature)
	at := m.places.of(vcc, 0)
	m.callsDone.WithLabelValues(at.vcc, direction, string(who), why).Inc()
	if !c.Answered.IsZero() {
		m.talkTime.WithLabelValues(direction).Observe(c.Ended.Sub(c.Answered).Seconds())
	}
	if c.Skill == 0 || direction != "inbound" {
		return
	}
	at = m.places.of(vcc, c.Skill)
	m.queueCalls.WithLabelValues(at.vcc, at.queue, queueEnd(c)).Inc()
	if !c.Answered.IsZero() {
		m.queueWait.WithLabelValues(at.vcc, at.queue).Observe(c.Waited.Seconds())
	}
	if c.Requeued > 0 {
		m.requeued.WithLabelValues(at.vcc, at.queue).Add(float64(c.Requeued))
	}
}

// place is a VCC and a skill queue (0 = the VCC alone) as labels.
type place struct{ vcc, queue string }

// places bounds how many there are.
type places struct {
	mu    sync.Mutex
	known map[place]bool
}

// of gives the labels of a place: its own, or "other" for those that came after the bound was reached.
func (p *places) of(vcc center.VCCID, queue center.SkillID) place {
	at := place{strconv.Itoa(int(vcc)), strconv.Itoa(int(queue))}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.known[at] {
		if len(p.known) >= mostQueues {
			return place{other, other}
		}
		p.known[at] = true
	}
	return at
}
