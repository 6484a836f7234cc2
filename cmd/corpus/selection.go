package main

import (
	"fmt"

	"corpus"
	"corpus/filter"
	"corpus/internal/langid"
	"corpus/internal/term"
)

const selectHelp = `What passes them is ranked, language by language, and the best is kept (--select):
   dsir         likeness to the target, by its n-grams and the pool's (attribute dsir.score)
   dsir-sample  drawn in proportion to DSIR's importance weights (dsir.weight, a sum: long texts are drawn first)
   quality      the classifier of filter.quality_model; corpus filter train-quality makes it
   perplexity   a model of the target's words (perplexity.score)
   random       drawn evenly
--balance lang=temperature:T gives languages shares in proportion to their bytes to the power T (1: as they
are, 0: alike), domain=cap:P no registered domain more than P of its language's share.
`

// selection loads what the method of selection needs, and no more.
func (w *workspace) selection(cfg *filter.Config) (err error) {
	defer w.collect("filter")()
	cfg.Select, cfg.Seed, cfg.Balance = w.Filter.Select, w.Filter.Seed, w.Filter.Balance
	targets := w.paths(w.Filter.Target)
	switch cfg.Select {
	case filter.SelectQuality:
		if w.Filter.Quality != "" {
			cfg.Quality, err = filter.LoadQuality(w.paths([]string{w.Filter.Quality})[0])
		}
	case filter.SelectPerplexity:
		if len(targets) == 0 {
			return nil
		}
		cfg.Perplexity, err = filter.LoadPerplexity(targets, langid.New().Detect)
		if err == nil && cfg.Perplexity.Full() && !w.json && !w.quiet {
			fmt.Fprintln(w.err, "filter: the target has more n-grams than the models may hold; the rest of it was not learnt from")
		}
	case filter.SelectRandom:
	default:
		if len(targets) > 0 {
			cfg.Target, err = filter.LoadTarget(targets, langid.New().Detect)
		}
	}
	return err
}

// balanceNote says what the caps of domains took.
func (w *workspace) balanceNote(c corpus.Counts) {
	if n := c["capped_domains"]; n > 0 {
		fmt.Fprintf(w.err, "filter: domains that reach their cap: %d; left out for it: %s\n", n, term.Bytes(c["capped_bytes"]))
	}
}
