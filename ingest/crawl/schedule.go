package crawl

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// host is one name, whatever its ports: what is polite is measured here.
type host struct {
	name   string
	delay  time.Duration // between two requests
	ready  time.Time     // of the next request
	active int           // requests under way
	fails  int           // in a row
	parked bool          // no more requests in this run
	placed bool          // its address was asked for
	held   bool          // no request until it has come
	queue  []*page
	server *server
	at     int // among the server's, -1 when outside
}

// server is where hosts are that have one address; a host whose address is not
// known has a server of its own. Together they are asked no more than
// HostsOnAddress hosts elsewhere would be.
type server struct {
	ready  time.Time // of the next request to any of them
	active int
	hosts  queue[*host] // those with something to ask, room for a request, not parked
	at     int          // in the schedule, -1 when outside
}

// schedule says which host may be asked when. It knows time only as an
// argument. The host that has waited longest is next.
type schedule struct {
	hosts   map[string]*host
	servers map[string]*server // by address
	heap    queue[*server]     // those with hosts, and room for a request
	delay   time.Duration
	perHost int
	first   time.Duration // wait after a failure
	queued  int
}

func newSchedule(delay time.Duration, perHost int) *schedule {
	return &schedule{
		hosts: map[string]*host{}, servers: map[string]*server{}, delay: delay, perHost: max(1, perHost), first: FirstBackoff,
	}
}

func (s *schedule) host(name string) *host {
	h := s.hosts[name]
	if h == nil {
		h = &host{name: name, delay: s.delay, server: &server{at: -1}, at: -1}
		s.hosts[name] = h
	}
	return h
}

// hold keeps a host back until it is placed.
func (s *schedule) hold(h *host) {
	h.placed, h.held = true, true
	s.fix(h)
}

// place says at which address a host is that has no request under way; "" is not
// known. There it stays for this run.
func (s *schedule) place(h *host, address string) {
	if address != "" {
		if s.servers[address] == nil {
			s.servers[address] = &server{at: -1}
		}
		h.server = s.servers[address]
	}
	h.held = false
	s.fix(h)
}

// add queues a page behind the others of its host.
func (s *schedule) add(p *page) {
	h := s.host(p.host())
	h.queue = append(h.queue, p)
	s.queued++
	s.fix(h)
}

// take removes the first page of a host.
func (s *schedule) take(h *host) *page {
	p := h.queue[0]
	h.queue[0] = nil
	h.queue = h.queue[1:]
	s.queued--
	s.fix(h)
	return p
}

// next is the host to ask now, or how long until one may be asked. Neither
// means that none waits.
func (s *schedule) next(now time.Time) (h *host, wait time.Duration) {
	if len(s.heap) == 0 {
		return nil, 0
	}
	v := s.heap[0]
	if t := v.next(); t.After(now) {
		return nil, t.Sub(now)
	}
	return v.hosts[0], 0
}

// start notes a request that begins.
func (s *schedule) start(h *host, now time.Time) {
	h.active++
	h.ready = now.Add(h.delay)
	h.server.active++
	h.server.ready = now.Add(s.delay / HostsOnAddress)
	s.fix(h)
}

// end notes a request that has ended, well or with the wait that its failure
// asks for. The delay counts from the end too: a slow server gets more rest.
func (s *schedule) end(h *host, now time.Time, failed bool, wait time.Duration) {
	h.active--
	h.server.active--
	if failed {
		h.fails++
		h.parked = h.parked || h.fails >= MaxFailures
	} else {
		h.fails = 0
	}
	if t := now.Add(max(h.delay, wait)); t.After(h.ready) {
		h.ready = t
	}
	s.fix(h)
}

// postpone lets a host be next again after its delay.
func (s *schedule) postpone(h *host, now time.Time) {
	h.ready = now.Add(max(h.delay, time.Millisecond))
	s.fix(h)
}

// park ends the visits to a host.
func (s *schedule) park(h *host) {
	h.parked = true
	s.fix(h)
}

// slow makes a host's delay at least d.
func (s *schedule) slow(h *host, d time.Duration) {
	h.delay = max(h.delay, d)
}

// backoff is the wait after the n-th failure in a row, n from 0.
func (s *schedule) backoff(n int) time.Duration {
	return min(s.first<<min(n, 10), MaxBackoff)
}

// retryAfter reads a Retry-After of seconds or a date (RFC 9110 §10.2.3); 0 when
// there is none.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	var d time.Duration
	if s, err := strconv.ParseUint(value, 10, 32); err == nil {
		d = time.Duration(s) * time.Second
	} else if t, err := http.ParseTime(value); err == nil {
		d = t.Sub(now)
	}
	return min(max(d, 0), MaxRetryAfter)
}

func (s *schedule) fix(h *host) {
	v := h.server
	fix(&v.hosts, h, h.at, len(h.queue) > 0 && h.active < s.perHost && !h.parked && !h.held)
	fix(&s.heap, v, v.at, len(v.hosts) > 0 && v.active < HostsOnAddress*s.perHost)
}

// next is when the first of a server's hosts may be asked.
func (v *server) next() time.Time {
	if h := v.hosts[0]; h.ready.After(v.ready) {
		return h.ready
	}
	return v.ready
}

// before orders servers by time, then by their first hosts.
func (v *server) before(o *server) bool {
	if c := v.next().Compare(o.next()); c != 0 {
		return c < 0
	}
	return v.hosts[0].before(o.hosts[0])
}

// before orders hosts by time, then by name.
func (h *host) before(o *host) bool {
	return cmp.Or(h.ready.Compare(o.ready), cmp.Compare(h.name, o.name)) < 0
}

func (v *server) moved(to int) { v.at = to }
func (h *host) moved(to int)   { h.at = to }
