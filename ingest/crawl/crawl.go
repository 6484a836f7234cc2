package crawl

import (
	"context"
	"errors"
	"net/url"
	"path"
	"slices"
	"time"

	"corpus"
	"corpus/internal/fsx"
)

// commitEvery and commitAfter bound what a killed crawl fetches again.
const (
	commitEvery = 100
	commitAfter = 2 * time.Second
)

// crawler is one run. One goroutine, that of Run, owns all of it; the others
// only make requests.
type crawler struct {
	cfg      Config
	seeds    []*url.URL
	token    string // the agent's name in robots.txt
	fetcher  fetcher
	address  func(ctx context.Context, host string) string // "" when it has none
	schedule *schedule
	frontier *frontier
	traps    *traps
	origins  map[string]*origin
	sitemaps map[string]int // by host
	pages    *series        // what ingest reads
	other    *series        // robots.txt, sitemaps, redirects, errors
	counts   Counts
	results  chan result
	active   int
	visits   int64 // answers to requests for pages
	began    time.Time
	last     time.Time // of the last commit
	fresh    int       // answers since
}

// result is the end of a request: for a page, or for a policy file.
type result struct {
	host   *host
	page   *page
	origin *origin
	hops   []*answer

	placed  bool // no request, but where the host is
	address string
}

// Run crawls until nothing is due, a bound of the scope is reached, all hosts ask
// to wait for long, or ctx ends.
// Called again, after whatever end, it goes on where it was; pages older than
// Revisit are asked whether they changed. The caller holds the lock of the files.
//
// An error of class Network or NoInput says that there is no page at all. An
// ended ctx is an error too, with all that was fetched kept.
func Run(ctx context.Context, fsys fsx.FS, cfg Config) (Counts, error) {
	c, err := open(fsys, cfg)
	if err != nil {
		return Counts{}, err
	}
	if err = c.run(ctx); err == nil {
		err = c.commit() // after a failed write, what is on disk is known up to the last mark only
	}
	err = errors.Join(err, c.pages.Close(), c.other.Close(), c.frontier.Close())
	c.countLeft()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = c.verdict()
	}
	return c.counts, err
}

func open(fsys fsx.FS, cfg Config) (*crawler, error) {
	seeds, err := cfg.check()
	if err != nil {
		return nil, err
	}
	if cfg.FileBytes == 0 {
		cfg.FileBytes = 1 << 30
	}
	if cfg.FetchTime == 0 {
		cfg.FetchTime = FetchTime
	}
	c := &crawler{
		cfg: cfg, seeds: seeds, token: agentToken(cfg.Agent), origins: map[string]*origin{}, sitemaps: map[string]int{},
		schedule: newSchedule(cfg.Delay, cfg.PerHost), traps: newTraps(), results: make(chan result),
		fetcher: newFetcher(cfg), address: addressOf(cfg),
		began: time.Now(), last: time.Now(),
	}
	if cfg.backoff > 0 {
		c.schedule.first = cfg.backoff
	}
	return c, c.openFiles(fsys)
}

// openFiles takes up the log and the WARC files, and fills the schedule.
func (c *crawler) openFiles(fsys fsx.FS) error {
	base := path.Join(c.cfg.Dir, c.cfg.Name)
	var err error
	if c.frontier, err = openFrontier(fsys, base+".frontier"); err != nil {
		return err
	}
	if c.frontier.Damaged > 0 {
		c.warn("the frontier has damaged lines; the pages they were about may be fetched again")
	}
	var pages, other *warcMark
	if m := c.frontier.mark; m != nil {
		pages, other = &m.Files[0], &m.Files[1]
	}
	if c.pages, err = openSeries(fsys, base, c.cfg.Agent, c.cfg.FileBytes, pages); err != nil {
		return err
	}
	if c.other, err = openSeries(fsys, base+"_meta", c.cfg.Agent, c.cfg.FileBytes, other); err != nil {
		return err
	}
	c.fill()
	return c.commit()
}

// fill queues what is due and in scope, and the seeds that are new.
func (c *crawler) fill() {
	for _, p := range c.frontier.pages {
		c.traps.count(p.parsed())
	}
	for _, p := range c.frontier.left(c.began, c.cfg.Revisit) {
		if p.Depth == 0 && c.isSeed(p) || c.cfg.Scope.holds(c.seeds, p.parsed(), p.Depth) {
			c.schedule.add(p)
		}
	}
	for _, u := range c.seeds {
		if c.frontier.pages[u.String()] == nil {
			p := &page{URL: u.String()}
			c.frontier.put(p)
			c.schedule.add(p)
		}
	}
}

func (c *crawler) isSeed(p *page) bool {
	return slices.ContainsFunc(c.seeds, func(u *url.URL) bool { return u.String() == p.URL })
}

// run is the loop: begin what may begin, then wait for an answer or for time.
func (c *crawler) run(ctx context.Context) error {
	requests, cancel := context.WithCancel(ctx)
	defer cancel()
	var err error
	for err == nil && ctx.Err() == nil {
		wait, more := c.begin(requests)
		if !more && c.active == 0 {
			return nil
		}
		if c.active == 0 && wait > MaxIdle {
			c.warn("every host left asks to wait longer than " + MaxIdle.String() + "; run the crawl again later")
			return nil
		}
		err = c.await(ctx, wait, more)
	}
	cancel()
	for ; c.active > 0; c.active-- {
		<-c.results // asked again in the next run
	}
	return err
}

// begin starts requests; then wait is how long until the next may start, if more
// are queued that this run may ask for.
func (c *crawler) begin(ctx context.Context) (wait time.Duration, more bool) {
	for !c.spent(0) {
		if c.active >= MaxConcurrent {
			return commitAfter, true
		}
		h, wait := c.schedule.next(time.Now())
		if h == nil {
			return wait, wait > 0 && !c.spent(wait)
		}
		c.ask(ctx, h)
	}
	return 0, false
}

// spent says whether a bound of the scope is reached, or will be after a wait.
func (c *crawler) spent(wait time.Duration) bool {
	return c.cfg.Scope.spent(c.visits+int64(c.active), c.counts.Bytes, time.Since(c.began)+wait)
}

// ask makes the next request to a host: for its policy when that is not known,
// else for the first page, unless the policy refuses it.
func (c *crawler) ask(ctx context.Context, h *host) {
	if !h.placed {
		c.locate(ctx, h)
		return
	}
	now := time.Now()
	p := h.queue[0]
	u := p.parsed()
	o := c.origin(u)
	switch {
	case o.busy:
		c.schedule.postpone(h, now)
	case !o.open(now, c.cfg.OwnSite):
		o.busy = true
		delay := h.delay
		c.send(h, now, func() result { return result{host: h, origin: o, hops: c.fetchPolicy(ctx, o, delay)} })
	default:
		c.schedule.take(h)
		if why := o.policy.refuses(robotsPath(u)); why != "" {
			c.refused(p, why)
			return
		}
		r := p.request(u)
		c.send(h, now, func() result { return result{host: h, page: p, hops: []*answer{c.fetcher.get(ctx, r)}} })
	}
}

// locate finds out where a host is, before its first request.
func (c *crawler) locate(ctx context.Context, h *host) {
	c.schedule.hold(h)
	c.active++
	go func() { c.results <- result{host: h, placed: true, address: c.address(ctx, h.name)} }()
}

func (c *crawler) send(h *host, now time.Time, do func() result) {
	c.schedule.start(h, now)
	c.active++
	go func() { c.results <- do() }()
}

// request is for a page: conditional when its text is in a WARC.
func (p *page) request(u *url.URL) request {
	r := request{url: u, limit: MaxBody, types: !p.Map}
	if p.Map {
		r.limit = MaxSitemap
	}
	if p.Digest != "" {
		r.etag, r.modified = p.ETag, p.Modified
	}
	return r
}

// await takes one answer, or waits until the next request may start. What is
// fetched is committed before a long wait.
func (c *crawler) await(ctx context.Context, wait time.Duration, more bool) error {
	if c.fresh > 0 && (c.fresh >= commitEvery || time.Since(c.last) >= commitAfter || c.active == 0 && wait > commitAfter) {
		if err := c.commit(); err != nil {
			return err
		}
	}
	if !more || wait > commitAfter && c.fresh > 0 {
		wait = commitAfter
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case r := <-c.results:
		c.active--
		return c.finish(ctx, r)
	case <-t.C:
	case <-ctx.Done():
	}
	return nil
}

// finish takes the answer to a request. What came back because ctx ended says
// nothing about the server.
func (c *crawler) finish(ctx context.Context, r result) error {
	if ctx.Err() != nil {
		return nil
	}
	if r.placed {
		c.schedule.place(r.host, r.address)
		return nil
	}
	for _, a := range r.hops {
		c.counts.Requests++
		c.counts.Bytes += int64(len(a.body))
	}
	c.fresh++
	defer c.progress()
	if r.origin != nil {
		return c.learn(r.host, r.origin, r.hops)
	}
	c.visits++
	return c.visited(r.host, r.page, r.hops[0])
}

// commit makes what was fetched durable: first the WARC files, then the log that
// says how far they go.
func (c *crawler) commit() error {
	if err := errors.Join(c.pages.sync(), c.other.sync()); err != nil {
		return err
	}
	c.fresh, c.last = 0, time.Now()
	return c.frontier.commit(mark{[2]warcMark{c.pages.at, c.other.at}})
}

func (c *crawler) progress() {
	if c.cfg.Progress != nil {
		c.counts.Left = int64(c.schedule.queued)
		c.cfg.Progress(c.counts)
	}
}

func (c *crawler) warn(text string) {
	if c.cfg.Warn != nil {
		c.cfg.Warn(text)
	}
}

func (c *crawler) trouble(host, text string) { c.warn(host + " " + text) }

func (c *crawler) countLeft() {
	c.counts.Left, c.counts.Waiting = int64(c.schedule.queued), 0
	for _, h := range c.schedule.hosts {
		if h.parked {
			c.counts.Waiting += int64(len(h.queue))
		}
	}
	for _, u := range c.seeds {
		p := c.frontier.pages[u.String()]
		if p.State == stateFailed || p.State == "" && c.schedule.host(p.host()).parked {
			c.counts.BadSeeds++
		}
	}
}

// verdict is an error when the crawl, over all its runs, has no page.
func (c *crawler) verdict() error {
	robots := 0
	for _, p := range c.frontier.pages {
		switch {
		case p.Digest != "":
			return nil
		case p.State == stateRobots || p.State == stateOptOut:
			robots++
		}
	}
	if robots > 0 {
		return corpus.Errorf(corpus.NoInput, "nothing was fetched: %s and what its pages say keep this crawler out", c.seeds[0].Host)
	}
	return corpus.Errorf(corpus.Network, "nothing was fetched: no page of %s gave a text", c.seeds[0].Host)
}
