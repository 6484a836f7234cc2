package main

import (
	"path/filepath"
	"runtime"
	"strings"

	"corpus"
	"corpus/dedup"
	"corpus/ingest/place"
	"corpus/internal/engine"
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
		Description: dedupHelp,
		Flags:       append(stageFlags("dedup"), planFlag()), Action: a.stageCommand("dedup", (*workspace).dedup),
	}
}

func (w *workspace) dedup(c *cli.Context) error {
	in, err := w.input("ingest")
	if err != nil {
		return err
	}
	cfg, err := w.duplicates(in.Manifest.Counts()["bytes_out"])
	if err != nil {
		return err
	}
	largest := int64(0)
	for _, g := range in.Manifest.Generations {
		largest = max(largest, g.Counts["docs_out"])
	}
	sum, err := w.stage(c, engine.Job{
		Stage: dedup.Stage(cfg, largest), Inputs: map[string]*shards.Dataset{"ingest": in}, Follows: "ingest", Plan: c.Bool("plan"),
	})
	if err == nil && !c.Bool("plan") && !w.json && !w.quiet && !sum.UpToDate {
		w.duplicatesNote(cfg, sum.Counts)
	}
	return err
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
		Name: "tokenize", Usage: "train a tokenizer on the kept documents, once; Hugging Face opens its tokenizer.json",
		Flags: stageFlags("tokenize"), Action: a.stageCommand("tokenize", (*workspace).tokenize),
	}
}

func (w *workspace) tokenize(c *cli.Context) error {
	in, err := w.input("filter")
	if err != nil {
		return err
	}
	return w.learn(c, in, false)
}

// learn trains a tokenizer on what a filter kept; anew, if there is one already.
func (w *workspace) learn(c *cli.Context, in *shards.Dataset, anew bool) error {
	cfg, err := w.tokenizing(c, in.Manifest.Counts()["bytes_out"])
	if err != nil {
		return err
	}
	if in.Manifest.Counts()["docs_out"] == 0 {
		return &corpus.Error{
			Class: corpus.Refused, What: "the filter kept no document, so there is nothing to learn a vocabulary from", Offset: -1,
			Next: "see what dropped them with `corpus status`",
		}
	}
	_, err = w.stage(c, engine.Job{
		Stage: tokenize.Stage(cfg), Inputs: map[string]*shards.Dataset{"filter": in}, Follows: "filter", Frozen: true, Rebuild: anew,
	})
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
	return w.encode(c, in, tok)
}

// encode makes shards of what a filter kept with a tokenizer.
func (w *workspace) encode(c *cli.Context, in, tok *shards.Dataset) error {
	if !(w.Shards.Valid >= 0 && w.Shards.Valid < 1) {
		return corpus.Errorf(corpus.BadConfig, "shards.valid is %v, want a share from 0 to less than 1", w.Shards.Valid)
	}
	kept, learnt := in.Manifest.Counts()["bytes_out"], tok.Manifest.Counts()
	vocab := int(learnt["vocab"])
	file, _ := tok.Manifest.File(tokenize.RoleTokenizer)
	stage := shards.Stage(shards.Config{
		Valid: w.Shards.Valid, Load: loadTokenizer(w.Shards.SpecialsInText), SpecialsInText: w.Shards.SpecialsInText, Bytes: kept, Vocab: vocab,
		TokensPerByte: float64(learnt["tokens"]) / float64(max(1, learnt["bytes_in"])),
		FileBytes:     file.Size,
		EncoderMemory: tokenize.EncoderMemory(vocab, kept),
	})
	_, err := w.stage(c, engine.Job{
		Stage: stage, Follows: "filter", Settled: true,
		Inputs: map[string]*shards.Dataset{"filter": in, "tokenize": tok},
	})
	return err
}

// loadTokenizer lets the shards stage encode without knowing tokenizers.
func loadTokenizer(specials bool) func([]byte) (int, func() shards.Encoder, error) {
	return func(b []byte) (int, func() shards.Encoder, error) {
		t, err := tokenize.Read(b)
		if err != nil {
			return 0, nil, err
		}
		return t.Size(), func() shards.Encoder {
			if specials {
				return promptEncoder{t.NewEncoder()}
			}
			return t.NewEncoder()
		}, nil
	}
}

// promptEncoder encodes documents as prompts, in which special tokens are spelled.
type promptEncoder struct{ *tokenize.Encoder }

// Encode implements [shards.Encoder].
func (e promptEncoder) Encode(dst []uint32, text string) []uint32 { return e.EncodePrompt(dst, text) }

// threads is the goroutines or native threads to use.
func (w *workspace) threads() int {
	if w.Workers > 0 {
		return w.Workers
	}
	return runtime.GOMAXPROCS(0)
}
