package filter

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"corpus"
)

// Config is what the filter section of corpus.yaml says.
type Config struct {
	// Langs are the languages to keep, ISO 639-1; none = every language.
	Langs []string
	// MinLangScore is the least certainty of the language, 0 to 1.
	MinLangScore float64
	// Limits replaces limits by rule name (see Rules), in every language.
	Limits map[string]float64
	// Disable names rules that are not applied.
	Disable []string
	// Keep is the share of the pool's bytes to keep, over 0 and up to 1; 0 keeps
	// all that passes.
	Keep float64
	// Target is what to look for; nil = the bundled tables. See LoadTarget.
	Target *Target
	// Dedup says that the dataset "dedup" with its role "verdict" is an input:
	// its duplicates are dropped and its cluster ids handed on.
	Dedup bool
	// PoolBytes are the bytes that ingest decoded, by the number of the first
	// part of the generation; for one that is not here the bytes of its texts
	// count.
	PoolBytes map[int]int64
}

// Version is raised whenever the same input would give other bytes.
const Version = 1

// Check says what is wrong with c; class BadConfig.
func (c Config) Check() error {
	bad := func(err error) error {
		return &corpus.Error{Class: corpus.BadConfig, What: err.Error(), Offset: -1, Next: "correct the filter section of corpus.yaml or the flag"}
	}
	if _, err := newRuleSet(c); err != nil {
		return bad(err)
	}
	if !(c.Keep >= 0 && c.Keep <= 1) {
		return bad(fmt.Errorf("filter.keep is %v, want a share from 0 to 1", c.Keep))
	}
	if !(c.MinLangScore >= 0 && c.MinLangScore <= 1) {
		return bad(fmt.Errorf("filter.lang_score is %v, want 0 to 1", c.MinLangScore))
	}
	for _, l := range c.Langs {
		if len(l) < 2 || len(l) > maxLang || strings.ToLower(l) != l {
			return bad(fmt.Errorf("filter.lang has %q, want ISO 639-1 codes such as en,zh", l))
		}
	}
	return nil
}

// maxLang is the longest language code.
const maxLang = 8

// decisions is the part of the configuration that verdicts depend on.
type decisions struct {
	Langs        []string
	MinLangScore float64
	Limits       map[string]float64
	Disable      []string
	Keep         float64
	Dedup        bool
}

func (c Config) decisions() decisions {
	sorted := func(s []string) []string { s = slices.Clone(s); slices.Sort(s); return slices.Compact(s) }
	return decisions{sorted(c.Langs), c.MinLangScore, c.Limits, sorted(c.Disable), c.Keep, c.Dedup}
}

// Stage is the filter stage. It reads "ingest/part", and "dedup/verdict" when
// c.Dedup; c must pass Check.
func Stage(c Config) corpus.Stage {
	s := newSelector(c)
	read := append([]string{roleLang, roleScore}, families()...)
	text := []string{rolePart, roleVerdict}
	if c.Dedup {
		read, text = append(read, roleDedup), append(text, roleDedup)
	}
	return corpus.Stage{
		Name:    "filter",
		Version: Version,
		Keep:    append([]string{roleLang, roleScore, roleVerdict, RoleKept}, families()...),
		Gate:    gate,
		Passes: []corpus.Pass{
			{Name: "measure", Inputs: []string{rolePart}, Need: c.need, Run: measure},
			{Name: "pool", Inputs: []string{roleCounts}, Tasks: corpus.One, Run: pool},
			{Name: "score", Config: c.Target, Inputs: []string{rolePart, rolePool}, Run: func(e corpus.Env) error { return score(e, c.Target) }},
			{Name: "select", Config: c.decisions(), Volatile: c.PoolBytes, Inputs: read, Tasks: corpus.One, Run: s.choose},
			{Name: "decide", Config: c.decisions(), Inputs: append([]string{roleCut}, read...), Run: s.decide},
			{Name: "kept", Config: c.Dedup, Inputs: text, Run: s.kept},
		},
	}
}

// bytesPerDocument is what the attributes and the verdict of a document take on
// disk, measured on compressed sidecars and rounded up.
const bytesPerDocument = 300

func (c Config) need(env corpus.Env) (int64, error) {
	in := env.Input()
	return in["docs_out"]*bytesPerDocument + int64(c.Keep*float64(in["bytes_decoded"])), nil
}

// The roles of the stage's tables, row-aligned with the text unless said.
const (
	rolePart    = "ingest/part"
	roleDedup   = "dedup/verdict"
	roleLang    = "attrs/lang" // id, lang, bytes, lang.score
	roleScore   = "attrs/dsir" // dsir.score
	roleVerdict = "verdict"    // keep, rules, values, limits
	roleCounts  = "ngrams"     // lang, bucket, count: n-grams of a part; not aligned
	rolePool    = "pool"       // the same of all parts, one table
	roleCut     = "cut"        // lang, score, id, bytes: the last document kept, one table
	RoleKept    = "kept/part"  // text of what is kept, and its cluster
	attrs       = "attrs/"     // families of attributes
)

// family is a group of attributes in one sidecar.
type family struct {
	role    string
	columns []string
}

// measured are the families whose columns are all numbers of measure.
var measured = []family{
	{attrs + "gopher", gopherColumns},
	{attrs + "repetition", repetitionColumns},
	{attrs + "toxicity", toxicityColumns},
}

func families() []string {
	roles := make([]string, len(measured))
	for i, f := range measured {
		roles[i] = f.role
	}
	return roles
}

// gateDocuments is how many documents must have come in before keeping none of
// them is refused.
const gateDocuments = 100

// gate refuses a generation of which nothing is left.
func gate(c corpus.Counts) error {
	if c["docs_in"] < gateDocuments || c["docs_out"] > 0 {
		return nil
	}
	worst, n := "", int64(math.MinInt64)
	for _, r := range append(Rules(), Rule{Name: RuleLang}, Rule{Name: RuleExact}, Rule{Name: RuleNear}, Rule{Name: RuleBudget}) {
		if k := c["dropped."+r.Name]; k > n {
			worst, n = r.Name, k
		}
	}
	return &corpus.Error{
		Class: corpus.Refused, Offset: -1,
		What: fmt.Sprintf("filter keeps none of %d documents; %s dropped %d of them", c["docs_in"], worst, n),
		Next: "look at them with `corpus cat filter --dropped --rule " + worst + "`, then change the limit in corpus.yaml",
	}
}
