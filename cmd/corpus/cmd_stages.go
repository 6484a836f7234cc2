package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"corpus"
	"corpus/dedup"
	"corpus/filter"
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
	for _, r := range (filter.Config{}).Rules() {
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
