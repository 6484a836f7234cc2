package main

import (
	"path/filepath"
	"slices"
	"strings"

	"corpus"
	"corpus/dedup"
	"corpus/filter"
	"corpus/filter/recipe"
	"corpus/tokenize"

	"github.com/urfave/cli/v2"
)

// setting is a key of corpus.yaml that a flag and a variable set too.
type setting struct {
	stage, flag, usage string
	field              func(*config) any // where it is kept
}

// settings are all of them; those without a stage hold for every command that
// has their flag.
func settings() []setting {
	return []setting{
		{"", "workers", "goroutines or threads `N`; 0: all cores", func(c *config) any { return &c.Workers }},
		{"", "memory", "memory ceiling of `BYTES`, such as 8GiB; 0: half of the machine", func(c *config) any { return &c.Memory }},
		{"ingest", "max-bad", "exit 3 beyond this `SHARE` of bad records", func(c *config) any { return &c.Ingest.MaxBad }},
		{"ingest", "text-field", "`NAME` of the text in JSON lines, CSV, Parquet, Arrow", func(c *config) any { return &c.Ingest.TextField }},
		{"ingest", "sample", "`SHARE` of the records to read, by their hash: a larger sample holds the smaller", func(c *config) any { return &c.Ingest.Sample }},
		{"ingest", "seed", "`N` draws another sample", func(c *config) any { return &c.Ingest.Seed }},
		{"ingest", "prefix", "what goes before the names in a list (@FILE), such as `URL`", func(c *config) any { return &c.Ingest.Prefix }},
		{"ingest", "anonymous", "read object stores without credentials", func(c *config) any { return &c.Ingest.Anonymous }},
		{"ingest", "extract", "`HOW` text is taken out of pages: trafilatura, fast or raw (all visible text)", func(c *config) any { return &c.Ingest.Extract }},
		{"ingest", "lang", "`CODES` of languages to read, such as en,zh; others are lost early", func(c *config) any { return &c.Ingest.Lang }},
		{"dedup", "near", "`NAME` of the setting for near-duplicates: " + strings.Join(dedup.Names(), ", ") + "; off: exact ones alone", func(c *config) any { return &c.Dedup.Near }},
		{"dedup", "bands", "`N` bands of signatures; 0: those of --near", func(c *config) any { return &c.Dedup.Bands }},
		{"dedup", "rows", "`N` values in a band; 0: those of --near", func(c *config) any { return &c.Dedup.Rows }},
		{"dedup", "shingle", "`N` words or characters in a shingle; 0: those of --near", func(c *config) any { return &c.Dedup.Shingle }},
		{"dedup", "unit", "`WHAT` a shingle is made of: words or chars", func(c *config) any { return &c.Dedup.Unit }},
		{"dedup", "verify", "drop only near duplicates of which at least this `SHARE` of shingles is the survivor's too; 0: all that clustering finds", func(c *config) any { return &c.Dedup.Verify }},
		{"dedup", "similarity", "`HOW` verdicts come by similarities: exact, or estimate, which saves two fifths of the time", func(c *config) any { return &c.Dedup.Similarity }},
		{"dedup", "lines", "cut `WHAT` stands in the corpus before: line, paragraph, both or off", func(c *config) any { return &c.Dedup.Lines }},
		{"dedup", "lines-in", "`WHERE` lines and paragraphs are remembered: disk (exact) or bloom (in memory, with an error)", func(c *config) any { return &c.Dedup.LinesIn }},
		{"dedup", "lines-min", "`N` words that a line or paragraph must have to be cut", func(c *config) any { return &c.Dedup.LinesMin }},
		{"dedup", "bloom-error", "`SHARE` of lines that a Bloom filter may take for known ones", func(c *config) any { return &c.Dedup.BloomError }},
		{"dedup", "boilerplate", "cut the lines that stand in more than this `SHARE` of the documents of a domain, and in ten; 0: off", func(c *config) any { return &c.Dedup.Boilerplate }},
		{"dedup", "against", "`FILE` of an evaluation set: documents that have words of it are dropped; may be repeated", func(c *config) any { return (*files)(&c.Dedup.Against) }},
		{"dedup", "against-ngram", "`N` words in a row that a document must not have in common with a set", func(c *config) any { return &c.Dedup.AgainstNgram }},
		{"dedup", "against-share", "`SHARE` of a document's words that must be in such sequences; 0: one is enough", func(c *config) any { return &c.Dedup.AgainstShare }},
		{"dedup", "against-common", "sequences that more than `N` documents have are no sign of a set; 0: all are", func(c *config) any { return &c.Dedup.AgainstCommon }},
		{"dedup", "substring", "cut stretches of `N` bytes or more that occur before, in any document; 0: none, 200 is usual", func(c *config) any { return &c.Dedup.Substring }},
		{"dedup", "substring-keep", "`WHICH` of equal stretches stays: first, or none", func(c *config) any { return &c.Dedup.SubstringKeep }},
		{"dedup", "substring-with", "put `TEXT` in the place of a stretch that is cut", func(c *config) any { return &c.Dedup.SubstringWith }},
		{"dedup", "keep-copy", "`WHICH` document of a cluster of new ones stays: first, longest, or best-quality, which the filter tells", func(c *config) any { return &c.Dedup.KeepCopy }},
		{"dedup", "url", "documents of one URL are duplicates too (kind url)", func(c *config) any { return &c.Dedup.URL }},
		{"filter", "keep", "`SHARE` of the bytes of all text that was read; 1: all that passes the rules", func(c *config) any { return &c.Filter.Keep }},
		{"filter", "recipe", "`NAME` of the rules of quality: " + strings.Join(recipe.Names(), ", "), func(c *config) any { return &c.Filter.Recipe }},
		{"filter", "lang", "`CODES` of languages to keep, such as en,zh", func(c *config) any { return &c.Filter.Lang }},
		{"filter", "select", "`METHOD` that says what is best: " + strings.Join(filter.Methods(), ", "), func(c *config) any { return &c.Filter.Select }},
		{"filter", "seed", "`N` draws another sample, of dsir-sample and random", func(c *config) any { return &c.Filter.Seed }},
		{"filter", "balance", "divide the budget by `RULES`: lang=temperature:0.3,domain=cap:1%", func(c *config) any { return &c.Filter.Balance }},
		{"filter", "quality-model", "`FILE` of train-quality, for --select quality", func(c *config) any { return (*file)(&c.Filter.Quality) }},
		{"filter", "target", "`FILE` of text like what you want; may be repeated", func(c *config) any { return (*files)(&c.Filter.Target) }},
		{"filter", "langid", "`WHO` tells languages: packed, as in ingest, or lingua (lingua-go itself, slow)", func(c *config) any { return &c.Filter.LangID }},
		{"filter", "mixed", "`WHAT` is done about lines in other languages than the document's: off, measure or drop", func(c *config) any { return &c.Filter.Mixed }},
		{"filter", "toxicity", "`WHAT` is done about toxic text: drop documents, cut paragraphs, or mask", func(c *config) any { return &c.Filter.Toxicity }},
		{"filter", "toxicity-model", "`FILE` of corpus filter train-toxicity, in the place of the embedded model", func(c *config) any { return (*file)(&c.Filter.ToxicityModel) }},
		{"filter", "pii", "`HOW` personal data, keys and passwords are treated: mask, count or off", func(c *config) any { return &c.Filter.PII }},
		{"filter", "augment", "add copies of what is kept: `gender` swaps gendered words in English; marked as such", func(c *config) any { return &c.Filter.Augment }},
		{"filter", "rehydrate", "repeat what is kept in train as often as FineWeb-2 does by the copies there were of it, 8 times at most", func(c *config) any { return &c.Filter.Rehydrate }},
		{"tokenize", "model", "`KIND` of tokenizer: " + strings.Join(tokenize.Kinds(), ", "), func(c *config) any { return &c.Tokenize.Model }},
		{"tokenize", "vocab", "`N` token ids, the reserved ones included; 8k,16k,32k: one tokenizer of each size, the largest for what follows", func(c *config) any { return &c.Tokenize.Vocab }},
		{"tokenize", "tokenizer", "`FILE` tokenizer.json or *.tiktoken, or the folder of the former: use it, train none", func(c *config) any { return (*file)(&c.Tokenize.Tokenizer) }},
		{"tokenize", "pattern", "`REGEX` that cuts words for a .tiktoken file that is named after no known encoding", func(c *config) any { return &c.Tokenize.Pattern }},
		{"tokenize", "special", "`TOKEN` behind the ranks of such a file, such as <|endoftext|>; may be repeated", func(c *config) any { return &c.Tokenize.Special }},
		{"shards", "valid", "`SHARE` of the documents held out", func(c *config) any { return &c.Shards.Valid }},
		{"shards", "specials-in-text", "special tokens spelled out in documents become themselves, not plain text", func(c *config) any { return &c.Shards.SpecialsInText }},
	}
}

// files are names of files: relative to the current directory on the command
// line, to the workspace in corpus.yaml.
type files []string

// file is the name of one.
type file string

// settingsOf are those of stages, and those of all. Of two flags of the same
// name the first has the name of its stage before it: --ingest-lang, --lang. Where
// train is among the stages, --model is the one that is trained.
func settingsOf(stages ...string) []setting {
	all := slices.DeleteFunc(settings(), func(s setting) bool { return s.stage != "" && !slices.Contains(stages, s.stage) })
	for i, s := range all {
		taken := slices.ContainsFunc(all[i+1:], func(o setting) bool { return o.flag == s.flag })
		if taken || s.flag == "model" && slices.Contains(stages, "train") {
			all[i].flag = s.stage + "-" + s.flag
		}
	}
	return all
}

// settingFlags are the flags of those settings.
func settingFlags(stages ...string) (flags []cli.Flag) {
	for _, s := range settingsOf(stages...) {
		flags = append(flags, s.cliFlag())
	}
	return flags
}

// variable is the name in the environment: CORPUS_WORKERS, CORPUS_INGEST_MAX_BAD.
func (s setting) variable() string {
	name := strings.TrimPrefix(s.stage+"_"+strings.TrimPrefix(s.flag, s.stage+"-"), "_")
	return "CORPUS_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// cliFlag shows the default of corpus.yaml.
func (s setting) cliFlag() cli.Flag {
	defaults, env := defaultConfig(), []string{s.variable()}
	switch v := s.field(&defaults).(type) {
	case *int:
		return &cli.IntFlag{Name: s.flag, Usage: s.usage, EnvVars: env, Value: *v}
	case *float64:
		return &cli.Float64Flag{Name: s.flag, Usage: s.usage, EnvVars: env, Value: *v}
	case *string:
		return &cli.StringFlag{Name: s.flag, Usage: s.usage, EnvVars: env, Value: *v}
	case *file:
		return &cli.StringFlag{Name: s.flag, Usage: s.usage, EnvVars: env, Value: string(*v)}
	case *uint64:
		return &cli.Uint64Flag{Name: s.flag, Usage: s.usage, EnvVars: env}
	case *bool:
		return &cli.BoolFlag{Name: s.flag, Usage: s.usage, EnvVars: env}
	case *vocabSizes:
		return &cli.GenericFlag{Name: s.flag, Usage: s.usage, EnvVars: env, Value: v}
	case *size:
		return &cli.GenericFlag{Name: s.flag, Usage: s.usage, EnvVars: env, Value: v}
	default:
		return &cli.StringSliceFlag{Name: s.flag, Usage: s.usage, EnvVars: env}
	}
}

// apply overrides corpus.yaml with what the flag or the variable says.
func (s setting) apply(c *cli.Context, cfg *config) error {
	switch field := s.field(cfg).(type) {
	case *int:
		*field = c.Int(s.flag)
	case *float64:
		*field = c.Float64(s.flag)
	case *string:
		*field = c.String(s.flag)
	case *uint64:
		*field = c.Uint64(s.flag)
	case *bool:
		*field = c.Bool(s.flag)
	case *vocabSizes:
		*field = *c.Generic(s.flag).(*vocabSizes)
	case *size:
		*field = *c.Generic(s.flag).(*size)
	case *[]string:
		*field = c.StringSlice(s.flag)
	case *file:
		abs, err := filepath.Abs(c.String(s.flag))
		*field = file(abs)
		return err
	case *files:
		*field = c.StringSlice(s.flag)
		for i, name := range *field {
			abs, err := filepath.Abs(name)
			if err != nil {
				return err
			}
			(*field)[i] = abs
		}
	}
	return nil
}

// override applies the settings of stages to the configuration.
func (c *config) override(ctx *cli.Context, stages ...string) error {
	for _, s := range settingsOf(stages...) {
		if !ctx.IsSet(s.flag) {
			continue
		}
		if err := s.apply(ctx, c); err != nil {
			return err
		}
	}
	if c.Workers < 0 {
		return corpus.Errorf(corpus.BadConfig, "workers is %d, want a number of goroutines, or 0 for all cores", c.Workers)
	}
	return nil
}
