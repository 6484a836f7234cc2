package filter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"corpus"
	"corpus/filter/recipe"
	"corpus/internal/langid"
)

// Config is what the filter section of corpus.yaml says.
type Config struct {
	// Recipe names the rules of quality (package recipe); "" is gopher.
	Recipe string
	// Own are the user's rules, over any attribute.
	Own []Rule
	// Langs are the languages to keep, ISO 639-1; none = every language.
	Langs []string
	// Limits replaces limits by rule name (see Rules), in every language.
	Limits map[string]float64
	// Keep is the share of the pool's bytes to keep, over 0 and up to 1; 0 keeps
	// all that passes.
	Keep float64
	// Augment adds copies of what is kept that differ in one thing, marked as such:
	// "gender" swaps gendered words in English.
	Augment string
	// Target is what to look for; nil = the bundled tables. See LoadTarget.
	Target *Target
}

// Version is raised whenever the same input would give other bytes.
const Version = 4

// DefaultRecipe is where none is named.
const DefaultRecipe = "gopher"

// recipe is the one that c names, which Check has found.
func (c Config) recipe() recipe.Recipe {
	r, _ := recipe.Named(cmp.Or(c.Recipe, DefaultRecipe))
	return r
}

// Check says what is wrong with c; class BadConfig.
func (c Config) Check() error {
	bad := func(err error) error {
		return &corpus.Error{Class: corpus.BadConfig, What: err.Error(), Offset: -1, Next: "correct the filter section of corpus.yaml or the flag"}
	}
	if _, err := recipe.Named(cmp.Or(c.Recipe, DefaultRecipe)); err != nil {
		return bad(err)
	}
	set := c.ruleSet()
	if err := set.check(families(c.kinds())); err != nil {
		return bad(err)
	}
	if c.Augment != "" && c.Augment != augmentGender {
		return bad(fmt.Errorf("filter.augment is %q, want %s or nothing", c.Augment, augmentGender))
	}
	if !(c.Keep >= 0 && c.Keep <= 1) {
		return bad(fmt.Errorf("filter.keep is %v, want a share from 0 to 1", c.Keep))
	}
	for _, l := range c.Langs {
		if known := langid.Languages(); !slices.Contains(known, l) {
			return bad(fmt.Errorf("filter.lang has %q, which is no language that corpus tells: ISO 639-1 codes such as en, and zh for Chinese; they are %s",
				l, strings.Join(known, " ")))
		}
	}
	return nil
}

// maxLang is the longest language code.
const maxLang = 8

// measures is the part of the configuration that attributes and edits depend on.
type measures struct {
	Recipe string
}

func (c Config) measures() measures { return measures{c.recipe().Name} }

// decisions is the part of the configuration that verdicts depend on.
type decisions struct {
	Recipe string
	Own    []Rule
	Langs  []string
	Limits map[string]float64
	Keep   float64
}

func (c Config) decisions() decisions {
	langs := slices.Clone(c.Langs)
	slices.Sort(langs)
	return decisions{c.recipe().Name, c.Own, slices.Compact(langs), c.Limits, c.Keep}
}

// Stage is the filter stage. It reads "ingest/part" and "dedup/verdict", whose
// duplicates are dropped and whose cluster ids are handed on; c must pass Check.
func Stage(c Config) corpus.Stage {
	s := newSelector(c)
	beside := roles(s.families)
	read := append([]string{roleLang, roleScore, roleDedup}, beside...)
	keep := append([]string{roleLang, roleScore, roleVerdict, RoleKept}, beside...)
	text := []string{rolePart, roleVerdict, roleDedup}
	if s.edits() {
		keep, text = append(keep, RoleEdits), append(text, RoleEdits)
	}
	return corpus.Stage{
		Name:    "filter",
		Version: Version,
		Keep:    keep,
		Passes: []corpus.Pass{
			{
				Name: "measure", Config: c.measures(), Inputs: []string{rolePart}, Need: c.need,
				Memory: measureMemory + s.meterMemory, Run: s.measure,
			},
			{Name: "pool", Inputs: []string{roleCounts}, Tasks: corpus.One, Memory: 2*tableMemory + bagsMemory, Run: pool},
			{
				Name: "score", Config: c.Target, Inputs: []string{rolePart, rolePool}, Memory: scoreMemory + tokensMemory,
				Run: func(e corpus.Env) error { return score(e, c.Target) },
			},
			{ // the bytes decoded follow from the sources and what of them was lost
				Name: "select", Config: c.decisions(), Inputs: append([]string{"ingest/source", "ingest/lost"}, read...),
				Tasks: corpus.One, Memory: 2 * decideMemory, Run: s.choose,
			},
			{Name: "decide", Config: c.decisions(), Inputs: append([]string{roleCut}, read...), Memory: decideMemory, Run: s.decide},
			{Name: "kept", Config: c.Augment, Inputs: text, Memory: 2*textMemory + 3*tableMemory, Run: s.kept},
		},
	}
}

// Trial is a stage that counts what Stage would drop and writes no verdicts, and
// the passes of Stage that it needs to find done.
func Trial(c Config) (stage corpus.Stage, done []string) {
	stage = Stage(c)
	passes := stage.Passes[:len(stage.Passes)-1]
	s, last := newSelector(c), len(passes)-1
	passes[last].Name, passes[last].Run = "count", s.countOnly
	stage.Passes = passes
	return stage, []string{"measure", "pool", "score"}
}

// bytesPerDocument is what the attributes and the verdict of a document take on
// disk, measured on compressed sidecars and rounded up, and sorting its rank.
const bytesPerDocument = 300 + 2*recordBytes

func (c Config) need(env corpus.Env) (int64, error) {
	in, share := env.Input(), c.Keep
	if share == 0 {
		share = 1
	}
	return in["docs_out"]*bytesPerDocument + int64(share*float64(in["bytes_decoded"])) + in["bytes_trusted"], nil
}

// The roles of the stage's tables, row-aligned with the text unless said.
const (
	rolePart    = "ingest/part"
	roleDedup   = "dedup/verdict"
	roleLang    = "attrs/lang" // id, lang, bytes, lang.score, trusted
	roleScore   = "attrs/dsir" // dsir.score
	roleVerdict = "verdict"    // keep, rules, values, limits
	roleCounts  = "ngrams"     // lang, bucket, count: n-grams of a part; not aligned
	rolePool    = "pool"       // the same of all parts, one table
	roleCut     = "cut"        // lang, score, id, bytes: the last document kept, one table
	RoleKept    = "kept/part"  // text of what is kept, and its cluster
	attrs       = "attrs/"     // families of attributes
)
