package crawl

import (
	"cmp"
	"container/heap"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// host is one server, whatever its ports: what is polite is measured here.
type host struct {
	name   string
	delay  time.Duration // between two requests
	ready  time.Time     // of the next request
	active int           // requests under way
	fails  int           // in a row
	parked bool          // no more requests in this run
	queue  []*page
	at     int // in the heap, -1 when outside
}

// schedule says which host may be asked when. It knows time only as an
// argument. The host that has waited longest is next.
type schedule struct {
	hosts   map[string]*host
	heap    hostHeap // those with something to ask, room for a request, not parked
	delay   time.Duration
	perHost int
	first   time.Duration // wait after a failure
	queued  int
}

func newSchedule(delay time.Duration, perHost int) *schedule {
	return &schedule{hosts: map[string]*host{}, delay: delay, perHost: max(1, perHost), first: FirstBackoff}
}

func (s *schedule) host(name string) *host {
	h := s.hosts[name]
	if h == nil {
		h = &host{name: name, delay: s.delay, at: -1}
		s.hosts[name] = h
	}
	return h
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
	if h = s.heap[0]; h.ready.After(now) {
		return nil, h.ready.Sub(now)
	}
	return h, 0
}

// start notes a request that begins.
func (s *schedule) start(h *host, now time.Time) {
	h.active++
	h.ready = now.Add(h.delay)
	s.fix(h)
}

// end notes a request that has ended, well or with the wait that its failure
// asks for. The delay counts from the end too: a slow server gets more rest.
func (s *schedule) end(h *host, now time.Time, failed bool, wait time.Duration) {
	h.active--
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
	wanted := len(h.queue) > 0 && h.active < s.perHost && !h.parked
	switch {
	case wanted && h.at < 0:
		heap.Push(&s.heap, h)
	case wanted:
		heap.Fix(&s.heap, h.at)
	case h.at >= 0:
		heap.Remove(&s.heap, h.at)
	}
}

// hostHeap is ordered by time, then by name.
type hostHeap []*host

func (h hostHeap) Len() int { return len(h) }

func (h hostHeap) Less(i, j int) bool {
	return cmp.Or(h[i].ready.Compare(h[j].ready), cmp.Compare(h[i].name, h[j].name)) < 0
}

func (h hostHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

// Push and Pop are for container/heap.
func (h *hostHeap) Push(x any) {
	x.(*host).at = len(*h)
	*h = append(*h, x.(*host))
}

// Pop removes the last.
func (h *hostHeap) Pop() any {
	last := (*h)[len(*h)-1]
	(*h)[len(*h)-1] = nil
	*h = (*h)[:len(*h)-1]
	last.at = -1
	return last
}
