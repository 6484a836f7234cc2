package ingest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"corpus"
	"corpus/ingest/columns"
	"corpus/internal/langid"
)

// Ways to take the text out of a page.
const (
	ExtractTrafilatura = "trafilatura" // the main content, as go-trafilatura finds it
	ExtractFast        = "fast"        // as go-readability finds it: less exact, in two thirds of the time
	ExtractRaw         = "raw"         // all that a browser would show, as the source has it
)

// reading is how sources are read: all that decides their documents beside
// their bytes.
type reading struct {
	TextField string   `json:"text_field,omitempty"`
	Extract   string   `json:"extract"`
	Langs     []string `json:"lang,omitempty"`
	Sample    float64  `json:"sample,omitempty"` // 0: all records
	Seed      uint64   `json:"seed,omitempty"`   // of a sample
}

// reading is what the user chose; the order of languages is none.
func (c Config) reading() reading {
	langs := slices.Clone(c.Langs)
	slices.Sort(langs)
	r := reading{TextField: c.TextField, Extract: c.Extract, Langs: slices.Compact(langs)}
	if c.Sample != 0 && c.Sample != 1 {
		r.Sample, r.Seed = c.Sample, c.Seed
	}
	return r
}

// String is the form in the table of sources.
func (r reading) String() string {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and finite numbers only
	}
	return string(b)
}

func parseReading(s string) (r reading) {
	_ = json.Unmarshal([]byte(s), &r) // another version wrote it: then it differs
	return r
}

// of leaves out what does not matter to sources of a format.
func (r reading) of(format string) reading {
	if format == formatTar || format == formatZip { // what is in them is not known here
		return r
	}
	if !namesFields(format) {
		r.TextField = ""
	}
	if format != formatHTML && format != formatWARC && format != formatARC {
		r.Extract = ""
	}
	if format == "" {
		return reading{}
	}
	return r
}

// namesFields says whether records of a format have named fields.
func namesFields(format string) bool {
	switch format {
	case formatJSONL, formatCSV, columns.Parquet, columns.Arrow:
		return true
	}
	return false
}

// check says what cannot be.
func (r reading) check() error {
	bad := func(format string, args ...any) error {
		return &corpus.Error{Class: corpus.BadConfig, What: fmt.Sprintf(format, args...), Offset: -1, Next: "correct the ingest section of corpus.yaml or the flag"}
	}
	if !slices.Contains([]string{ExtractTrafilatura, ExtractFast, ExtractRaw}, r.Extract) {
		return bad("ingest.extract is %q, want %s, %s or %s", r.Extract, ExtractTrafilatura, ExtractFast, ExtractRaw)
	}
	if !(r.Sample >= 0 && r.Sample <= 1) {
		return bad("ingest.sample is %v, want a share from 0 to 1", r.Sample)
	}
	known := langid.Languages()
	for _, l := range r.Langs {
		if !slices.Contains(known, l) {
			return bad("ingest.lang has %q, which is no language that corpus tells: ISO 639-1 codes such as en, and zh for Chinese; they are %s", l, strings.Join(known, " "))
		}
	}
	return nil
}

// otherReading is the error of a source that was read in another way: its ids
// are in use, for other texts or none.
func (p past) otherReading(s *source, now reading) error {
	for _, format := range []string{p.format, s.format} {
		was, is := p.reading.of(format), now.of(format)
		switch {
		case was.TextField != is.TextField:
			return other(s, "text_field", "the text field %q, now it is %q", was.TextField, is.TextField)
		case was.Extract != is.Extract:
			return other(s, "extract", "--extract %s, now it is %s", was.Extract, is.Extract)
		case was.Sample != is.Sample || was.Seed != is.Seed:
			return other(s, "sample", "--sample %v --seed %v, now it is --sample %v --seed %v", was.Sample, was.Seed, is.Sample, is.Seed)
		case !slices.Equal(was.Langs, is.Langs):
			return other(s, "lang", "the languages %q, now they are %q", was.Langs, is.Langs)
		}
	}
	return nil
}

func other(s *source, key, format string, args ...any) error {
	return &corpus.Error{
		Class: corpus.BadConfig, Path: s.input.path, Offset: -1,
		What: "was read with " + fmt.Sprintf(format, args...),
		Next: "run `corpus ingest --rebuild` to read it anew, or set ingest." + key + " as it was",
	}
}
