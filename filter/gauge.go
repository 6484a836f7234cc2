package filter

import (
	"slices"
	"strings"

	"corpus"
	"corpus/filter/bias"
	"corpus/filter/pii"
	"corpus/filter/recipe"
	"corpus/filter/toxic"
	"corpus/internal/langid"
)

// gauge measures one kind of attributes; each goroutine has its own.
type gauge interface {
	// Measure appends the values of a text; NaN is what was not measured.
	Measure(dst []float64, text, lang string) []float64
}

// editor is a gauge that also wants something cut out or replaced.
type editor interface {
	// AppendEdits adds the edits of the text last measured.
	AppendEdits(dst []corpus.Edit) []corpus.Edit
}

// clipper is a gauge that looks at the beginning of a long text only.
type clipper interface {
	// Clipped says whether the text last measured goes on.
	Clipped() bool
}

// kind is attributes that are measured together.
type kind struct {
	attributes []string
	memory     int64 // of a gauge
	new        func() gauge
	edits      bool
}

// kinds are all that the configuration wants measured beside language and
// importance.
func (c Config) kinds() []kind {
	r := c.recipe()
	all := []kind{
		{r.Attributes(), recipe.Memory, func() gauge { return r.New() }, r.Edits()},
		{toxic.Attributes(), toxicMemory, func() gauge { return newToxicGauge(c.Toxicity, c.ToxicityModel) }, len(c.toxicRules()) == 0},
		{bias.Attributes(), bias.Memory, func() gauge { return new(bias.Mentions) }, false},
	}
	if c.Mixed == MixedMeasure || c.Mixed == MixedDrop {
		drop := c.Mixed == MixedDrop
		all = append(all, kind{mixedColumns, mixedMemory, func() gauge { return &mixedGauge{detector: langid.New(), drop: drop} }, drop})
	}
	if c.PII == PIIMask || c.PII == PIICount {
		all = append(all, kind{pii.Attributes(), pii.Memory, func() gauge { return newPIIGauge(c.PII == PIIMask) }, c.PII == PIIMask})
	}
	return all
}

// family is attributes that stand in one sidecar.
type family struct {
	role    string
	columns []string
}

// families groups what measure gives by what stands before the dot in the names.
func (c Config) families() (all []family) {
	var names []string
	for _, k := range c.kinds() {
		names = append(names, k.attributes...)
	}
	if c.edits() {
		names = append(names, leftColumns...)
	}
	for _, a := range names {
		name, _, _ := strings.Cut(a, ".")
		if n := len(all); n > 0 && all[n-1].role == attrs+name {
			all[n-1].columns = append(all[n-1].columns, a)
		} else {
			all = append(all, family{attrs + name, []string{a}})
		}
	}
	return all
}

func roles(families []family) []string {
	var all []string
	for _, f := range families {
		all = append(all, f.role)
	}
	return all
}

// place says where an attribute is: 0 is the sidecar of the language, then come the
// families; and the column.
func place(families []family, attribute string) (at [2]int, ok bool) {
	if j := langSchema.Index(attribute); j >= 0 && langSchema[j].Kind == corpus.Floats {
		return [2]int{0, j}, true
	}
	for i, f := range families {
		if j := slices.Index(f.columns, attribute); j >= 0 {
			return [2]int{1 + i, j}, true
		}
	}
	return at, false
}
