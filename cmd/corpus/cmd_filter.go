package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"corpus"
	"corpus/dedup"
	"corpus/filter"
	"corpus/filter/linear"
	"corpus/filter/toxic"
	"corpus/internal/engine"
	"corpus/internal/term"
	"corpus/shards"

	"github.com/urfave/cli/v2"
)

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
			selectHelp +
			"Of documents of ingest.trusted only toxicity, duplicates and languages are asked.\n" +
			"Where the survivor of a cluster of duplicates fails a rule, the first other one that passes is promoted.",
		Flags: append(stageFlags("filter"),
			&cli.StringSliceFlag{Name: "what-if", Usage: "print the funnel with `RULE=LIMIT` instead, and change nothing; may be repeated"},
			&cli.StringSliceFlag{Name: "compare", Usage: "print the documents on which the recipes `A,B` disagree, and change nothing"},
		),
		Action:      a.stageCommand("filter", (*workspace).filter),
		Subcommands: []*cli.Command{a.trainQualityCommand(), a.trainToxicityCommand(), a.auditCommand()},
	}
}

func (w *workspace) filter(c *cli.Context) error {
	if c.IsSet("compare") {
		return w.compare(c.Context, c.StringSlice("compare"))
	}
	return w.filterBy(c, w.filterConfig)
}

// filterBy filters what was ingested.
func (w *workspace) filterBy(c *cli.Context, config func() (filter.Config, error)) error {
	inputs, err := w.filterInputs()
	if err != nil {
		return err
	}
	cfg, err := config()
	if err != nil {
		return err
	}
	cfg.DedupEdits = slices.ContainsFunc(inputs["dedup"].Parts(), func(p corpus.Part) bool {
		_, ok := p.File(dedupEdits)
		return ok
	})
	cfg.BestCopy = bestCopy(inputs["dedup"])
	job := engine.Job{Stage: filter.Stage(cfg), Follows: "ingest", Inputs: inputs}
	if c.IsSet("what-if") {
		return w.whatIf(c, cfg, job)
	}
	sum, err := w.stage(c, job)
	if err != nil {
		return err
	}
	if w.quiet || w.json {
		return nil
	}
	w.budgetNote(sum.Counts)
	w.balanceNote(sum.Counts)
	w.languageNote(sum.Counts)
	return w.groupsNote()
}

// bestCopy says whether dedup was asked to let the best copy stay, which the
// filter knows.
func bestCopy(dup *shards.Dataset) bool {
	var c dedup.Config
	all := dup.Manifest.Generations
	return len(all) > 0 && json.Unmarshal([]byte(all[0].Config["cluster"]), &c) == nil && c.KeepCopy == dedup.KeepBestQuality
}

// dedupEdits is the role of what dedup cuts out of texts, where it does.
const dedupEdits = "edits"

// languageNote says how often lingua-go agreed with the languages that were told,
// and what was not judged as English is.
func (w *workspace) languageNote(c corpus.Counts) {
	if asked := c["lingua.asked"]; asked > 0 {
		fmt.Fprintf(w.err, "filter: lingua-go was asked about %s and agreed on the language of %s\n",
			plural(asked, "document"), term.Percent(c["lingua.agreed"], asked))
	}
	for _, line := range fallbacks(c) {
		fmt.Fprintln(w.err, "filter: "+line)
	}
}

// fallbacks says what is not judged as its language has it: toxicity without a
// classifier or a list, rules with other words or limits than the recipe's own.
func fallbacks(c corpus.Counts) (lines []string) {
	none := c["not_applied.toxicity.share"]
	if lists := c["not_applied.toxicity.score"] - none; lists > 0 {
		lines = append(lines, fmt.Sprintf("toxicity of %s that are not English is judged by word lists alone", plural(lists, "document")))
	}
	if none > 0 {
		lines = append(lines, fmt.Sprintf("toxicity of %s is not judged: their languages have no list", plural(none, "document")))
	}
	if n := c["clipped"]; n > 0 {
		lines = append(lines, fmt.Sprintf("documents longer than the recipe measures, judged by their beginning: %s", term.Count(n)))
	}
	if s := topOf(c, "fallback.tokens.", "words are not cut by the recipe's own tokenizer in"); s != "" {
		lines = append(lines, s)
	}
	if s := topOf(c, "fallback.limits.", "the recipe has no limits of its own for"); s != "" {
		lines = append(lines, s)
	}
	return lines
}

// filterInputs are the datasets that the filter reads, the second made from all
// of the first.
func (w *workspace) filterInputs() (map[string]*shards.Dataset, error) {
	in, err := w.input("ingest")
	if err != nil {
		return nil, err
	}
	dup, err := w.input("dedup")
	if err != nil {
		return nil, err
	}
	for i, g := range in.Manifest.Generations {
		if madeFrom(dup, i, "ingest", g).set == nil {
			return nil, &corpus.Error{
				Class: corpus.NoInput, What: "the dedup dataset does not cover all that was ingested", Path: dup.Dir, Offset: -1,
				Next: "run `corpus dedup` first",
			}
		}
	}
	return map[string]*shards.Dataset{"ingest": in, "dedup": dup}, nil
}

// toxicityModel is the one that the configuration names; nil = the embedded one.
func (w *workspace) toxicityModel() (*linear.Model, error) {
	if w.Filter.ToxicityModel == "" {
		return nil, nil
	}
	return toxic.LoadModel(w.paths([]string{w.Filter.ToxicityModel})[0])
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
	cfg = filter.Config{Recipe: w.Filter.Recipe, Keep: w.Filter.Keep, Langs: w.Filter.Lang, Limits: w.Filter.Limits, Augment: w.Filter.Augment, PII: w.Filter.PII, LangID: w.Filter.LangID, Mixed: w.Filter.Mixed, Toxicity: w.Filter.Toxicity}
	cfg.Rehydrate, cfg.Weight = w.Filter.Rehydrate, dedup.Weight
	for _, own := range w.Filter.Rules {
		r, err := own.rule()
		if err != nil {
			return cfg, err
		}
		cfg.Own = append(cfg.Own, r)
	}
	if cfg.ToxicityModel, err = w.toxicityModel(); err != nil {
		return cfg, err
	}
	if err := w.selection(&cfg); err != nil {
		return cfg, err
	}
	if cfg.Keep == 0 {
		return cfg, corpus.Errorf(corpus.BadConfig, "filter.keep is 0, which keeps nothing; want a share above 0, up to 1 for all that passes the rules")
	}
	return cfg, cfg.Check()
}
