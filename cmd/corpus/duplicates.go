package main

import (
	"fmt"

	"corpus"
	"corpus/dedup"
	"corpus/internal/term"
)

const dedupHelp = `New documents are joined with an index of all earlier ones, which always win over them, so a run costs
in proportion to what is new.
Beside whole documents, what stands in several is cut out of those that stay (--lines): lines or
paragraphs of 8 words or more that stand in the corpus before, of this run and of all before it, where the
first stays. --boilerplate 0.1 cuts the lines of 3 words or more that stand in more than a tenth of the
documents of a domain, and in ten, out of all of them.
--against FILE drops documents that have 13 words in a row of an evaluation set: of a .jsonl file each line
is an example (its member "text", else all strings in it), of a text each paragraph. Examples of 8 to 12
words count where all of them stands in a document, shorter ones never.
`

// duplicates is what corpus.yaml and flags say of dedup. Evaluation sets are read,
// and what lines of so many bytes of text take in memory is said.
func (w *workspace) duplicates(bytes int64) (dedup.Config, error) {
	d := w.Dedup
	cfg := dedup.Config{
		Near: d.Near, Bands: d.Bands, Rows: d.Rows, Shingle: d.Shingle, Unit: d.Unit, Text: bytes,
		Verify: d.Verify, Similarity: d.Similarity, KeepCopy: d.KeepCopy, URL: d.URL,
		Substring: dedup.Substring{Bytes: d.Substring, Keep: d.SubstringKeep, With: d.SubstringWith},
		Lines:     dedup.Lines{Cut: d.Lines, In: d.LinesIn, Min: d.LinesMin, Error: d.BloomError, Boilerplate: d.Boilerplate},
		Against:   dedup.Against{Share: d.AgainstShare, Common: d.AgainstCommon},
	}
	if err := cfg.Check(); err != nil {
		return cfg, err
	}
	if items, memory := cfg.Lines.Bloom(bytes); items > 0 && !w.json && !w.quiet {
		fmt.Fprintf(w.err, "dedup: about %s lines or paragraphs take a Bloom filter of %s at an error of %g\n", term.Count(items), term.Bytes(memory), d.BloomError)
	}
	if len(d.Against) == 0 {
		return cfg, nil
	}
	var err error
	cfg.Against.Sets, err = dedup.LoadAgainst(w.paths(d.Against), d.AgainstNgram, w.memory())
	return cfg, err
}

// duplicatesNote says what was cut, and of each evaluation set what was found.
func (w *workspace) duplicatesNote(cfg dedup.Config, c corpus.Counts) {
	if n := c["bloom.bytes"]; n > 0 {
		fmt.Fprintf(w.err, "dedup: the Bloom filter of %s lines and paragraphs takes %s\n", term.Count(c["lines.units"]), term.Bytes(n))
	}
	if c["lines.cut"] > 0 {
		fmt.Fprintf(w.err, "dedup: %s of lines and paragraphs cut out of %s\n", term.Bytes(c["lines.bytes"]), plural(c["lines.docs"], "document"))
	}
	if cfg.Against.Sets == nil {
		return
	}
	for _, s := range cfg.Against.Sets.All() {
		in := "against." + s.Name
		fmt.Fprintf(w.err, "dedup: of the set %s, %s of %s stand in new documents; %s dropped", s.Name,
			plural(c[in+".examples"], "example"), term.Count(int64(s.Examples)), plural(c[in+".docs"], "document"))
		if s.Short > 0 {
			fmt.Fprintf(w.err, "; %s too short to be looked for", term.Count(int64(s.Short)))
		}
		fmt.Fprintln(w.err)
	}
}
