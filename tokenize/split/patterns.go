package split

import "strings"

// known gives the hand-written Cutter for a regular expression of Oniguruma's,
// if there is one. Those of one family are spelled in many ways, so the parts of
// a pattern are compared, not the whole.
func known(expr string) (pattern, bool) {
	switch expr {
	case `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
		`'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s`,
		`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`:
		return all{GPT2{}}, true
	case ` ?[^(\s|[.,!?…。，、।۔،])]+`, ` ?[^(\s|.,!?…。，、।۔،)]+`:
		return BLOOM{}, true
	}
	if p, ok := readGPT4(expr); ok {
		return all{&p}, true
	}
	if p, ok := readGPT4o(expr); ok {
		return all{&p}, true
	}
	return nil, false
}

// take cuts the first of some spellings off a pattern, the longest of those
// that fit, and gives its number.
func take(expr *string, spellings ...string) (int, bool) {
	found := -1
	for i, s := range spellings {
		if strings.HasPrefix(*expr, s) && (found < 0 || len(s) > len(spellings[found])) {
			found = i
		}
	}
	if found < 0 {
		return 0, false
	}
	*expr = (*expr)[len(spellings[found]):]
	return found, true
}

// The spellings of parts.
var (
	foldedContractions = []string{
		`(?i:'s|'t|'re|'ve|'m|'ll|'d)`,
		`'(?i:[sdmt]|ll|ve|re)`,
		`(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])`,
	}
	digitRuns = []string{`|\p{N}+`, `|\p{N}`, `|\p{N}{1,2}`, `|\p{N}{1,3}`} // by their limit
	// blankRuns are equal; "tail" is not among them, since it is not.
	blankRuns = []string{
		`|\s*[\r\n]+|\s+(?!\S)|\s+`,
		`|\s*[\r\n]|\s+(?!\S)|\s+`,
		`|\s*[\r\n]|\s+(?!\S)|\s`,
		`|\s*[\r\n]+|\s+(?!\S)|\s`,
	}
	tailRuns = []string{`|\s++$|\s*[\r\n]|\s+(?!\S)|\s`, `|\s++$|\s*[\r\n]+|\s+(?!\S)|\s+`}
)

const spelledOut = 2 // the number of the contractions that do not fold case

func readGPT4(expr string) (p GPT4, ok bool) {
	fold, ok1 := take(&expr, foldedContractions...)
	marks, ok2 := take(&expr,
		`|[^\r\n\p{L}\p{N}]?\p{L}+`, `|[^\r\n\p{L}\p{N}]?+\p{L}+`, `|[^\r\n\p{L}\p{N}]?+\p{L}++`, `|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+`)
	digits, ok3 := take(&expr, digitRuns...)
	rest, ok4 := take(&expr,
		`| ?[^\s\p{L}\p{N}]+[\r\n]*`, `| ?[^\s\p{L}\p{N}]++[\r\n]*`, `| ?[^\s\p{L}\p{N}]++[\r\n]*+`,
		`| ?[^\s\p{L}\p{N}]+[\r\n/]*`, `| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*`)
	blanks, ok5 := takeBlanks(&expr)
	p = GPT4{longS: fold != spelledOut, letters: letter, digits: digits, dark: dark, slash: rest == 3, tail: blanks}
	if marks == 3 {
		p.letters = letter | mark
	}
	if rest == 4 {
		p.dark = symbol | other
	}
	return p, ok1 && ok2 && ok3 && ok4 && ok5 && expr == ""
}

func takeBlanks(expr *string) (tail, ok bool) {
	if _, ok = take(expr, tailRuns...); ok {
		return true, true
	}
	_, ok = take(expr, blankRuns...)
	return false, ok
}

func readGPT4o(expr string) (p GPT4o, ok bool) {
	const start = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
	expr, ok = strings.CutPrefix(expr, start+`*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`)
	if !ok {
		return p, false
	}
	p.longS = true
	for i, s := range foldedContractions {
		if strings.HasPrefix(expr, s+`?`) {
			p.contractions, p.longS = true, i != spelledOut
			expr, ok = strings.CutPrefix(expr, s+`?|`+start+`+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*`+s+`?`)
			break
		}
	}
	if !p.contractions {
		expr, ok = strings.CutPrefix(expr, `|`+start+`+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*`)
	}
	digits, ok2 := take(&expr, digitRuns...)
	slash, ok3 := take(&expr, `| ?[^\s\p{L}\p{N}]+[\r\n]*`, `| ?[^\s\p{L}\p{N}]+[\r\n/]*`)
	p.digits, p.slash = digits, slash == 1
	tail, ok4 := takeBlanks(&expr)
	return p, ok && ok2 && ok3 && ok4 && !tail && expr == ""
}
