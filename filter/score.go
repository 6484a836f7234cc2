package filter

import (
	"math"

	"corpus"
)

// pool adds up the n-grams of all parts.
func pool(e corpus.Env) error {
	sum := map[string]*bag{}
	first, n := e.Parts()
	for p := first; p < first+n; p++ {
		if err := readBags(e, roleCounts, p, sum); err != nil {
			return err
		}
	}
	return writeBags(e, rolePool, sum)
}

// score is the pass that holds every text against target and pool. A document
// of a language without a target has no score, and is counted; so has a trusted one
// of a language that nothing else is in, which needs none.
func score(e corpus.Env, target *Target) error {
	first, _ := e.Parts()
	pooled := map[string]*bag{}
	if err := readBags(e, rolePool, first, pooled); err != nil {
		return err
	}
	models := map[string]*weights{}
	for lang, b := range pooled {
		if t := target.bag(lang); t != nil {
			models[lang] = newWeights(t, b)
		}
	}
	w, err := e.Create(roleScore, floats(scoreColumns, 0).Schema)
	if err != nil {
		return err
	}
	workers := make([]*tokens, crew(e, scoreMemory, tokensMemory))
	for i := range workers {
		workers[i] = new(tokens)
	}
	return tables(e, rolePart, part(e), func(t *corpus.Table) error {
		return w.Write(scoreTable(e, t, models, workers))
	})
}

var scoreColumns = []string{"dsir.score"} // nats an n-gram; null without a target

func scoreTable(e corpus.Env, t *corpus.Table, models map[string]*weights, workers []*tokens) *corpus.Table {
	out := floats(scoreColumns, t.Rows)
	text, lang := t.Column("text").Strings, t.Column("lang").Strings
	rows(workers, t.Rows, func(tok *tokens, row int) {
		out.Columns[0].Floats[row] = math.NaN()
		if m := models[lang[row]]; m != nil {
			tok.reset(text[row])
			out.Columns[0].Floats[row] = m.score(tok)
		}
	})
	for row, s := range text {
		e.Progress(int64(len(s)))
		if models[lang[row]] == nil && !t.Document(row).Trusted {
			e.Count("no_target."+codeOf(lang[row]), 1)
		}
	}
	return out
}

// codeOf is the language code in names of counts: und when there is none.
func codeOf(lang string) string {
	if lang == "" {
		return "und"
	}
	return lang
}
