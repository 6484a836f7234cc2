package dedup

import (
	"cmp"
	"slices"
)

// FineWeb is the name of the default setting.
const FineWeb = "fineweb"

// Off is the setting that finds exact duplicates alone.
const Off = "off"

// Datatrove is the setting that has FineWeb's signatures, and not only its bands.
const Datatrove = "datatrove"

// What a shingle is made of.
const (
	Words = "words"
	Chars = "chars" // of the normalised text, words with one blank between them
)

// named is a published setting of near-deduplication.
type named struct {
	name   string
	config Config
}

// settings are the published ones, with where they are published.
func settings() []named {
	return []named{
		// datatrove, MinhashConfig
		{FineWeb, Config{Bands: 14, Rows: 8, Shingle: 5, Unit: Words}},
		// the same by its own code: words, hashes and permutations, package datatrove
		{Datatrove, Config{Bands: 14, Rows: 8, Shingle: 5, Unit: Words, Code: Datatrove}},
		// NVIDIA NeMo Curator, FuzzyDeduplicationWorkflow
		{"nemo", Config{Bands: 20, Rows: 13, Shingle: 24, Unit: Chars}},
		// RedPajama-Data v2, app/src/dedupe/minhash.py: at most 128 values, and the bands
		// that datasketch's optimum has for thresholds of 0.8, 0.7 and 0.9
		{"redpajama", Config{Bands: 9, Rows: 13, Shingle: 13, Unit: Words}},
		{"redpajama-0.7", Config{Bands: 14, Rows: 9, Shingle: 13, Unit: Words}},
		{"redpajama-0.9", Config{Bands: 5, Rows: 25, Shingle: 13, Unit: Words}},
		// Penedo et al., "The RefinedWeb Dataset", 2023, appendix G, after Lee et al. 2022
		{"refinedweb", Config{Bands: 450, Rows: 20, Shingle: 5, Unit: Words}},
	}
}

// Names are those of the published settings, in order.
func Names() (names []string) {
	for _, s := range settings() {
		names = append(names, s.name)
	}
	return names
}

// resolve fills what is zero from the named setting and forgets the name, so that
// equal settings are equal Configs; one of an unknown name stays as it is. How
// many words make a shingle says nothing of characters, nor the other way round.
func (c Config) resolve() Config {
	name := cmp.Or(c.Near, FineWeb)
	i := slices.IndexFunc(settings(), func(s named) bool { return s.name == name })
	if i < 0 {
		return c
	}
	d := settings()[i].config
	if c.Near != "" {
		c.Code = d.Code
	}
	c.Near, c.Bands, c.Rows = "", cmp.Or(c.Bands, d.Bands), cmp.Or(c.Rows, d.Rows)
	if c.Unit == "" || c.Unit == d.Unit {
		c.Unit, c.Shingle = d.Unit, cmp.Or(c.Shingle, d.Shingle)
	}
	return c
}
