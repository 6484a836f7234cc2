package recipe

// Rule draws a limit through an attribute. A value that was not measured passes.
type Rule struct {
	Name      string  // as in counts and verdicts
	Attribute string  // the column it looks at
	Below     bool    // fails below the limit; else above it
	Inclusive bool    // fails on the limit too
	Limit     float64 // where a language has none of its own
	ByLang    map[string]float64
}

// Fails says whether value is on the wrong side of limit; NaN never is.
func (r *Rule) Fails(value, limit float64) bool {
	switch {
	case r.Inclusive && value == limit:
		return true
	case r.Below:
		return value < limit
	}
	return value > limit
}

// LimitOf is where the rule is drawn for a language.
func (r *Rule) LimitOf(lang string) float64 {
	if limit, ok := r.ByLang[lang]; ok {
		return limit
	}
	return r.Limit
}
