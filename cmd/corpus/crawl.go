package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"time"

	"corpus"
	"corpus/ingest/crawl"
	"corpus/internal/term"

	"github.com/urfave/cli/v2"
)

// crawlFlags are those of `corpus ingest --crawl`.
func crawlFlags(more ...cli.Flag) []cli.Flag {
	return append(more,
		&cli.StringSliceFlag{Name: "crawl", Usage: "first fetch the site at `URL` into data/crawl, politely; may be repeated"},
		agentFlag(),
		&cli.StringFlag{Name: "name", Usage: "`NAME` of the crawl (default: the first host)"},
		&cli.DurationFlag{Name: "delay", Value: crawlDelay, Usage: "least `TIME` between two requests to a host"},
		&cli.IntFlag{Name: "per-host", Value: 1, Usage: "`N` requests to one host at once"},
		&cli.StringSliceFlag{Name: "host", Usage: "crawl `HOST` too; .example.org is all below it; may be repeated"},
		&cli.StringSliceFlag{Name: "path", Usage: "only pages whose path begins with `PREFIX`; may be repeated"},
		&cli.IntFlag{Name: "depth", Value: crawlDepth, Usage: "follow `N` links away from the URL"},
		&cli.Int64Flag{Name: "pages", Usage: "ask for at most `N` pages in this run; 0: no bound"},
		&cli.GenericFlag{Name: "bytes", Value: new(size), Usage: "fetch at most this `SIZE` in this run; 0: no bound"},
		&cli.DurationFlag{Name: "time", Usage: "crawl for at most this `TIME`; 0: no bound"},
		&cli.DurationFlag{Name: "revisit", Value: crawlRevisit, Usage: "ask again whether a page changed after this `TIME`"},
		&cli.BoolFlag{Name: "allow-private", Usage: "crawl servers at loopback and private addresses"},
		&cli.StringFlag{Name: "proxy", Usage: "ask the proxy at `URL` for everything; what it leads to cannot be checked (HTTP_PROXY is not used)"},
		&cli.BoolFlag{Name: "own-site", Usage: "the site is yours: pass over what keeps out AI training (never over robots.txt for all)"},
	)
}

func agentFlag() cli.Flag {
	return &cli.StringFlag{Name: "user-agent", Usage: "`TEXT` that names the crawler and a web or e-mail address", EnvVars: []string{"CORPUS_USER_AGENT"}}
}

// crawling is one crawl: an entry of the list under crawl in corpus.yaml, or what
// the flags of `corpus ingest --crawl` say. What is not given has their defaults.
type crawling struct {
	URLs         []string  `yaml:"urls"`
	UserAgent    string    `yaml:"user_agent"`
	Name         string    `yaml:"name"`
	Delay        *duration `yaml:"delay"`
	PerHost      int       `yaml:"per_host"`
	Host         []string  `yaml:"host"`
	Path         []string  `yaml:"path"`
	Depth        *int      `yaml:"depth"`
	Pages        int64     `yaml:"pages"`
	Bytes        size      `yaml:"bytes"`
	Time         duration  `yaml:"time"`
	Revisit      *duration `yaml:"revisit"`
	AllowPrivate bool      `yaml:"allow_private"`
	OwnSite      bool      `yaml:"own_site"`
	Proxy        string    `yaml:"proxy"`
	Trusted      bool      `yaml:"trusted"` // in corpus.yaml only: as ingest.trusted
}

// The defaults of a crawl.
const (
	crawlDelay   = 2 * time.Second
	crawlDepth   = 20
	crawlRevisit = 24 * time.Hour
)

// crawlFlag is the crawl that the command line asks for.
func crawlFlag(c *cli.Context) crawling {
	delay, depth, revisit := duration(c.Duration("delay")), c.Int("depth"), duration(c.Duration("revisit"))
	return crawling{
		URLs: c.StringSlice("crawl"), Name: c.String("name"), Delay: &delay, PerHost: c.Int("per-host"), Host: c.StringSlice("host"),
		Path: c.StringSlice("path"), Depth: &depth, Pages: c.Int64("pages"), Bytes: *c.Generic("bytes").(*size), Time: duration(c.Duration("time")),
		Revisit: &revisit, AllowPrivate: c.Bool("allow-private"), OwnSite: c.Bool("own-site"), Proxy: c.String("proxy"),
	}
}

// crawl fetches what --crawl names. It gives the files to ingest; bad says that
// a site could not be reached, although there is something to ingest.
func (a *app) crawl(c *cli.Context) (files []string, bad, err error) {
	if !c.IsSet("crawl") {
		return nil, nil, onlyWithCrawl(c)
	}
	w, err := a.open(c)
	if err != nil {
		return nil, nil, err
	}
	cfg, err := w.crawlConfig(crawlFlag(c), c.String("user-agent"))
	if err != nil {
		return nil, nil, err
	}
	bad, err = w.goOn(c.Context, cfg)
	if err != nil {
		return nil, nil, err
	}
	if bad != nil {
		bad = fmt.Errorf("%w: %w", errBadInput, bad)
	}
	files, err = crawlFiles(cfg.Dir, cfg.Name)
	return files, bad, err
}

// goOn takes a crawl up where it was and prints what it did. bad says which of its
// seeds could not be fetched.
func (w *workspace) goOn(ctx context.Context, cfg crawl.Config) (bad, err error) {
	began := time.Now()
	counts, err := w.runCrawl(ctx, cfg)
	if err != nil {
		return nil, proxyHint(cfg, err)
	}
	w.crawled(cfg.Name, counts, time.Since(began))
	if counts.BadSeeds > 0 {
		bad = fmt.Errorf("%d of the addresses to crawl could not be fetched", counts.BadSeeds)
	}
	return bad, nil
}

// proxyHint says of a failure that the environment names a proxy, when it does.
func proxyHint(cfg crawl.Config, err error) error {
	var e *corpus.Error
	named := cmp.Or(os.Getenv("HTTPS_PROXY"), os.Getenv("https_proxy"), os.Getenv("HTTP_PROXY"), os.Getenv("http_proxy"))
	if cfg.Proxy == "" && named != "" && errors.As(err, &e) && e.Class == corpus.Network && e.Next == "" {
		e.Next = "the proxy that the environment names is not used, since it hides the addresses; --proxy URL uses one"
	}
	return err
}

func crawlPattern(dir, name string) string {
	return filepath.Join(dir, name+"-[0-9][0-9][0-9][0-9][0-9].warc.gz")
}

// crawlFiles are the files of a crawl that ingest reads.
func crawlFiles(dir, name string) ([]string, error) {
	return filepath.Glob(crawlPattern(dir, name))
}

// onlyWithCrawl refuses flags that would not be looked at.
func onlyWithCrawl(c *cli.Context) error {
	for _, f := range crawlFlags() {
		if name := f.Names()[0]; name != "user-agent" && c.IsSet(name) {
			return &corpus.Error{Class: corpus.Usage, What: "--" + name + " goes with --crawl", Offset: -1, Next: "see `corpus ingest --help`"}
		}
	}
	return nil
}

// runCrawl crawls under the lock of the crawl's files.
func (w *workspace) runCrawl(ctx context.Context, cfg crawl.Config) (crawl.Counts, error) {
	if err := w.fs.MkdirAll(cfg.Dir); err != nil {
		return crawl.Counts{}, err
	}
	lock, err := w.fs.Lock(filepath.Join(cfg.Dir, cfg.Name+".lock"), holder())
	if err != nil {
		return crawl.Counts{}, err
	}
	defer lock.Close()
	log.SetOutput(io.Discard) // net/http notes there what servers do wrong
	p := term.NewProgress(w.err)
	defer p.Done()
	if !w.quiet {
		cfg.Progress = func(n crawl.Counts) {
			p.Update("crawl: %s requests, %s pages, %s, %s to go", term.Count(n.Requests), term.Count(n.Stored+n.Unchanged), term.Bytes(n.Bytes), term.Count(n.Left))
		}
	}
	return crawl.Run(ctx, w.fs, cfg)
}

// crawlConfig is what the crawler is told; agent goes before corpus.yaml.
func (w *workspace) crawlConfig(k crawling, agent string) (crawl.Config, error) {
	cfg := crawl.Config{
		Seeds: k.URLs, Dir: w.crawlDir(), Agent: cmp.Or(agent, k.UserAgent, w.Ingest.UserAgent),
		Delay: time.Duration(or(k.Delay, duration(crawlDelay))), PerHost: k.PerHost, Revisit: time.Duration(or(k.Revisit, duration(crawlRevisit))),
		AllowPrivate: k.AllowPrivate, OwnSite: k.OwnSite, Proxy: k.Proxy,
		Scope: crawl.Scope{
			Hosts: k.Host, Paths: k.Path, Depth: or(k.Depth, crawlDepth), Pages: k.Pages, Bytes: int64(k.Bytes), Time: time.Duration(k.Time),
		},
	}
	if !w.quiet && !w.json {
		cfg.Warn = func(text string) { fmt.Fprintln(w.err, "crawl:", term.Clean(text)) }
	}
	var err error
	if cfg.Name, err = k.name(); err != nil {
		return cfg, err
	}
	return cfg, cfg.Check()
}

func (w *workspace) crawlDir() string { return filepath.Join(w.dst, "crawl") }

// name is that of the crawl's files: as given, or the first host.
func (k crawling) name() (string, error) {
	if k.Name != "" || len(k.URLs) == 0 {
		return k.Name, nil
	}
	return crawl.NameOf(k.URLs[0])
}

// or is a setting, or its default.
func or[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

// crawled prints what a crawl did.
func (w *workspace) crawled(name string, n crawl.Counts, took time.Duration) {
	if w.json {
		b, err := json.Marshal(struct {
			Type string `json:"type"`
			Name string `json:"name"`
			crawl.Counts
			Seconds float64 `json:"seconds"`
		}{"crawl", name, n, took.Seconds()})
		if err != nil {
			panic(err) // numbers
		}
		fmt.Fprintln(w.out, string(b))
		return
	}
	if w.quiet {
		return
	}
	fmt.Fprintf(w.err, "crawl %s: %s pages new or changed, %s as before, %s in all; %s kept out, %s opted out, %s failed; %s left; %s\n",
		name, term.Count(n.Stored), term.Count(n.Unchanged), term.Bytes(n.Bytes), term.Count(n.Robots), term.Count(n.OptedOut),
		term.Count(n.Failed), term.Count(n.Left), term.Duration(took))
}
