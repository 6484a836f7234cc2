package crawl

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// simulation drives a schedule with a clock of its own and remembers when each
// host was asked.
type simulation struct {
	t       *testing.T
	s       *schedule
	now     time.Time
	rnd     *rand.Rand
	pending []reply
	last    map[*host]time.Time
	ended   map[*host]time.Time
	counts  map[*host]int

	atAddress map[*server]time.Time // nil: hosts are not placed, and one in fifty answers asks to wait
}

type reply struct {
	h  *host
	at time.Time
}

// TestPoliteness asks 100 hosts for 100,000 pages. Between two requests to a
// host lies its delay, also after the end of the one before, and after a
// Retry-After what it asked for; no more are under way than allowed; and hosts
// with the same delay are asked as often as one another.
func TestPoliteness(t *testing.T) {
	const hosts, each = 100, 1000
	for perHost := 1; perHost <= 2; perHost++ {
		m := &simulation{
			t: t, s: newSchedule(time.Second, perHost), now: time.Unix(1e9, 0), rnd: rand.New(rand.NewPCG(1, uint64(perHost))),
			last: map[*host]time.Time{}, ended: map[*host]time.Time{}, counts: map[*host]int{},
		}
		for i := range hosts {
			name := fmt.Sprintf("h%d.example", i)
			m.s.slow(m.s.host(name), time.Duration(i%10)*700*time.Millisecond)
			for j := range each {
				m.s.add(&page{URL: fmt.Sprintf("http://%s/%d", name, j)})
			}
		}
		for m.s.queued > 0 || len(m.pending) > 0 {
			m.step()
		}
		for h, n := range m.counts {
			if n != each {
				t.Errorf("%s was asked %d times", h.name, n)
			}
		}
	}
}

// step asks a host that is ready, else lets time pass to the next answer or the
// next host.
func (m *simulation) step() {
	h, wait := m.s.next(m.now)
	if h != nil && len(m.pending) < MaxConcurrent {
		m.ask(h)
		return
	}
	next := time.Time{}
	if h == nil && wait > 0 {
		next = m.now.Add(wait)
	}
	first := -1
	for i, r := range m.pending {
		if next.IsZero() || r.at.Before(next) {
			next, first = r.at, i
		}
	}
	m.now = next
	if first >= 0 {
		r := m.pending[first]
		m.pending = append(m.pending[:first], m.pending[first+1:]...)
		m.answer(r.h)
	}
}

func (m *simulation) ask(h *host) {
	if last, ok := m.last[h]; ok && m.now.Sub(last) < h.delay {
		m.t.Fatalf("%s was asked after %v, its delay is %v", h.name, m.now.Sub(last), h.delay)
	}
	if m.now.Before(m.ended[h]) {
		m.t.Fatalf("%s was asked %v before it may", h.name, m.ended[h].Sub(m.now))
	}
	if v := h.server; m.atAddress != nil {
		if gap := m.now.Sub(m.atAddress[v]); gap < m.s.delay/HostsOnAddress || v.active >= HostsOnAddress*m.s.perHost {
			m.t.Fatalf("an address was asked after %v, with %d requests under way", gap, v.active)
		}
		m.atAddress[v] = m.now
	}
	m.s.take(h)
	m.last[h] = m.now
	m.counts[h]++
	m.s.start(h, m.now)
	if h.active > m.s.perHost {
		m.t.Fatalf("%d requests to %s at once", h.active, h.name)
	}
	m.pending = append(m.pending, reply{h, m.now.Add(time.Duration(m.rnd.IntN(3000)) * time.Millisecond)})
}

// answer ends a request; one in fifty asks to wait.
func (m *simulation) answer(h *host) {
	var wait time.Duration
	if m.atAddress == nil && m.rnd.IntN(50) == 0 {
		wait = time.Duration(m.rnd.IntN(120)) * time.Second
	}
	m.s.end(h, m.now, false, wait)
	m.ended[h] = m.now.Add(max(h.delay, wait))
}

// TestPolitenessPerAddress asks 150 hosts on 3 addresses. At an address no more
// than its share is under way, requests keep their distance, and its hosts take
// turns.
func TestPolitenessPerAddress(t *testing.T) {
	const hosts, each = 150, 20
	for perHost := 1; perHost <= 2; perHost++ {
		m := &simulation{
			t: t, s: newSchedule(2*time.Second, perHost), now: time.Unix(1e9, 0), rnd: rand.New(rand.NewPCG(1, uint64(perHost))),
			last: map[*host]time.Time{}, ended: map[*host]time.Time{}, counts: map[*host]int{}, atAddress: map[*server]time.Time{},
		}
		for i := range hosts {
			h := m.s.host(fmt.Sprintf("h%d.example", i))
			m.s.place(h, fmt.Sprintf("192.0.2.%d", i%3))
			for j := range each {
				m.s.add(&page{URL: fmt.Sprintf("http://%s/%d", h.name, j)})
			}
		}
		for m.s.queued > 0 || len(m.pending) > 0 {
			m.step()
			for address, v := range m.s.servers {
				if least, most := m.turns(v); most-least > 2 {
					t.Fatalf("at %s one host was asked %d times, another %d times", address, most, least)
				}
			}
		}
		if took, least := m.now.Sub(time.Unix(1e9, 0)), hosts/3*each*500*time.Millisecond; took > least*3/2 {
			t.Errorf("it took %v, %v would do", took, least)
		}
	}
}

// turns are the fewest and the most requests to a host of an address.
func (m *simulation) turns(v *server) (least, most int) {
	least = math.MaxInt
	for _, h := range m.s.hosts {
		if h.server == v {
			least, most = min(least, m.counts[h]), max(most, m.counts[h])
		}
	}
	return least, most
}

func TestFailuresParkAHost(t *testing.T) {
	s, now := newSchedule(time.Second, 1), time.Unix(1e9, 0)
	for i := range 20 {
		s.add(&page{URL: fmt.Sprintf("http://a.example/%d", i)})
	}
	var waits []time.Duration
	for {
		h, wait := s.next(now)
		if h == nil && wait == 0 {
			break
		}
		if h == nil {
			waits = append(waits, wait)
			now = now.Add(wait)
			continue
		}
		s.take(h)
		s.start(h, now)
		s.end(h, now, true, s.backoff(h.fails))
	}
	want := []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute}
	if fmt.Sprint(waits) != fmt.Sprint(want) || s.queued != 20-MaxFailures {
		t.Errorf("waits %v, want %v; %d left", waits, want, s.queued)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                                  0,
		"0":                                 0,
		"120":                               2 * time.Minute,
		" 7 ":                               7 * time.Second,
		"-5":                                0,
		"1e9":                               0,
		"soon":                              0,
		"999999999":                         MaxRetryAfter,
		"99999999999999999999":              0,
		"Wed, 06 May 2026 07:09:09 GMT":     time.Minute,
		"Wednesday, 06-May-26 07:10:09 GMT": 2 * time.Minute,
		"Wed May  6 07:08:19 2026":          10 * time.Second,
		"Tue, 05 May 2026 07:09:09 GMT":     0,
		"Fri, 31 Dec 9999 23:59:59 GMT":     MaxRetryAfter,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q is %v, want %v", value, got, want)
		}
	}
}
