package filter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"corpus"
	"corpus/filter/linear"
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
	// LangID says who tells languages, LangIDPacked or LangIDLingua.
	LangID string
	// Mixed says what is done about documents in several languages, one of
	// MixedOff, MixedMeasure, MixedDrop.
	Mixed string
	// Toxicity says what is done about toxic text, one of ToxicDrop, ToxicCut,
	// ToxicMask; ToxicityModel tells it in English, nil = the embedded one.
	Toxicity      string
	ToxicityModel *linear.Model
	// PII says what is done about personal data, one of PIIMask, PIICount, PIIOff.
	PII string
	// DedupEdits says that dedup has edits, which are made too.
	DedupEdits bool
	// Augment adds copies of what is kept that differ in one thing, marked as such:
	// "gender" swaps gendered words in English.
	Augment string
	// Rehydrate has what is kept learnt from as often as dedup's weights say, which
	// follow from the size of the cluster: Weight. The budget counts each text once.
	Rehydrate bool
	Weight    func(size int64) int64
	// Select is the method that ranks what passed, one of Methods; "" = dsir.
	Select string
	// Target is what dsir looks for; nil = the bundled tables. See LoadTarget.
	Target *Target
	// Quality is the model of the method quality, Perplexity those of perplexity.
	Quality    *Quality
	Perplexity *Perplexity
	// Balance divides the budget among languages and domains, such as
	// "lang=temperature:0.3,domain=cap:1%"; "" = among languages in proportion.
	Balance string
	// Seed draws another sample, of the methods that draw.
	Seed uint64
	// BestCopy keeps of the documents of a cluster that pass every rule the one that
	// the method ranks first; else it is dedup's survivor, or the first of the others
	// where that does not pass.
	BestCopy bool
}

// Version is raised whenever the same input would give other bytes.
const Version = 6

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
	if err := c.checkMethod(); err != nil {
		return bad(err)
	}
	set := c.ruleSet()
	if err := set.check(c.sidecars()); err != nil {
		return bad(err)
	}
	if _, err := parseBalance(c.Balance); err != nil {
		return bad(err)
	}
	for _, mode := range []struct {
		key, value string
		all        []string
	}{{"toxicity", c.Toxicity, toxicModes}, {"pii", c.PII, piiModes}, {"mixed", c.Mixed, mixedModes}, {"langid", c.LangID, langIDs}} {
		if mode.value != "" && !slices.Contains(mode.all, mode.value) {
			return bad(fmt.Errorf("filter.%s is %q, want %s", mode.key, mode.value, strings.Join(mode.all, ", ")))
		}
	}
	if c.Augment != "" && c.Augment != augmentGender {
		return bad(fmt.Errorf("filter.augment is %q, want %s or nothing", c.Augment, augmentGender))
	}
	if c.Rehydrate && c.Weight == nil {
		return bad(fmt.Errorf("filter.rehydrate needs dedup's weights"))
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
type measures struct{ Recipe, LangID, Mixed, Toxicity, ToxicityModel, PII string }

func (c Config) measures() measures {
	model := "embedded"
	if c.ToxicityModel != nil {
		model = c.ToxicityModel.Hash()
	}
	return measures{
		c.recipe().Name, cmp.Or(c.LangID, LangIDPacked), cmp.Or(c.Mixed, MixedOff), cmp.Or(c.Toxicity, ToxicDrop), model, cmp.Or(c.PII, PIIOff),
	}
}

// edits says whether measuring may cut something out of documents or replace it.
func (c Config) edits() bool {
	return slices.ContainsFunc(c.kinds(), func(k kind) bool { return k.edits })
}

// decisions is the part of the configuration that verdicts depend on.
type decisions struct {
	Recipe string
	Own    []Rule
	Langs  []string
	Limits map[string]float64
	Keep   float64
	Select selection
}

// promotion is what of it says which document of a cluster stands.
type promotion struct {
	Recipe   string
	Own      []Rule
	Langs    []string
	Limits   map[string]float64
	BestCopy *selection // what ranks copies
}

func (c Config) promotion() promotion {
	d := c.decisions()
	p := promotion{Recipe: d.Recipe, Own: d.Own, Langs: d.Langs, Limits: d.Limits}
	if c.BestCopy {
		d.Select.Balance = balance{}
		p.BestCopy = &d.Select
	}
	return p
}

// selection is what of it ranks and divides.
type selection struct {
	Role    string
	Column  int
	Noise   bool
	Seed    uint64 // 0 where nothing is drawn
	Balance balance
}

func (c Config) decisions() decisions {
	langs := slices.Clone(c.Langs)
	slices.Sort(langs)
	return decisions{c.recipe().Name, c.Own, slices.Compact(langs), c.Limits, c.Keep, c.selection()}
}

func (c Config) selection() selection {
	m := c.method()
	s := selection{Role: m.family.role, Column: m.column, Noise: m.noise}
	s.Balance, _ = parseBalance(c.Balance) // which Check does too
	if m.noise {
		s.Seed = c.Seed
	}
	return s
}

// Stage is the filter stage. It reads "ingest/part" and "dedup/verdict", whose
// duplicates are dropped and whose cluster ids are handed on; c must pass Check.
func Stage(c Config) corpus.Stage {
	s := newSelector(c)
	read := append([]string{roleDedup, roleLang}, roles(s.sidecars)...)
	judge := append([]string{roleChanges}, read...)
	keep := append([]string{roleVerdict, RoleKept, RoleReport, roleLang, roleStanding}, roles(c.sidecars())...)
	text := []string{rolePart, roleLang, roleVerdict, roleDedup}
	if s.edits {
		keep = append(keep, RoleEdits)
	}
	if c.DedupEdits {
		keep = append(keep, RoleAllEdits, attrs+"edits") // which is among the sidecars without
	}
	if s.allEdits != "" {
		text = append(text, s.allEdits)
	}
	return corpus.Stage{
		Name:    "filter",
		Version: Version,
		Keep:    keep,
		Passes: slices.Concat(
			[]corpus.Pass{{
				Name: "measure", Config: c.measures(), Inputs: []string{rolePart}, Need: c.need,
				Memory: measureMemory + authorityMemory + s.meterMemory, Run: s.measure,
			}},
			c.settlePass(),
			s.by.passes,
			[]corpus.Pass{
				{
					Name: "promote", Config: c.promotion(), Inputs: append([]string{roleStanding + "+"}, read...),
					Tasks: corpus.One, Memory: 2*decideMemory + idFilterBytes, Run: s.promote,
				},
				{ // the bytes decoded follow from the sources and what of them was lost
					Name: "select", Config: c.decisions(), Inputs: append([]string{"ingest/source", "ingest/lost"}, judge...),
					Tasks: corpus.One, Memory: 2 * decideMemory, Run: s.choose,
				},
				{
					Name: "decide", Config: c.decisions(), Inputs: append([]string{roleCut, roleCapped, roleIdentity}, judge...),
					Memory: decideMemory + s.cappedMemory() + groupsMemory, Run: s.decide,
				},
				{Name: "report", Inputs: []string{roleGroups}, Tasks: corpus.One, Memory: 2*tableMemory + groupsMemory, Run: report},
				{Name: "kept", Config: keeping{c.Augment, c.Rehydrate}, Inputs: text, Memory: 2*textMemory + 3*tableMemory, Run: s.kept},
			},
		),
	}
}

// Trial is a stage that counts what Stage would drop and writes no verdicts, and
// the passes of Stage that it needs to find done.
func Trial(c Config) (stage corpus.Stage, done []string) {
	stage = Stage(c)
	passes := stage.Passes[:len(stage.Passes)-2] // up to decide
	s, last := newSelector(c), len(passes)-1
	passes[last].Name, passes[last].Run = "count", s.countOnly
	stage.Passes = passes
	for _, p := range passes[:last-2] { // all before promote
		done = append(done, p.Name)
	}
	return stage, done
}

// bytesPerDocument is what the attributes and the verdict of a document take on
// disk, measured on compressed sidecars and rounded up, and sorting its rank, by
// domain too.
const bytesPerDocument = 300 + 2*(recordBytes+byDomainBytes)

func (c Config) need(env corpus.Env) (int64, error) {
	in, share := env.Input(), c.Keep
	if share == 0 {
		share = 1
	}
	return in["docs_out"]*bytesPerDocument + int64(share*float64(in["bytes_decoded"])) + in["bytes_trusted"], nil
}

// The roles of the stage's tables, row-aligned with the text unless said.
const (
	rolePart     = "ingest/part"
	roleDedup    = "dedup/verdict"
	roleLang     = "attrs/lang" // id, lang, bytes, lang.score, trusted, domain, source
	roleVerdict  = "verdict"    // keep, rules, values, limits
	roleCounts   = "ngrams"     // lang, bucket, count: n-grams of a part; not aligned
	rolePool     = "pool"       // the same of all parts, one table
	roleCut      = "cut"        // lang, score, id, bytes: the last document kept, one table
	roleCapped   = "capped"     // lang, domain, any, score, id: the last that a domain's cap allows, one table
	roleChanges  = "changes"    // part, row, promoted, score: where another document stands than dedup's survivor, one table
	roleStanding = "standing"   // clusters that have a text which passes; not aligned
	roleGroups   = "groups"     // what became of the groups of a part, see groupSchema; not aligned
	RoleReport   = "report"     // the same of all parts, one table
	RoleKept     = "kept/part"  // text of what is kept, and its cluster
	attrs        = "attrs/"     // families of attributes

	roleDSIR       = "attrs/dsir"       // dsir.score, dsir.weight
	roleQuality    = "attrs/quality"    // quality.score
	rolePerplexity = "attrs/perplexity" // perplexity.score
	roleIdentity   = "attrs/identity"   // mentions of groups of people, see package bias
)
