package crawl

import (
	"context"
	"errors"
	"net"
	"net/url"
	"time"
)

// origin is a scheme, host and port, and what its files allow.
type origin struct {
	base    *url.URL
	policy  policy
	robots  *robots
	step    int       // the next of policyFiles to fetch
	expires time.Time // of the policy, once all are fetched
	busy    bool      // one is being fetched
	tries   int
}

// policyFiles are asked for before the first page, one request each.
var policyFiles = []string{"/robots.txt", "/ai.txt", "/.well-known/tdmrep.json"}

// open says whether the policy is known and young enough; if it has grown old,
// it is fetched again from the start.
func (o *origin) open(now time.Time, own bool) bool {
	files := len(policyFiles)
	if own {
		files = 1
	}
	if o.step >= files && now.After(o.expires) {
		o.step = 0
	}
	return o.step >= files
}

func (c *crawler) origin(u *url.URL) *origin {
	key := u.Scheme + "://" + u.Host
	o := c.origins[key]
	if o == nil {
		o = &origin{base: &url.URL{Scheme: u.Scheme, Host: u.Host}}
		c.origins[key] = o
	}
	return o
}

// fetchPolicy gets the next file of an origin, through redirects, politely.
func (c *crawler) fetchPolicy(ctx context.Context, o *origin, delay time.Duration) []*answer {
	u := o.base.JoinPath(policyFiles[o.step])
	var hops []*answer
	for {
		a := c.fetcher.get(ctx, request{url: u, limit: MaxRobots, cut: true})
		hops = append(hops, a)
		if u = a.location(); a.err != nil || u == nil || len(hops) > MaxRedirects || !sleep(ctx, delay) {
			return hops
		}
	}
}

// sleep waits; false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// learn takes what came for a policy file. Without a whole answer to robots.txt
// nothing of the origin is asked: it is tried again later, and in this run no
// more after MaxTries. The other two files may be missing; they are tried twice.
func (c *crawler) learn(h *host, o *origin, hops []*answer) error {
	o.busy = false
	a := hops[len(hops)-1]
	if err := c.archiveOther(hops...); err != nil {
		return err
	}
	var body []byte
	switch {
	case a.unavailable() && o.step == 0 && c.giveUp(h, o, a):
		return nil
	case a.unavailable() && (o.step == 0 || o.tries == 0):
		o.tries++
		c.schedule.end(h, time.Now(), true, max(a.wait(), c.schedule.backoff(h.fails)))
		return nil
	case a.err == nil && a.status < 300:
		body = a.decoded
	}
	c.learned(o, body)
	c.schedule.slow(h, o.policy.delay)
	c.schedule.end(h, time.Now(), false, 0)
	return nil
}

// unavailable says whether an answer is neither a file nor the word that there
// is none. RFC 9309 §2.3.1: 4xx and too many redirects mean none, 5xx and a
// network error mean nothing may be fetched; 429 is no answer to the question,
// nor is a file that cannot be decoded.
func (a *answer) unavailable() bool {
	return a.err != nil || a.retriable() || a.skipped != ""
}

// giveUp parks a host whose robots.txt does not come.
func (c *crawler) giveUp(h *host, o *origin, a *answer) bool {
	var refused *refusedAddress
	var dns *net.DNSError
	final := errors.As(a.err, &refused) || errors.As(a.err, &dns) && dns.IsNotFound
	if o.tries+1 < MaxTries && !final {
		return false
	}
	c.trouble(h.name, "does not give its robots.txt, so it is not asked: "+a.explain())
	c.schedule.park(h)
	c.schedule.end(h, time.Now(), true, 0)
	return true
}

// learned takes the content of a policy file, nil for none.
func (c *crawler) learned(o *origin, body []byte) {
	switch o.step {
	case 0:
		o.robots = parseRobots(body)
		o.policy = policy{}
		o.policy.obey(o.robots, c.token, c.cfg.OwnSite)
		c.addSitemaps(o)
	case 1:
		o.policy.obeyAI(parseRobots(body), c.token)
	case 2:
		o.policy.tdm = parseTDM(body)
	}
	o.step++
	o.tries = 0
	o.expires = time.Now().Add(RobotsAge)
}

// addSitemaps queues those that robots.txt names, else the usual one.
func (c *crawler) addSitemaps(o *origin) {
	names := o.robots.sitemaps
	if len(names) == 0 {
		names = []string{"/sitemap.xml"}
	}
	for _, name := range names {
		if u, err := canonical(o.base, name); err == nil {
			c.add(u, 1, 0, true)
		}
	}
}
