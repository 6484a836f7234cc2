package dedup

import (
	"cmp"
	"fmt"
	"strings"

	"corpus"
)

// Config is what the signatures, and so all results, depend on. Zero fields
// mean those of the setting named. Datasets made with different settings cannot
// be compared.
type Config struct {
	Near    string `json:"near,omitempty"` // one of Names, or Off; "": FineWeb
	Bands   int    `json:"bands,omitempty"`
	Rows    int    `json:"rows,omitempty"`    // values in a band
	Shingle int    `json:"shingle,omitempty"` // words or characters in a shingle
	Unit    string `json:"unit,omitempty"`    // Words or Chars
	// Code says whose words, hashes and permutations the shingles and their values
	// are of, by which near copies are linked: ours where it is empty, or Datatrove.
	// It comes with the setting named.
	Code string `json:"code,omitempty"`
	// Verify is the least true similarity to the survivor with which a near
	// duplicate is dropped; 0 drops all. No signature depends on it.
	Verify float64 `json:"-"`
	// Similarity is how verdicts come by theirs: Exactly (the default) or Estimated.
	Similarity string `json:"-"`

	// KeepCopy says which of a cluster's documents of a generation stays: KeepFirst
	// (the default), KeepLongest or KeepBestQuality.
	KeepCopy string `json:"keep_copy,omitempty"`
	// URL makes documents of one normalised URL duplicates.
	URL bool `json:"url,omitempty"`

	// What else is looked for is no part of what signatures depend on.
	Lines     Lines     `json:"-"`
	Substring Substring `json:"-"`
	Against   Against   `json:"-"`
	// Text is the bytes of text of all generations, for the estimate of disk space.
	Text int64 `json:"-"`
}

// What KeepCopy may be. Trusted documents come before others whatever it is, and
// those of earlier generations always stay.
const (
	KeepFirst       = "first"        // in document order; of Substring.Keep too
	KeepLongest     = "longest"      // most bytes of text, of those the first
	KeepBestQuality = "best-quality" // here the first: the filter, which knows the quality, replaces it
)

// What Similarity may be.
const (
	Exactly   = "exact"    // of the sets of all shingles, for which texts are read again
	Estimated = "estimate" // by the MinHash values: the standard error is 0.04 at 0.8
)

// signing is the settings that signatures depend on.
func (c Config) signing() Config {
	c.KeepCopy, c.URL = "", false
	return c
}

// withDefaults is the same with all fields given and without the name.
func (c Config) withDefaults() Config {
	c.Lines = c.Lines.withDefaults()
	c.KeepCopy, c.Similarity = cmp.Or(c.KeepCopy, KeepFirst), cmp.Or(c.Similarity, Exactly)
	if c.Near == Off {
		return c
	}
	return c.resolve()
}

// Check reports a setting outside its limits, with class BadConfig.
func (c Config) Check() error {
	c = c.withDefaults()
	return cmp.Or(c.checkNear(), c.checkCopy(), c.checkSimilarity(), c.Lines.check(), c.Against.check(), c.Substring.Check())
}

func (c Config) checkSimilarity() error {
	switch {
	case !(c.Verify >= 0 && c.Verify <= 1):
		return corpus.Errorf(corpus.BadConfig, "dedup: verify is %v, want a similarity from 0 to 1", c.Verify)
	case c.Similarity != Exactly && c.Similarity != Estimated:
		return corpus.Errorf(corpus.BadConfig, "dedup: similarity is %q, want %s or %s", c.Similarity, Exactly, Estimated)
	case c.Verify > 0 && c.Similarity == Estimated:
		return corpus.Errorf(corpus.BadConfig, "dedup: verify wants similarity %s", Exactly)
	}
	return nil
}

func (c Config) checkCopy() error {
	switch c.KeepCopy {
	case KeepFirst, KeepLongest, KeepBestQuality:
		return nil
	}
	return corpus.Errorf(corpus.BadConfig, "dedup: keep-copy %q: want %s, %s or %s", c.KeepCopy, KeepFirst, KeepLongest, KeepBestQuality)
}

// checkNear is Check of the settings of near-duplicates, filled in.
func (c Config) checkNear() error {
	if c.Near == Off && (c.Bands != 0 || c.Rows != 0 || c.Shingle != 0 || c.Unit != "") {
		return corpus.Errorf(corpus.BadConfig, "dedup: near is %q, so there are no bands, rows, shingle and unit to set", Off)
	}
	switch {
	case c.Near == Off:
		return nil
	case c.Near != "":
		return corpus.Errorf(corpus.BadConfig, "dedup: near is %q, want %s or %s", c.Near, strings.Join(Names(), ", "), Off)
	case c.Bands < 1 || c.Rows < 1 || c.Rows > MaxValues || c.Bands > MaxValues/c.Rows:
		return corpus.Errorf(corpus.BadConfig, "dedup: %d bands of %d rows: want at least 1 of each and at most %d values in all", c.Bands, c.Rows, MaxValues)
	case c.Code == Datatrove && c.Unit != Words:
		return corpus.Errorf(corpus.BadConfig, "dedup: near %s has shingles of %s, not of %s", Datatrove, Words, c.Unit)
	case c.Unit != Words && c.Unit != Chars:
		return corpus.Errorf(corpus.BadConfig, "dedup: unit is %q, want %s or %s", c.Unit, Words, Chars)
	case c.Shingle == 0:
		return corpus.Errorf(corpus.BadConfig, "dedup: unit is %q: set shingle too, to how many make one", c.Unit)
	case c.Shingle < 1 || c.Shingle > MaxShingle:
		return corpus.Errorf(corpus.BadConfig, "dedup: shingle of %d %s: want 1..%d", c.Shingle, c.Unit, MaxShingle)
	}
	return nil
}

// String names the settings; it stands beside every signature, so that those of
// other settings are never compared.
func (c Config) String() string {
	s := fmt.Sprintf("minhash %dx%d shingle %d", c.Bands, c.Rows, c.Shingle)
	switch {
	case c.Near == Off:
		return "exact"
	case c.Unit == Chars:
		return s + " chars"
	case c.Code != "":
		return c.Code + " " + s
	}
	return s
}

// hanShingle is how many Han characters make a shingle.
const hanShingle = 2

func (c Config) values() int { return c.Bands * c.Rows }

// Version is raised whenever the same input would give other bytes.
const Version = 7

// Roles of the tables that the stage writes.
const (
	Signature = "signature" // one row a document, see SignatureSchema
	Verdict   = "verdict"   // one row a document, see VerdictSchema
	keysRole  = "keys"      // one row a document, see keysSchema, for the run alone
	bandsRole = "bands"     // the hashes of each document's bands, for the run alone
	cluster   = "cluster"   // one row for each document of a cluster, for the run alone
	seenRole  = "index"     // a run of what was seen, see package index
	fenceRole = "fence"     // the fences of that run
	catalog   = "catalog"   // a file: which runs there are
)

// Kinds of duplicates in the verdict's column kind; "" is a survivor.
const (
	Exact = "exact"
	Near  = "near"
	URL   = "url"
)

// SignatureSchema is the columns of Signature: the document; the settings; 4 bits
// of each of its first 256 MinHash values, sixteen to a number (none for a text
// without words, nor where near is off); bytes of its text.
func SignatureSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "id", Kind: corpus.IDs},
		{Name: "settings", Kind: corpus.Strings},
		{Name: "sketch", Kind: corpus.Hashes},
		{Name: "bytes", Kind: corpus.Ints},
	}
}

// keysSchema is the columns of keys: the document; SHA-256 of its normalised
// text and of its normalised URL, cut to 128 bits (zero without a URL); bytes of
// its text; 1 where it is trusted.
func keysSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "id", Kind: corpus.IDs},
		{Name: "exact", Kind: corpus.IDs},
		{Name: "url", Kind: corpus.IDs},
		{Name: "bytes", Kind: corpus.Ints},
		{Name: "trusted", Kind: corpus.Ints},
	}
}

// bandsSchema is the column of bands: none for a text without words.
func bandsSchema() corpus.Schema {
	return corpus.Schema{{Name: "hashes", Kind: corpus.Hashes}}
}

// VerdictSchema is the columns of Verdict: kind is "" for a document that
// stays, Exact, Near or URL; match is the direct match and survivor the document
// that stays in its place (its own id when it stays itself); similarity is that
// to the survivor and match_similarity that to the match, the Jaccard similarity
// of their shingles, 0..1, null for a survivor; cluster is the survivor's id and
// size the cluster's documents in this and earlier generations; weight is how
// often rehydration repeats the document, 0 where it is dropped.
//
// A near-duplicate that Config.Verify spares has kind "" and is its own survivor;
// match, cluster and size stay those of its cluster, match_similarity is that to
// the match and similarity that to the document which gave the cluster its id.
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

// Stage is the passes of deduplication: sign every document, join this generation
// with the index of earlier ones and cluster it, compare near duplicates with their
// partners, give each document its verdict.
// Of the documents of the largest generation depends the memory that clustering is
// refused without. It counts docs_in, docs_out, bytes_in, bytes_out,
// dropped.exact, dropped.near, dropped.url and clusters (those of two or more
// documents that have a document of this generation). The sums over all
// generations of clusters.of.2, .3, .5, .100 and .1000 are the clusters there are
// of so many documents or more, below the next of these; that of clusters.largest
// is the documents of the largest. similarity.match.0.N and similarity.survivor.0.N
// are the near duplicates, spared ones among them, of a similarity from 0.N on, in
// tenths; it counts verify.spared too, and shingles.sets, those brought from one
// part to another to be compared. Of edits it counts substring.docs,
// substring.spans and substring.bytes, and what Lines and Against count.
func Stage(c Config, documents int64) corpus.Stage {
	c = c.withDefaults()
	stage := corpus.Stage{
		Name:    "dedup",
		Version: Version,
		Keep:    []string{Signature, Verdict, seenRole, fenceRole, catalog},
		Passes: []corpus.Pass{
			{
				Name: "sign", Config: c.signing(), Inputs: []string{"ingest/part"}, Run: c.sign,
				Memory: textMemory + c.signerMemory() + 3*tableMemory,
			},
			{
				Name: "cluster", Config: c, Tasks: corpus.One, Run: c.cluster,
				Inputs: []string{Signature + "+", keysRole, bandsRole, seenRole + "+", fenceRole + "+", catalog + "+"},
				Memory: c.clusterMemory(documents),
			},
		},
	}
	if c.Similarity == Exactly {
		stage.Passes = append(stage.Passes, c.comparing()...)
	}
	c.addVerdict(&stage)
	c.addEdits(&stage)
	c.addPlan(&stage)
	return stage
}

// comparing is the passes that take true similarities.
func (c Config) comparing() []corpus.Pass {
	return []corpus.Pass{
		{Name: "want", Inputs: []string{cluster}, Tasks: corpus.One, Run: want, Memory: besideSort(2 * tableMemory)},
		{
			Name: "shingles", Config: c.signing(), Inputs: []string{wants, "ingest/part+"}, Tasks: setTasks, Run: c.sets,
			Memory: besideSort(textMemory + c.setMemory() + c.signerMemory() + 3*tableMemory),
		},
		{
			Name: "compare", Config: c.signing(), Inputs: []string{cluster, wants, shingles, shelf, "ingest/part+"}, Run: c.compare,
			Memory: besideSort(textMemory + c.setMemory() + c.signerMemory() + 4*tableMemory),
		},
	}
}

// addVerdict adds the pass that decides, behind those about evaluation sets.
func (c Config) addVerdict(stage *corpus.Stage) {
	decide := corpus.Pass{Name: "verdict", Config: verified{c.Verify, c.Similarity}, Inputs: []string{Signature, cluster}, Run: c.verdict, Memory: 4 * tableMemory}
	if c.Similarity == Exactly {
		decide.Inputs = append(decide.Inputs, compared)
	}
	if c.Against.Sets != nil {
		stage.Keep = append(stage.Keep, c.Against.keep()...)
		stage.Passes = append(stage.Passes, c.Against.passes()...)
		decide.Inputs, decide.Memory = append(decide.Inputs, Overlap), 5*tableMemory
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
// cannot be compressed: three ids, the bytes and all numbers.
func (c Config) bytesPerSignature() int64 { return 3*16 + 8 + 8*int64(c.signatureLen()) }

// bytesPerEntry is what a document takes in a run of the index: 11 bytes a band
// and 28 for text and id were measured.
func (c Config) bytesPerEntry() int64 { return 11*int64(c.Bands) + 28 }

// bytesPerVerdict is what a verdict takes on disk with its row of cluster: six
// ids at most; where a third is dropped 48 bytes were measured.
const bytesPerVerdict = 6 * 16

// rowsPerSignatures is the rows of a batch of Signature, the last one's apart, so
// that a document is found by its number: at most half of what a batch holds.
func (c Config) rowsPerSignatures() int {
	row := 16 + 8 + 8 + len(c.String()) + 8*c.sketchLen()
	return min(1024, corpus.BatchBytes/2/row)
}

// besideSort is the ceiling that a task needs which holds so much beside a sort.
func besideSort(held int64) int64 { return held * sortShare / (sortShare - 1) }
