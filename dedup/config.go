package dedup

import (
	"cmp"
	"fmt"

	"corpus"
)

// Config is what the signatures, and so all results, depend on. Zero fields
// mean the defaults, FineWeb's setting. Datasets made with different settings
// cannot be compared.
type Config struct {
	Bands   int `json:"bands"`   // 14
	Rows    int `json:"rows"`    // values in a band: 8
	Shingle int `json:"shingle"` // words in a shingle: 5

	// What else is looked for is no part of what signatures depend on.
	Lines     Lines     `json:"-"`
	Substring Substring `json:"-"`
	Against   Against   `json:"-"`
	// Text is the bytes of text of all generations, for the estimate of disk space.
	Text int64 `json:"-"`
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
	c.Lines = c.Lines.withDefaults()
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
	}
	return cmp.Or(c.Lines.check(), c.Against.check(), c.Substring.Check())
}

// String names the settings; it stands beside every signature, so that those of
// other settings are never compared.
func (c Config) String() string {
	return fmt.Sprintf("minhash %dx%d shingle %d", c.Bands, c.Rows, c.Shingle)
}

// hanShingle is how many Han characters make a shingle.
const hanShingle = 2

func (c Config) values() int { return c.Bands * c.Rows }

// Version is raised whenever the same input would give other bytes.
const Version = 3

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
// to the survivor and match_similarity that to the match, 0..1, null for a
// survivor; cluster is the survivor's id and size the cluster's documents in this
// and earlier generations; weight is how often rehydration repeats the document,
// 0 where it is dropped.
func VerdictSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "kind", Kind: corpus.Strings},
		{Name: "match", Kind: corpus.IDs},
		{Name: "survivor", Kind: corpus.IDs},
		{Name: "similarity", Kind: corpus.Floats},
		{Name: "match_similarity", Kind: corpus.Floats},
		{Name: "cluster", Kind: corpus.IDs},
		{Name: "size", Kind: corpus.Ints},
		{Name: "weight", Kind: corpus.Ints},
	}
}

// Stage is the passes of deduplication: sign every document, cluster all of
// this and earlier generations, give each document of this one its verdict. Of
// the documents in all generations depends the memory that clustering is refused
// without. It counts docs_in, docs_out, bytes_in, bytes_out, dropped.exact,
// dropped.near and clusters (those of two or more documents that have a document
// of this generation), of edits substring.docs, substring.spans and substring.bytes,
// and what Lines and Against count.
func Stage(c Config, documents int64) corpus.Stage {
	c = c.withDefaults()
	stage := corpus.Stage{
		Name:    "dedup",
		Version: Version,
		Keep:    []string{Signature, Verdict},
		Passes: []corpus.Pass{
			{
				Name: "sign", Config: c, Inputs: []string{"ingest/part"}, Run: c.sign,
				Memory: textMemory + signerMemory + tableMemory,
			},
			{
				Name: "cluster", Config: c, Inputs: []string{Signature + "+"}, Tasks: corpus.One, Run: c.cluster,
				Memory: clusterMemory(documents),
			},
		},
	}
	c.addVerdict(&stage)
	c.addEdits(&stage)
	c.addPlan(&stage, documents)
	return stage
}

// addVerdict adds the pass that decides, behind those about evaluation sets.
func (c Config) addVerdict(stage *corpus.Stage) {
	decide := corpus.Pass{Name: "verdict", Inputs: []string{Signature, cluster}, Run: c.verdict, Memory: 3 * tableMemory}
	if c.Against.Sets != nil {
		stage.Keep = append(stage.Keep, c.Against.keep()...)
		stage.Passes = append(stage.Passes, c.Against.passes()...)
		decide.Inputs, decide.Memory = append(decide.Inputs, Overlap), 4*tableMemory
	}
	stage.Passes = append(stage.Passes, decide)
}

// addEdits adds the passes that edit surviving texts, if there are any.
func (c Config) addEdits(stage *corpus.Stage) {
	var roles []string
	if c.Lines.on() {
		stage.Passes = append(stage.Passes, c.Lines.passes()...)
		stage.Keep = append(stage.Keep, c.Lines.keep()...)
		roles = append(roles, EditsLines)
	}
	if c.Substring.Bytes > 0 {
		stage.Passes = append(stage.Passes, c.Substring.passes()...)
		roles = append(roles, substringEdits)
	}
	if len(roles) > 0 {
		stage.Passes = append(stage.Passes, mergeEdits(roles))
		stage.Keep = append(stage.Keep, Edits)
	}
}

// bytesPerSignature is what a document's signature takes on disk, where hashes
// cannot be compressed: two ids, the bytes and all numbers.
func (c Config) bytesPerSignature() int64 { return 16 + 16 + 8 + 8*int64(c.signatureLen()) }

// bytesPerVerdict is what a verdict takes on disk with its row of cluster: six
// ids at most; where a third is dropped 48 bytes were measured.
const bytesPerVerdict = 6 * 16
