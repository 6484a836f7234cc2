package dedup

import (
	"fmt"

	"corpus"
)

// Config is what the signatures, and so all results, depend on. Zero fields
// mean the defaults, FineWeb's setting. Datasets made with different settings
// cannot be compared.
type Config struct {
	Bands   int    `json:"bands"`   // 14
	Rows    int    `json:"rows"`    // values in a band: 8
	Shingle int    `json:"shingle"` // words in a shingle: 5
	Han     int    `json:"han"`     // Han characters in a shingle: 2
	Seed    uint64 `json:"seed"`    // of the permutations
}

func (c Config) withDefaults() Config {
	set := func(field *int, value int) {
		if *field == 0 {
			*field = value
		}
	}
	set(&c.Bands, 14)
	set(&c.Rows, 8)
	set(&c.Shingle, 5)
	set(&c.Han, 2)
	return c
}

// Check reports a setting outside its limits, with class BadConfig.
func (c Config) Check() error {
	c = c.withDefaults()
	switch {
	case c.Bands < 1 || c.Rows < 1 || c.Rows > MaxValues || c.Bands > MaxValues/c.Rows:
		return corpus.Errorf(corpus.BadConfig, "dedup: %d bands of %d rows: want at least 1 of each and at most %d values in all", c.Bands, c.Rows, MaxValues)
	case c.Shingle < 1 || c.Shingle > MaxShingle:
		return corpus.Errorf(corpus.BadConfig, "dedup: shingle of %d words: want 1..%d", c.Shingle, MaxShingle)
	case c.Han < 1 || c.Han > MaxShingle:
		return corpus.Errorf(corpus.BadConfig, "dedup: shingle of %d Han characters: want 1..%d", c.Han, MaxShingle)
	}
	return nil
}

// String names the settings; it stands beside every signature, so that those of
// other settings are never compared.
func (c Config) String() string {
	return fmt.Sprintf("minhash %dx%d shingle %d han %d seed %d", c.Bands, c.Rows, c.Shingle, c.Han, c.Seed)
}

func (c Config) values() int { return c.Bands * c.Rows }

// Roles of the tables that the stage writes.
const (
	Signature = "signature" // one row a document, see SignatureSchema
	Verdict   = "verdict"   // one row a document, see VerdictSchema
	cluster   = "cluster"   // one row for each document of a cluster, for the run alone
)

// Kinds of duplicates in the verdict's column kind; "" is a survivor.
const (
	Exact = "exact"
	Near  = "near"
)

// SignatureSchema is the columns of Signature: the document; SHA-256 of its
// normalised text, cut to 128 bits; the settings; the hashes of its bands
// followed by 4 bits of each of its MinHash values, sixteen to a number (none
// for a text without words); bytes of its text.
func SignatureSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "id", Kind: corpus.IDs},
		{Name: "exact", Kind: corpus.IDs},
		{Name: "settings", Kind: corpus.Strings},
		{Name: "hashes", Kind: corpus.Hashes},
		{Name: "bytes", Kind: corpus.Ints},
	}
}

// VerdictSchema is the columns of Verdict: kind is "" for a document that
// stays, Exact or Near; match is the direct match and survivor the document
// that stays in its place (its own id when it stays itself); similarity is that
// to the survivor, 0..1, null for a survivor; cluster is the survivor's id and
// size the cluster's documents in this and earlier generations.
func VerdictSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "kind", Kind: corpus.Strings},
		{Name: "match", Kind: corpus.IDs},
		{Name: "survivor", Kind: corpus.IDs},
		{Name: "similarity", Kind: corpus.Floats},
		{Name: "cluster", Kind: corpus.IDs},
		{Name: "size", Kind: corpus.Ints},
	}
}

// Stage is the passes of deduplication: sign every document, cluster all of
// this and earlier generations, give each document of this one its verdict. It
// counts docs_in, docs_out, bytes_in, bytes_out, dropped.exact, dropped.near and
// clusters (those of two or more documents that have a document of this
// generation).
func Stage(c Config) corpus.Stage {
	c = c.withDefaults()
	return corpus.Stage{
		Name:    "dedup",
		Version: 1,
		Seed:    c.Seed,
		Keep:    []string{Signature, Verdict},
		Passes: []corpus.Pass{
			{Name: "sign", Config: c, Inputs: []string{"ingest/part"}, Need: need, Run: c.sign},
			{Name: "cluster", Config: c, Inputs: []string{Signature + "+"}, Tasks: corpus.One, Run: c.cluster},
			{Name: "verdict", Inputs: []string{Signature, cluster}, Run: verdict},
		},
	}
}
