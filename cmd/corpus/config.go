package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"corpus"
	"corpus/dedup"
	"corpus/filter"
	"corpus/ingest"

	"github.com/goccy/go-yaml"
)

// ConfigName is the file that makes a directory a workspace.
const ConfigName = "corpus.yaml"

// config is corpus.yaml with defaults filled in.
type config struct {
	Memory  size `yaml:"memory"`
	Workers int  `yaml:"workers"`
	Ingest  struct {
		Sources   []string `yaml:"sources"`
		Trusted   []string `yaml:"trusted"`
		MaxBad    float64  `yaml:"max_bad"`
		TextField string   `yaml:"text_field"`
		Sample    float64  `yaml:"sample"`
		Seed      uint64   `yaml:"seed"`
		Prefix    string   `yaml:"prefix"`
		Anonymous bool     `yaml:"anonymous"`
		Extract   string   `yaml:"extract"`
		Lang      []string `yaml:"lang"`
		Unit      size     `yaml:"unit"`
		Part      size     `yaml:"part"`
		UserAgent string   `yaml:"user_agent"`
	} `yaml:"ingest"`
	Dedup struct {
		Near          string  `yaml:"near"`
		Bands         int     `yaml:"bands"`
		Rows          int     `yaml:"rows"`
		Shingle       int     `yaml:"shingle"`
		Unit          string  `yaml:"unit"`
		Verify        float64 `yaml:"verify"`
		Similarity    string  `yaml:"similarity"`
		Substring     int     `yaml:"substring"`
		SubstringKeep string  `yaml:"substring_keep"`
		SubstringWith string  `yaml:"substring_with"`
		KeepCopy      string  `yaml:"keep_copy"`
		URL           bool    `yaml:"url"`

		Lines       string  `yaml:"lines"`
		LinesIn     string  `yaml:"lines_in"`
		LinesMin    int     `yaml:"lines_min"`
		BloomError  float64 `yaml:"bloom_error"`
		Boilerplate float64 `yaml:"boilerplate"`

		Against       []string `yaml:"against"`
		AgainstNgram  int      `yaml:"against_ngram"`
		AgainstShare  float64  `yaml:"against_share"`
		AgainstCommon int      `yaml:"against_common"`
	} `yaml:"dedup"`
	Filter struct {
		Keep          float64            `yaml:"keep"`
		Recipe        string             `yaml:"recipe"`
		Lang          []string           `yaml:"lang"`
		Select        string             `yaml:"select"`
		Seed          uint64             `yaml:"seed"`
		Balance       string             `yaml:"balance"`
		Target        []string           `yaml:"target"`
		Quality       string             `yaml:"quality_model"`
		Limits        map[string]float64 `yaml:"limits"`
		Rules         []ownRule          `yaml:"rules"`
		Augment       string             `yaml:"augment"`
		Toxicity      string             `yaml:"toxicity"`
		ToxicityModel string             `yaml:"toxicity_model"`
		LangID        string             `yaml:"langid"`
		Mixed         string             `yaml:"mixed"`
		PII           string             `yaml:"pii"`
		Rehydrate     bool               `yaml:"rehydrate"`
	} `yaml:"filter"`
	Tokenize struct {
		Model     string     `yaml:"model"`
		Vocab     vocabSizes `yaml:"vocab"`
		Tokenizer string     `yaml:"tokenizer"`
		Pattern   string     `yaml:"pattern"`
		Special   []string   `yaml:"special"`
	} `yaml:"tokenize"`
	Shards struct {
		Valid          float64 `yaml:"valid"`
		SpecialsInText bool    `yaml:"specials_in_text"`
	} `yaml:"shards"`
	Train []training `yaml:"train"`
	Crawl []crawling `yaml:"crawl"`
}

// training is one entry of the list under train: what makes a model another one.
// All else has the defaults of `corpus train`.
type training struct {
	Run       string        `yaml:"run"`
	Objective string        `yaml:"objective"`
	Model     string        `yaml:"model"`
	Size      string        `yaml:"size"`
	Init      string        `yaml:"init"`
	Hidden    int           `yaml:"hidden"`
	Layers    int           `yaml:"layers"`
	DecLayers int           `yaml:"dec_layers"`
	Heads     int           `yaml:"heads"`
	HeadDim   int           `yaml:"head_dim"`
	FFN       int           `yaml:"ffn"`
	Steps     int64         `yaml:"steps"`
	Budget    time.Duration `yaml:"budget"`
	Batch     int           `yaml:"batch"`
	Accum     int           `yaml:"accum"`
	SeqLen    int           `yaml:"seq_len"`
	Mix       string        `yaml:"mix"`
	Pack      string        `yaml:"pack"`
	DocMask   bool          `yaml:"doc_mask"`
	LR        float64       `yaml:"lr"`
	Schedule  string        `yaml:"schedule"`
	Warmup    *int64        `yaml:"warmup"`
	Decay     int64         `yaml:"decay"`
	Dropout   *float64      `yaml:"dropout"`
	MaskRate  float64       `yaml:"mask_rate"`
	WholeWord bool          `yaml:"whole_word"`
	Noise     float64       `yaml:"noise_density"`
	Span      float64       `yaml:"span_length"`
	Recompute bool          `yaml:"recompute"`
	Precision string        `yaml:"precision"`
	Device    string        `yaml:"device"`
	Seed      uint64        `yaml:"seed"`
	EvalEvery int64         `yaml:"eval_every"`
	SaveEvery int64         `yaml:"save_every"`
	Keep      int           `yaml:"keep"`
	Spikes    *float64      `yaml:"spikes"`
}

// ownRule is a rule of the user's over any attribute: what is below or above its
// limit fails, in the languages named or in all.
type ownRule struct {
	Name      string   `yaml:"name"`
	Attribute string   `yaml:"attribute"`
	Below     *float64 `yaml:"below"`
	Above     *float64 `yaml:"above"`
	Lang      []string `yaml:"lang"`
}

// rule is the same as the filter takes it.
func (o ownRule) rule() (filter.Rule, error) {
	if o.Name == "" || (o.Below == nil) == (o.Above == nil) {
		return filter.Rule{}, corpus.Errorf(corpus.BadConfig, "filter.rules: a rule needs a name, an attribute, and a limit, either below or above; rule %q has not", o.Name)
	}
	r := filter.Rule{Name: o.Name, Attribute: o.Attribute, Below: o.Below != nil}
	never := math.MaxFloat64
	if r.Below {
		r.Limit, never = *o.Below, -never
	} else {
		r.Limit = *o.Above
	}
	if len(o.Lang) > 0 {
		r.ByLang = map[string]float64{}
		for _, l := range o.Lang {
			r.ByLang[l] = r.Limit
		}
		r.Limit = never
	}
	return r, nil
}

func defaultConfig() config {
	var c config
	c.Ingest.MaxBad, c.Ingest.Sample = 0.01, 1
	c.Ingest.Extract = ingest.ExtractTrafilatura
	c.Ingest.Unit, c.Ingest.Part = corpus.UnitBytes, corpus.PartBytes
	c.Dedup.Near, c.Dedup.Similarity = dedup.FineWeb, dedup.Exactly
	c.Dedup.Lines, c.Dedup.LinesIn, c.Dedup.LinesMin, c.Dedup.BloomError = dedup.LinesOff, dedup.InDisk, 8, 1e-6
	c.Dedup.AgainstNgram = 13
	c.Dedup.SubstringKeep, c.Dedup.KeepCopy = dedup.KeepFirst, dedup.KeepFirst
	c.Filter.Keep, c.Filter.Recipe, c.Filter.Select = 0.02, filter.DefaultRecipe, filter.SelectDSIR
	c.Tokenize.Model, c.Tokenize.Vocab = "bpe", vocabSizes{16000}
	c.Shards.Valid = 0.01
	return c
}

const configTemplate = `# corpus.yaml: the settings of this workspace. Flags and CORPUS_* variables go
# before what stands here; a key that corpus does not know is an error.
ingest:
  sources: []            # files, directories, globs, relative to this file; s3://bucket/prefix/, https://…; @list.txt: names of these
  # prefix: https://data.commoncrawl.org/               # before the names in lists
  # anonymous: true      # object stores without credentials
  trusted: []            # the same, of your own files: no quality rules, no budget
  max_bad: 0.01          # more bad records than this share: exit 3
  # text_field: text     # of JSON lines, CSV, Parquet, when it has an unusual name
  extract: trafilatura   # of pages the main content; fast: in two thirds of the time, less exact; raw: all visible text
  lang: []               # ISO 639-1 codes; documents in others are not read at all; empty: every language
  # sample: 0.01         # of all records this share, by their hash; seed: N draws another
  # user_agent: my-crawler (+https://example.org/bot)   # of every crawl
crawl: []                # sites that corpus run goes on with first, for example:
  # - {urls: ["https://docs.example.org/"], path: [/guide/], pages: 5000, time: 1h}
dedup:
  near: fineweb          # near-duplicates as FineWeb: 92 % of pairs of similarity 0.8; redpajama, nemo, refinedweb, datatrove; off: exact ones alone
  # bands: 14            # and rows, shingle, unit (words or chars), in the place of the setting's own; verify: 0.8 drops what truly is so alike
  # substring: 200       # cut what repeats so many bytes of any text (substring_keep, substring_with)
  keep_copy: first       # of a run's copies; or longest, or best-quality; url: true makes copies of what has one address
  lines: off             # line, paragraph, both: cut what stands in the corpus before; boilerplate: 0.1 cuts a domain's
  against: []            # files of evaluation sets: documents that have 13 words in a row of one are dropped
filter:
  recipe: gopher         # rules of quality; see corpus filter --help
  keep: 0.02             # the best share of all text read, by bytes; 1: no budget
  select: dsir           # what is best: most like the target; dsir-sample, quality, perplexity, random: see corpus filter --help
  # balance: lang=temperature:0.3,domain=cap:1%   # share out keep among languages and domains
  lang: []               # ISO 639-1 codes, such as [en, zh]; empty: every language
  target: []             # files of text like what you want; empty: built-in prose
  limits: {}             # for example {gopher.min_words: 30}; see corpus filter --help
  toxicity: drop         # toxic documents; cut: only their toxic paragraphs; mask: placeholders for these and for words
  # mixed: drop          # lines in another language than the document's; measure: only their share
  pii: mask              # placeholders for e-mail, phone, IP, cards, ids, keys; count: only count; off
  # augment: gender      # add counterfactual copies of what is kept; rehydrate: true: repeat what was found often, as FineWeb-2
  rules: []              # your own, for example {name: my.short, attribute: gopher.words, below: 200, lang: [de]}
tokenize:
  model: bpe             # over bytes; wordpiece, unigram
  vocab: 16000           # ids; 8k,16k,32k: a tokenizer of each size, the largest is tokenizer.json
  # tokenizer: ../llama  # a folder with a tokenizer.json, or a .tiktoken file: used in the place of training one
shards:
  valid: 0.01            # share of documents held out for validation; specials_in_text: true lets "</s>" in a text end it
train: []                # trainings for corpus run, for example:
  # - {run: gpt, objective: clm, model: gpt2, size: tiny, steps: 2000, mix: "wiki=2,*=1", pack: best-fit, doc_mask: true}
# memory: 8GiB           # ceiling; default: half of the machine
# workers: 0             # 0: all cores
`

// loadConfig reads dir/corpus.yaml over the defaults.
func loadConfig(dir string) (config, error) {
	c := defaultConfig()
	name := filepath.Join(dir, ConfigName)
	b, err := os.ReadFile(name)
	if err != nil {
		return c, &corpus.Error{Class: corpus.BadConfig, What: "cannot be read", Path: name, Offset: -1, Err: err}
	}
	var said config
	if err := yaml.UnmarshalWithOptions(b, &said, yaml.Strict()); err != nil {
		return c, &corpus.Error{Class: corpus.BadConfig, What: yaml.FormatError(err, false, true), Path: name, Offset: -1}
	}
	if b, err = withoutNulls(b); err == nil {
		err = yaml.Unmarshal(b, &c)
	}
	return c, err
}

// withoutNulls leaves out the keys without a value, such as a section whose
// lines are all comments: decoding would set them, and all below, to zero.
func withoutNulls(b []byte) ([]byte, error) {
	keys := map[string]any{}
	if err := yaml.Unmarshal(b, &keys); err != nil {
		return nil, err
	}
	dropNulls(keys)
	return yaml.Marshal(keys)
}

func dropNulls(keys map[string]any) {
	for k, v := range keys {
		if inner, ok := v.(map[string]any); ok {
			dropNulls(inner)
		} else if v == nil {
			delete(keys, k)
		}
	}
}

// findWorkspace goes upward from dir to the next corpus.yaml.
func findWorkspace(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(start); err != nil || !info.IsDir() {
		return "", &corpus.Error{Class: corpus.BadConfig, What: "is not a directory", Path: start, Offset: -1, Next: "name one that exists with -C"}
	}
	for d := start; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, ConfigName)); err == nil {
			return d, nil
		} else if !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		if d == filepath.Dir(d) {
			return "", &corpus.Error{
				Class: corpus.BadConfig, What: "there is no " + ConfigName + " here or above",
				Path: start, Offset: -1, Next: "make a workspace with `corpus init`",
			}
		}
	}
}

// size is a number of bytes, written 512MiB, 8GB or 1000.
type size int64

var units = []struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
	{"kB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"K", 1 << 10},
	{"M", 1 << 20},
	{"G", 1 << 30},
	{"B", 1},
}

// UnmarshalText reads a size.
func (s *size) UnmarshalText(b []byte) error {
	text, scale := strings.TrimSpace(string(b)), int64(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(text, u.name); ok {
			text, scale = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < 0 || f*float64(scale) > 1<<62 {
		return fmt.Errorf("%q is not a size; write for example 8GiB", b)
	}
	*s = size(f * float64(scale))
	return nil
}

// Set and String make size a flag.
func (s *size) Set(v string) error { return s.UnmarshalText([]byte(v)) }
func (s *size) String() string     { return strconv.FormatInt(int64(*s), 10) }

// duration is a time with its unit: a bare 2 would be nanoseconds.
type duration time.Duration

// UnmarshalText reads a duration.
func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is not a time; write for example 2s, 30m or 24h", b)
	}
	*d = duration(v)
	return nil
}
