package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"corpus"
	"corpus/dedup"
	"corpus/filter"
	"corpus/ingest"
	"corpus/ingest/place"
	"corpus/internal/engine"
	"corpus/internal/langid"
	"corpus/internal/term"
	"corpus/shards"
	"corpus/tokenize"

	"github.com/urfave/cli/v2"
)

// stageCommand wraps what all stages do: open, lock, run.
func (a *app) stageCommand(name string, run func(*workspace, *cli.Context) error) cli.ActionFunc {
	return a.writing(func(w *workspace, c *cli.Context) error {
		return w.reading(func() error { return run(w, c) })
	}, name)
}

// writing runs do in the workspace under the pipeline's lock.
func (a *app) writing(do func(*workspace, *cli.Context) error, stages ...string) cli.ActionFunc {
	return func(c *cli.Context) error {
		w, err := a.open(c, stages...)
		if err != nil {
			return err
		}
		lock, err := w.lock()
		if err != nil {
			return err
		}
		defer lock.Close()
		return do(w, c)
	}
}

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
	if len(sources) == 0 {
		var err error
		if sources, err = w.listed(); err != nil {
			return err
		}
	}
	if len(sources) == 0 {
		return &corpus.Error{
			Class: corpus.NoInput, What: "no SOURCE was given, and ingest.sources of corpus.yaml is empty", Offset: -1,
			Next: "name files, directories or globs there or here",
		}
	}
	if m := w.Ingest.MaxBad; !(m >= 0 && m <= 1) {
		return corpus.Errorf(corpus.BadConfig, "ingest.max_bad is %v, want a share from 0 to 1", m)
	}
	trusted, err := w.trusted()
	if err != nil {
		return err
	}
	places, err := w.places()
	if err != nil {
		return err
	}
	defer func() { _ = places.Close() }()
	cfg := ingest.Config{
		TextField: w.Ingest.TextField, Extract: w.Ingest.Extract, Langs: w.Ingest.Lang, Sample: w.Ingest.Sample, Seed: w.Ingest.Seed,
		UnitBytes: int64(w.Ingest.Unit), PartBytes: int64(w.Ingest.Part),
		Trusted: trusted, Exclude: w.own(),
		Seen: filepath.Join(w.dst, ".seen"), Spool: w.spool(), Stdin: os.Stdin,
		Places: places, Prefix: w.Ingest.Prefix, Detect: langid.New().Detect,
	}
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

func (a *app) dedupCommand() *cli.Command {
	return &cli.Command{
		Name: "dedup", Usage: "find exact and near duplicates (MinHash-LSH); one document of each cluster survives",
		Flags: stageFlags("dedup"), Action: a.stageCommand("dedup", (*workspace).dedup),
	}
}

func (w *workspace) dedup(c *cli.Context) error {
	in, err := w.input("ingest")
	if err != nil {
		return err
	}
	cfg := dedup.Config{Bands: w.Dedup.Bands, Rows: w.Dedup.Rows, Shingle: w.Dedup.Shingle}
	if err := cfg.Check(); err != nil {
		return err
	}
	stage := dedup.Stage(cfg, in.Manifest.Counts()["docs_out"])
	_, err = w.stage(c, engine.Job{Stage: stage, Inputs: map[string]*shards.Dataset{"ingest": in}, Follows: "ingest"})
	return err
}

// ruleHelp lists the rules with their limits.
func ruleHelp() string {
	var help strings.Builder
	for _, r := range filter.Rules() {
		bound := "at most"
		if r.Below {
			bound = "at least"
		}
		fmt.Fprintf(&help, "   %-32s %s %g\n", r.Name, bound, r.Limit)
	}
	return help.String()
}

func (a *app) filterCommand() *cli.Command {
	return &cli.Command{
		Name: "filter", Usage: "keep the best share: language, quality, repetition, toxicity, then the documents most like the target",
		Description: "Rules and their limits; change them under filter.limits in corpus.yaml:\n" + ruleHelp() +
			"Of documents of ingest.trusted only toxicity, duplicates and languages are asked.",
		Flags: stageFlags("filter"), Action: a.stageCommand("filter", (*workspace).filter),
	}
}

func (w *workspace) filter(c *cli.Context) error {
	in, err := w.input("ingest")
	if err != nil {
		return err
	}
	dup, err := w.input("dedup")
	if err != nil {
		return err
	}
	for i, g := range in.Manifest.Generations {
		if madeFrom(dup, i, "ingest", g).set == nil {
			return &corpus.Error{
				Class: corpus.NoInput, What: "the dedup dataset does not cover all that was ingested", Path: dup.Dir, Offset: -1,
				Next: "run `corpus dedup` first",
			}
		}
	}
	cfg, err := w.filterConfig()
	if err != nil {
		return err
	}
	stage := filter.Stage(cfg)
	sum, err := w.stage(c, engine.Job{Stage: stage, Follows: "ingest", Inputs: map[string]*shards.Dataset{"ingest": in, "dedup": dup}})
	if err != nil {
		return err
	}
	if !w.quiet && !w.json {
		w.budgetNote(sum.Counts)
	}
	return nil
}

// budgetNote says what is unusual about a run's budget.
func (w *workspace) budgetNote(c corpus.Counts) {
	switch {
	case c["budget_did_not_bind"] > 0:
		fmt.Fprintln(w.err, "filter: the budget did not bind: fewer bytes passed the rules than --keep allows")
	case c["docs_out"] == 0 && c["eligible_bytes"] > 0:
		fmt.Fprintf(w.err, "filter: nothing was kept: %s passed the rules, and no document fits the budget of %s; --keep more\n",
			term.Bytes(c["eligible_bytes"]), term.Bytes(c["budget_bytes"]))
	}
}

// filterConfig is what the filter is to do, checked.
func (w *workspace) filterConfig() (cfg filter.Config, err error) {
	cfg = filter.Config{Keep: w.Filter.Keep, Langs: w.Filter.Lang, Limits: w.Filter.Limits}
	if len(w.Filter.Target) > 0 {
		if cfg.Target, err = filter.LoadTarget(w.paths(w.Filter.Target), langid.New().Detect); err != nil {
			return cfg, err
		}
	}
	if cfg.Keep == 0 {
		return cfg, corpus.Errorf(corpus.BadConfig, "filter.keep is 0, which keeps nothing; want a share above 0, up to 1 for all that passes the rules")
	}
	return cfg, cfg.Check()
}

// paths makes names relative to the workspace absolute.
func (w *workspace) paths(names []string) []string {
	abs := make([]string, len(names))
	for i, n := range names {
		list := ""
		if strings.HasPrefix(n, "@") {
			list, n = "@", n[1:]
		}
		if !filepath.IsAbs(n) && !place.Remote(n) && n != "-" {
			n = filepath.Join(w.dir, n)
		}
		abs[i] = list + n
	}
	return abs
}

func (a *app) tokenizeCommand() *cli.Command {
	return &cli.Command{
		Name: "tokenize", Usage: "train a byte-level BPE tokenizer on the kept documents, once; Hugging Face opens its tokenizer.json",
		Flags: stageFlags("tokenize"), Action: a.stageCommand("tokenize", (*workspace).tokenize),
	}
}

func (w *workspace) tokenize(c *cli.Context) error {
	in, err := w.input("filter")
	if err != nil {
		return err
	}
	if least := tokenize.NumReserved + 256; w.Tokenize.Vocab < least || w.Tokenize.Vocab > tokenize.MaxVocab {
		return corpus.Errorf(corpus.BadConfig, "tokenize.vocab is %d, want %d (reserved tokens and bytes) to %d", w.Tokenize.Vocab, least, tokenize.MaxVocab)
	}
	if in.Manifest.Counts()["docs_out"] == 0 {
		return &corpus.Error{
			Class: corpus.Refused, What: "the filter kept no document, so there is nothing to learn a vocabulary from", Offset: -1,
			Next: "see what dropped them with `corpus status`",
		}
	}
	stage := tokenize.Stage(tokenize.Config{Vocab: w.Tokenize.Vocab, Bytes: in.Manifest.Counts()["bytes_out"]})
	_, err = w.stage(c, engine.Job{Stage: stage, Inputs: map[string]*shards.Dataset{"filter": in}, Follows: "filter", Frozen: true})
	return err
}

func (a *app) shardsCommand() *cli.Command {
	return &cli.Command{
		Name: "shards", Usage: "encode the kept documents into Arrow token shards, train and valid",
		Flags: stageFlags("shards"), Action: a.stageCommand("shards", (*workspace).shards),
	}
}

func (w *workspace) shards(c *cli.Context) error {
	in, err := w.input("filter")
	if err != nil {
		return err
	}
	tok, err := w.input("tokenize")
	if err != nil {
		return err
	}
	if !(w.Shards.Valid >= 0 && w.Shards.Valid < 1) {
		return corpus.Errorf(corpus.BadConfig, "shards.valid is %v, want a share from 0 to less than 1", w.Shards.Valid)
	}
	kept, learnt := in.Manifest.Counts()["bytes_out"], tok.Manifest.Counts()
	vocab := int(learnt["vocab"])
	stage := shards.Stage(shards.Config{
		Valid: w.Shards.Valid, Load: loadTokenizer, Bytes: kept, Vocab: vocab,
		TokensPerByte: float64(learnt["tokens"]) / float64(max(1, learnt["bytes_in"])),
		EncoderMemory: tokenize.EncoderMemory(vocab, kept),
	})
	_, err = w.stage(c, engine.Job{
		Stage: stage, Follows: "filter", Settled: true,
		Inputs: map[string]*shards.Dataset{"filter": in, "tokenize": tok},
	})
	return err
}

// loadTokenizer lets the shards stage encode without knowing tokenizers.
func loadTokenizer(b []byte) (int, func() shards.Encoder, error) {
	t, err := tokenize.Read(b)
	if err != nil {
		return 0, nil, err
	}
	return t.Size(), func() shards.Encoder { return t.NewEncoder() }, nil
}

// threads is the goroutines or native threads to use.
func (w *workspace) threads() int {
	if w.Workers > 0 {
		return w.Workers
	}
	return runtime.GOMAXPROCS(0)
}
