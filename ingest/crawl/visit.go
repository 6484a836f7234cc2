package crawl

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// refused settles a page that the origin's files keep out.
func (c *crawler) refused(p *page, why string) {
	if why == "robots.txt" {
		c.counts.Robots++
		c.done(p, stateRobots)
		return
	}
	c.counts.OptedOut++
	c.done(p, stateOptOut)
}

// done notes the visit to a page.
func (c *crawler) done(p *page, state string) {
	p.State, p.At = state, time.Now().Unix()
	if state != stateStored {
		p.ETag, p.Modified, p.Digest, p.Stored = "", "", "", 0
	}
	c.frontier.put(p)
}

// visited takes the answer to a page's request.
func (c *crawler) visited(h *host, p *page, a *answer) error {
	if a.retriable() {
		return c.again(h, p, a)
	}
	c.schedule.end(h, time.Now(), false, 0)
	switch {
	case a.err != nil:
		c.counts.Failed++
		c.done(p, stateFailed)
		return nil
	case a.status == http.StatusNotModified && p.Digest != "":
		return c.unchanged(p, a, notModified)
	case a.status >= 400:
		c.counts.Gone++
		c.done(p, stateGone)
		return c.archiveOther(a)
	case a.status >= 300:
		return c.redirected(p, a)
	}
	return c.fetched(p, a)
}

// again queues a page whose request failed, until it has failed MaxTries times.
func (c *crawler) again(h *host, p *page, a *answer) error {
	if a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable {
		c.schedule.slow(h, min(2*h.delay, MaxSlow)) // it was asked too fast
	}
	c.schedule.end(h, time.Now(), true, max(a.wait(), c.schedule.backoff(h.fails)))
	if p.tries++; p.tries < MaxTries {
		c.counts.Retried++
		c.schedule.add(p)
	} else {
		c.counts.Failed++
		c.done(p, stateFailed)
		if c.isSeed(p) {
			c.trouble(p.URL, "cannot be fetched: "+a.explain())
		}
	}
	return c.archiveOther(a)
}

// explain is what went wrong, in a few words.
func (a *answer) explain() string {
	switch {
	case a.err != nil:
		return a.err.Error()
	case a.skipped != "":
		return a.skipped
	}
	return fmt.Sprintf("status %d", a.status)
}

func (c *crawler) redirected(p *page, a *answer) error {
	c.counts.Redirects++
	c.done(p, stateRedirect)
	if to := a.location(); to != nil && p.Hops < MaxRedirects {
		c.add(to, p.Depth, p.Hops+1, p.Map)
	}
	return c.archiveOther(a)
}

// fetched takes a page that came.
func (c *crawler) fetched(p *page, a *answer) error {
	if a.skipped != "" || len(a.decoded) == 0 {
		c.counts.Skipped++
		c.done(p, stateSkipped)
		return c.note(a, "not stored", cmp.Or(a.skipped, "no content"))
	}
	s := signals{agent: c.token, own: c.cfg.OwnSite}
	s.header(a.header)
	if p.Map || isFeed(a.kind()) {
		return c.listed(p, a, &s)
	}
	var found []*url.URL
	if isPage(a) {
		found = links(a.url, a.decoded, &s)
	}
	c.follow(found, p.Depth+1, &s)
	if s.refusal != "" {
		c.counts.OptedOut++
		c.done(p, stateOptOut)
		return c.note(a, "opted out", s.refusal)
	}
	return c.store(p, a)
}

// isPage says whether a body may be searched for links.
func isPage(a *answer) bool {
	kind := a.kind()
	return kind == "text/html" || kind == "application/xhtml+xml" ||
		(kind == "" || kind == "application/octet-stream") && bytes.Contains(a.decoded[:min(len(a.decoded), 1024)], []byte("<"))
}

// listed takes a sitemap or a feed. One that is compressed as a file, not as a
// message, is opened.
func (c *crawler) listed(p *page, a *answer, s *signals) error {
	body := a.decoded
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		var err error
		if body, err = decodeOne(body, "gzip", MaxSitemap); err != nil && len(body) == 0 {
			c.counts.Skipped++
			c.done(p, stateSkipped)
			return c.note(a, "not stored", err.Error())
		}
	}
	c.counts.Lists++
	c.done(p, stateList)
	l := parseList(a.url, body)
	if p.Map {
		for _, u := range l.sitemaps {
			c.add(u, p.Depth, 0, true)
		}
	}
	c.follow(l.pages, max(1, p.Depth), s)
	return c.archiveOther(a)
}

// follow adds the pages that an answer leads to, unless it says not to.
func (c *crawler) follow(found []*url.URL, depth int, s *signals) {
	if s.nofollow {
		return
	}
	for _, u := range found {
		c.add(u, depth, 0, false)
	}
}

// add puts an address into the frontier, unless it is known, out of scope, or
// looks like one of endlessly many.
func (c *crawler) add(u *url.URL, depth, hops int, sitemap bool) {
	key := u.String()
	switch {
	case c.frontier.pages[key] != nil:
		return
	case !c.inScope(u, depth, sitemap):
		c.counts.OutOfScope++
		return
	case len(c.frontier.pages) >= MaxFrontier, c.traps.endless(u) != "", sitemap && c.sitemaps[u.Host] >= MaxSitemaps:
		c.counts.Trapped++
		return
	}
	if sitemap {
		c.sitemaps[u.Host]++
	}
	c.traps.count(u)
	p := &page{URL: key, Depth: depth, Hops: hops, Map: sitemap}
	c.frontier.put(p)
	c.schedule.add(p)
}

// inScope holds a sitemap to the hosts only: it stands at the root.
func (c *crawler) inScope(u *url.URL, depth int, sitemap bool) bool {
	if sitemap {
		return depth <= c.cfg.Scope.Depth && c.cfg.Scope.holdsHost(c.seeds, u)
	}
	return c.cfg.Scope.holds(c.seeds, u, depth)
}
