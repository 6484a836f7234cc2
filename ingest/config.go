package ingest

import (
	"context"
	"io"
	"slices"

	"corpus"
	"corpus/ingest/place"
	"corpus/internal/langid"
)

// Version of the stage: raised whenever the same input would give other bytes.
const Version = 5

// Roles of the tables that the stage writes. The manifest keeps all but
// RoleScan.
const (
	RoleScan   = "scan"   // what the scan saw; between the passes only
	RoleText   = "part"   // documents, corpus.TextSchema
	RoleLost   = "lost"   // source, offset, reason, detail of what gave no document
	RoleSource = "source" // the sources in the part, with their hashes and units read
)

// Config is what the user can set. The zero value has all defaults.
type Config struct {
	// TextField is the field of JSON lines and CSV, or the column of Parquet and
	// Arrow, that holds the text; "" tries the usual
	// names: text, content, contents, raw_content, body, article, document, articleBody.
	TextField string
	// Extract is how the text is taken out of pages; "" means ExtractTrafilatura.
	Extract string
	// Langs are the languages to read, ISO 639-1; none = every language. Documents
	// in others are lost, pages before their tree is built.
	Langs []string
	// Sample is the share of the records that is read, 0 or 1 for all of them, and
	// Seed draws another one; see sampled.
	Sample float64
	Seed   uint64
	// UnitBytes and PartBytes are where sources are cut and parts end; 0 means
	// corpus.UnitBytes and corpus.PartBytes.
	UnitBytes, PartBytes int64
	// Trusted are the sources whose documents are marked as trusted: those of the
	// files below that are among these, or lie in one of them, or match one. They
	// come first, so that of equal texts of a run theirs is the one that stays.
	Trusted []string
	// Exclude are files and directories that are left out, such as the workspace's own.
	Exclude []string
	// Seen is a file that remembers from run to run what unchanged sources hash
	// to; "" = none. It may be lost at any time.
	Seen string
	// Spool is the directory where what cannot be read twice is kept meanwhile;
	// the caller removes it. Stdin is the SOURCE "-".
	Spool string
	Stdin io.Reader
	// Places opens the SOURCEs that are elsewhere, and the lists (@FILE) of
	// them; nil = there are none. Prefix goes before the names in lists.
	Places *place.Opener
	Prefix string
	// Detect tells the language of a text: ISO 639-1 code, "" when it cannot be
	// told, and the score 0..1. It must be safe for concurrent use. nil is
	// langid's detector.
	Detect func(text string) (lang string, score float64)
	// Warn, when set, hears of every source that is bad or left out, in the order
	// of sources, and in every run again until the source is known.
	Warn func(source, reason, detail string)
}

func (c Config) defaults() Config {
	if c.Extract == "" {
		c.Extract = ExtractTrafilatura
	}
	if c.UnitBytes == 0 {
		c.UnitBytes = corpus.UnitBytes
	}
	if c.PartBytes == 0 {
		c.PartBytes = corpus.PartBytes
	}
	if c.Detect == nil {
		c.Detect = langid.New().Detect
	}
	return c
}

// scanKey is what the scan's output depends on beside the files.
type scanKey struct {
	UnitBytes int64
	TextField string
}

// readKey is all that the documents depend on beside the scan.
type readKey struct {
	Reading   reading
	PartBytes int64
}

// Stage is the ingest of the given SOURCEs: files, directories and globs. The
// files are listed here, once; an error of class NoInput says that there is
// nothing to read.
//
// Counts: records, docs_out, bytes_in (bytes of the files), bytes_decoded (text
// of every document decoded, also of those that ingest then leaves out, but for
// their language: the pool of --keep), bytes_out (text of the documents),
// docs_trusted and bytes_trusted (of those, the documents of trusted sources and
// their text), units, replaced (U+FFFD put for invalid bytes), mojibake (documents
// that are UTF-8 read as windows-1252, see mojibake), long_urls (documents
// without their address, since it was longer than MaxURL), sampled_out (records
// that are not in the sample; they are in no other count but records), lost.<reason>, bad_records, bad_sources. See Bad.
//
// A source of the same name and content as one of an earlier generation is left
// out; a run with nothing new has no part. One that was read with another
// TextField, Extract, Langs or Sample, where those matter to its format, or that has become
// trusted or is it no more, is an error of class BadConfig, and so is a setting that cannot be.
func Stage(ctx context.Context, cfg Config, sources []string) (corpus.Stage, error) {
	cfg = cfg.defaults()
	if err := cfg.reading().check(); err != nil {
		return corpus.Stage{}, err
	}
	inputs, err := find(ctx, &cfg, sources)
	if err != nil {
		return corpus.Stage{}, err
	}
	trustworthy, err := lists(ctx, &cfg, cfg.Trusted)
	if err != nil {
		return corpus.Stage{}, err
	}
	trust(inputs, trustworthy)
	r := newRun(cfg, inputs)
	beside := inputMemory * int64(len(inputs))
	if slices.ContainsFunc(inputs, func(in input) bool { return in.places != nil }) {
		beside += place.FileMemory
	}
	return corpus.Stage{
		Name: "ingest", Version: Version,
		Keep: []string{RoleText, RoleLost, RoleSource},
		Passes: []corpus.Pass{
			{
				Name: "scan", Exclusive: true,
				Config:   scanKey{cfg.UnitBytes, cfg.TextField},
				Volatile: fingerprint(inputs),
				Inputs:   []string{RoleSource + "+"},
				Memory:   scanMemory + beside,
				Tasks:    func(corpus.Env) (int, error) { return r.scanTasks(), nil },
				Run:      r.scan,
			},
			{
				Name: "read", Exclusive: true,
				Config: readKey{cfg.reading(), cfg.PartBytes}, Volatile: trusted(inputs),
				Inputs: []string{RoleScan, RoleSource + "+"},
				Memory: readMemory + beside,
				Tasks:  r.readTasks,
				Need:   r.need,
				Run:    r.read,
			},
		},
	}, nil
}

// Bad says whether the counts of a run call for exit code 3: a bad source, or
// more damaged records than maxBad (0.01 = 1 %) of all.
func Bad(c corpus.Counts, maxBad float64) bool {
	return c["bad_sources"] > 0 || float64(c["bad_records"]) > maxBad*float64(c["records"])
}
