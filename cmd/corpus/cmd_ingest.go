package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"corpus"
	"corpus/ingest"
	"corpus/ingest/place"
	"corpus/internal/engine"
	"corpus/internal/langid"
	"corpus/internal/term"

	"github.com/urfave/cli/v2"
)

func (a *app) ingestCommand() *cli.Command {
	return &cli.Command{
		Name: "ingest", Usage: "read text, Markdown, HTML, JSON lines, CSV, Parquet, Arrow, WARC, ARC, WET, MediaWiki dumps, EPUB, DOCX and PDF (plain, .gz, .zst, .bz2, .xz; in zip and tar archives too) into documents",
		ArgsUsage: "SOURCE… (files, directories, globs; http(s)://, s3://, gs://, azblob://; @FILE: a list of these; - for standard input; default: ingest.sources and ingest.trusted of corpus.yaml, and what its crawls have fetched)",
		Flags:     crawlFlags(stageFlags("ingest")...),
		Action: func(c *cli.Context) error {
			crawled, bad, err := a.crawl(c)
			if err != nil {
				return err
			}
			return a.stageCommand("ingest", func(w *workspace, c *cli.Context) error {
				return cmp.Or(w.ingest(c, append(crawled, c.Args().Slice()...)), bad)
			})(c)
		},
	}
}

// ingest reads the sources, or those of corpus.yaml when none is named.
func (w *workspace) ingest(c *cli.Context, sources []string) error {
	if m := w.Ingest.MaxBad; !(m >= 0 && m <= 1) {
		return corpus.Errorf(corpus.BadConfig, "ingest.max_bad is %v, want a share from 0 to 1", m)
	}
	sources, err := w.sources(sources)
	if err != nil {
		return err
	}
	cfg, err := w.ingestConfig()
	if err != nil {
		return err
	}
	defer func() { _ = cfg.Places.Close() }()
	var bad badSources
	cfg.Warn = func(source, reason, detail string) { bad.add(w, source, reason, detail) }
	stage, err := ingest.Stage(c.Context, cfg, sources)
	if err != nil {
		return err
	}
	sum, err := w.stage(c, engine.Job{Stage: stage})
	if err != nil {
		return err
	}
	if err := os.RemoveAll(w.spool()); err != nil {
		return err
	}
	return w.judge(sum, bad)
}

// sources are those named, or those of corpus.yaml.
func (w *workspace) sources(named []string) ([]string, error) {
	if len(named) > 0 {
		return named, nil
	}
	listed, err := w.listed()
	if err == nil && len(listed) == 0 {
		err = &corpus.Error{
			Class: corpus.NoInput, What: "no SOURCE was given, and ingest.sources of corpus.yaml is empty", Offset: -1,
			Next: "name files, directories or globs there or here",
		}
	}
	return listed, err
}

func (w *workspace) ingestConfig() (ingest.Config, error) {
	trusted, err := w.trusted()
	if err != nil {
		return ingest.Config{}, err
	}
	places, err := w.places()
	return ingest.Config{
		TextField: w.Ingest.TextField, Extract: w.Ingest.Extract, Langs: w.Ingest.Lang, Sample: w.Ingest.Sample, Seed: w.Ingest.Seed,
		UnitBytes: int64(w.Ingest.Unit), PartBytes: int64(w.Ingest.Part),
		Trusted: trusted, Exclude: w.own(),
		Seen: filepath.Join(w.dst, ".seen"), Spool: w.spool(), Stdin: os.Stdin,
		Places: places, Prefix: w.Ingest.Prefix, Detect: langid.New().Detect,
	}, err
}

// judge says what was bad of a run.
func (w *workspace) judge(sum engine.Summary, bad badSources) error {
	if sum.Counts["docs_out"] == 0 && sum.Counts["lost.no_text"] > 0 && !w.quiet && !w.json {
		fmt.Fprintln(w.err, "ingest: no record had text; if JSON lines, CSV or Parquet keep it under a name of their own, say --text-field NAME")
	}
	if ingest.Bad(sum.Counts, w.Ingest.MaxBad) {
		return fmt.Errorf("%w: %s and %s of %s%s", errBadInput, plural(sum.Counts["bad_sources"], "source"),
			term.Count(sum.Counts["bad_records"]), plural(sum.Counts["records"], "record"), bad.more(sum))
	}
	return nil
}

// spool holds what can or should be read from afar only once, until the run ends
// well; what a kill left there serves the next run.
func (w *workspace) spool() string { return filepath.Join(w.scratch(), "spool") }

// places opens sources that are elsewhere. Half of the free disk may hold copies.
func (w *workspace) places() (*place.Opener, error) {
	dir := filepath.Join(w.spool(), "places")
	if err := w.fs.MkdirAll(dir); err != nil {
		return nil, err
	}
	free, err := freeBytes(dir)
	if err != nil {
		return nil, err
	}
	spool, err := place.NewSpool(w.fs, dir, free/2)
	return place.New(place.Config{UserAgent: "corpus", Anonymous: w.Ingest.Anonymous, Spool: spool}), err
}

// listed are the sources that corpus.yaml names, and what its crawls have fetched.
func (w *workspace) listed() ([]string, error) {
	crawled, err := w.crawledFiles()
	return append(w.paths(slices.Concat(w.Ingest.Sources, w.Ingest.Trusted)), crawled...), err
}

// own are the files of workspaces, which are no sources.
func (w *workspace) own() []string {
	return append(w.paths([]string{ConfigName, "data", "runs"}), w.in, w.dst)
}

// maxWarnings is how many sources are named while they are read.
const maxWarnings = 10

// badSources names the first sources that gave nothing.
type badSources struct {
	n     int
	first string
}

func (b *badSources) add(w *workspace, source, reason, detail string) {
	line := term.Clean(source) + ": " + term.Clean(strings.TrimSpace(reason+" "+detail))
	if b.n++; b.n == 1 {
		b.first = line
	}
	switch {
	case w.quiet || w.json:
	case b.n <= maxWarnings:
		fmt.Fprintln(w.err, "ingest: "+line)
	case b.n == maxWarnings+1:
		fmt.Fprintln(w.err, "ingest: and more")
	}
}

// more is where the rest is named: a run that adds nothing has no list.
func (b *badSources) more(sum engine.Summary) string {
	if sum.Generations > 0 {
		return "; see `corpus status --lost`"
	}
	return "; the first is " + b.first
}
