package crawl

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
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
	if a.err != nil {
		return a.err.Error()
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

// Profiles of revisit records.
const (
	notModified = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
	sameDigest  = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
)

// store writes a page to the WARC that ingest reads, or that it is as it was.
func (c *crawler) store(p *page, a *answer) error {
	if p.Digest == digest(a.body) {
		return c.unchanged(p, a, sameDigest)
	}
	c.counts.Stored++
	p.ETag, p.Modified = storable(a.header.Get("ETag")), storable(a.header.Get("Last-Modified"))
	p.Digest, p.Stored = digest(a.body), a.at.Unix()
	c.done(p, stateStored)
	return c.pages.write(exchange(a)...)
}

// storable leaves out what would make a record of the log too long.
func storable(s string) string {
	if len(s) > 1024 {
		return ""
	}
	return s
}

func (c *crawler) unchanged(p *page, a *answer, profile string) error {
	c.counts.Unchanged++
	records := exchange(a)
	head, _, _ := bytes.Cut(records[0].block, []byte("\r\n\r\n"))
	records[0].kind, records[0].payload = "revisit", nil
	records[0].block = append(head[:len(head):len(head)], "\r\n\r\n"...)
	records[0].fields = append(records[0].fields, field{"WARC-Profile", profile}, field{"WARC-Payload-Digest", p.Digest},
		field{"WARC-Refers-To-Target-URI", p.URL}, field{"WARC-Refers-To-Date", warcDate(time.Unix(p.Stored, 0))})
	c.done(p, stateStored)
	return c.pages.write(records...)
}

// archiveOther writes responses that are no pages.
func (c *crawler) archiveOther(answers ...*answer) error {
	for _, a := range answers {
		if a.err != nil || a.header == nil {
			continue
		}
		if a.skipped != "" {
			if err := c.note(a, "not stored", a.skipped); err != nil {
				return err
			}
			continue
		}
		if err := c.other.write(exchange(a)...); err != nil {
			return err
		}
	}
	return nil
}

// note writes that a response came and why its body is not there.
func (c *crawler) note(a *answer, what, why string) error {
	return c.other.write(record{
		kind: "metadata", url: a.url.String(), date: a.at, content: "application/warc-fields",
		block: fmt.Appendf(nil, "%s: %s\r\nstatus: %d\r\ncontent-type: %s\r\n", strings.ReplaceAll(what, " ", "-"), oneLine(why), a.status, oneLine(a.kind())),
	})
}

// exchange is a response and its request as records.
func exchange(a *answer) []record {
	response := record{
		kind: "response", url: a.url.String(), date: a.at, content: "application/http;msgtype=response",
		block: append(responseHead(a), a.body...), payload: a.body[:len(a.body):len(a.body)],
	}
	if a.body == nil {
		response.payload = []byte{}
	}
	if a.addr != "" {
		response.fields = append(response.fields, field{"WARC-IP-Address", a.addr})
	}
	if a.cut {
		response.fields = append(response.fields, field{"WARC-Truncated", "length"})
	}
	request := record{kind: "request", url: a.url.String(), date: a.at, content: "application/http;msgtype=request", block: a.asked}
	return []record{response, request}
}

// responseHead is the status line and fields. The body stands without its
// transfer coding, so that field is renamed, as in Common Crawl's files.
func responseHead(a *answer) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	h := a.header.Clone()
	if te := h.Get("Transfer-Encoding"); te != "" {
		h.Del("Transfer-Encoding")
		h.Set("X-Crawl-Transfer-Encoding", te)
	}
	if err := h.Write(&b); err != nil {
		panic(err) // a buffer takes all
	}
	b.WriteString("\r\n")
	return b.Bytes()
}
