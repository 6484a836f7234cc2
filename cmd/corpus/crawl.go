package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
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
		&cli.StringFlag{Name: "user-agent", Usage: "`TEXT` that names the crawler and a web or e-mail address", EnvVars: []string{"CORPUS_USER_AGENT"}},
		&cli.StringFlag{Name: "name", Usage: "`NAME` of the crawl (default: the first host)"},
		&cli.DurationFlag{Name: "delay", Value: 2 * time.Second, Usage: "least `TIME` between two requests to a host"},
		&cli.IntFlag{Name: "per-host", Value: 1, Usage: "`N` requests to one host at once"},
		&cli.StringSliceFlag{Name: "host", Usage: "crawl `HOST` too; .example.org is all below it; may be repeated"},
		&cli.StringSliceFlag{Name: "path", Usage: "only pages whose path begins with `PREFIX`; may be repeated"},
		&cli.IntFlag{Name: "depth", Value: 20, Usage: "follow `N` links away from the URL"},
		&cli.Int64Flag{Name: "pages", Usage: "ask for at most `N` pages in this run; 0: no bound"},
		&cli.GenericFlag{Name: "bytes", Value: new(size), Usage: "fetch at most this `SIZE` in this run; 0: no bound"},
		&cli.DurationFlag{Name: "time", Usage: "crawl for at most this `TIME`; 0: no bound"},
		&cli.DurationFlag{Name: "revisit", Value: 24 * time.Hour, Usage: "ask again whether a page changed after this `TIME`"},
		&cli.BoolFlag{Name: "allow-private", Usage: "crawl servers at loopback and private addresses"},
		&cli.BoolFlag{Name: "own-site", Usage: "the site is yours: pass over what keeps out AI training (never over robots.txt for all)"},
	)
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
	cfg, err := w.crawlConfig(c)
	if err != nil {
		return nil, nil, err
	}
	began := time.Now()
	counts, err := w.runCrawl(c.Context, cfg)
	if err != nil {
		return nil, nil, err
	}
	w.crawled(counts, time.Since(began))
	if counts.BadSeeds > 0 {
		bad = fmt.Errorf("%w: %d of the addresses to crawl could not be fetched", errBadInput, counts.BadSeeds)
	}
	files, err = filepath.Glob(filepath.Join(cfg.Dir, cfg.Name+"-[0-9][0-9][0-9][0-9][0-9].warc.gz"))
	return files, bad, err
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

func (w *workspace) crawlConfig(c *cli.Context) (crawl.Config, error) {
	cfg := crawl.Config{
		Seeds: c.StringSlice("crawl"), Dir: filepath.Join(w.dst, "crawl"), Name: c.String("name"), Agent: cmp.Or(c.String("user-agent"), w.Ingest.UserAgent),
		Delay: c.Duration("delay"), PerHost: c.Int("per-host"), Revisit: c.Duration("revisit"),
		AllowPrivate: c.Bool("allow-private"), OwnSite: c.Bool("own-site"),
		Scope: crawl.Scope{
			Hosts: c.StringSlice("host"), Paths: c.StringSlice("path"), Depth: c.Int("depth"), Pages: c.Int64("pages"),
			Bytes: int64(*c.Generic("bytes").(*size)), Time: c.Duration("time"),
		},
	}
	if !w.quiet && !w.json {
		cfg.Warn = func(text string) { fmt.Fprintln(w.err, "crawl:", term.Clean(text)) }
	}
	if err := crawl.CheckAgent(cfg.Agent); err != nil {
		return cfg, err
	}
	var err error
	if cfg.Name == "" {
		cfg.Name, err = crawl.NameOf(cfg.Seeds[0])
	}
	return cfg, err
}

// crawled prints what a crawl did.
func (w *workspace) crawled(n crawl.Counts, took time.Duration) {
	if w.json {
		b, err := json.Marshal(struct {
			Type string `json:"type"`
			crawl.Counts
			Seconds float64 `json:"seconds"`
		}{"crawl", n, took.Seconds()})
		if err != nil {
			panic(err) // numbers
		}
		fmt.Fprintln(w.out, string(b))
		return
	}
	if w.quiet {
		return
	}
	fmt.Fprintf(w.err, "crawl: %s pages new or changed, %s as before, %s in all; %s kept out, %s opted out, %s failed; %s left; %s\n",
		term.Count(n.Stored), term.Count(n.Unchanged), term.Bytes(n.Bytes), term.Count(n.Robots), term.Count(n.OptedOut),
		term.Count(n.Failed), term.Count(n.Left), term.Duration(took))
}
