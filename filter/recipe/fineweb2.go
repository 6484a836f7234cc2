package recipe

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// fineweb2Steps are the filters of FineWeb-2 in the order of its pipeline: without
// the rules for paragraphs, those for the characters of repeated lines and for
// short lines, and with a wider limit for lines that FineWeb would call repeated.
func fineweb2Steps() []step {
	repetition, fineweb := repetitionStep(), finewebStep()
	repetition.rules = slices.DeleteFunc(repetition.rules, func(r Rule) bool {
		return slices.Contains([]string{"repetition.dup_paragraphs", "repetition.dup_paragraph_chars", "repetition.dup_line_chars"}, r.Name)
	})
	fineweb.rules = slices.DeleteFunc(fineweb.rules, func(r Rule) bool { return r.Name == "fineweb.short_lines" })
	for i, r := range fineweb.rules {
		if r.Name == "fineweb.dup_line_chars" {
			fineweb.rules[i].Limit = 0.1
		}
	}
	return []step{repetition, fineweb, gopherStep()}
}

// fineweb2Table is made by testdata/scripts/filter_fineweb2.py.
//
//go:embed fineweb2.tsv
var fineweb2Table string

// tuned is what FineWeb-2 has of one language.
type tuned struct {
	limits    map[string]float64 // by rule
	stopWords []string
}

// fineweb2Rules are the rules of the table's numbers, which begin with its third
// column.
var fineweb2Rules = []string{
	"repetition.dup_lines",
	"repetition.top_2_gram", "repetition.top_3_gram", "repetition.top_4_gram",
	"repetition.dup_5_gram", "repetition.dup_6_gram", "repetition.dup_7_gram", "repetition.dup_8_gram", "repetition.dup_9_gram", "repetition.dup_10_gram",
	"fineweb.line_punct", "gopher.max_mean_word_length", "gopher.min_mean_word_length", "gopher.alpha_words", "fineweb.list_ratio",
}

// fineweb2 is the table by language.
var fineweb2 = sync.OnceValue(func() map[string]tuned {
	all := map[string]tuned{}
	for line := range strings.Lines(fineweb2Table) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		numbers, last := cells[2:len(cells)-1], cells[len(cells)-1]
		row := tuned{map[string]float64{}, strings.Split(last, " ")}
		for i, rule := range fineweb2Rules {
			v, err := strconv.ParseFloat(numbers[i], 64)
			if err != nil {
				panic(fmt.Errorf("fineweb2.tsv, %s: %w", cells[0], err)) // it is embedded, and a test reads it
			}
			row.limits[rule] = v
		}
		all[cells[0]] = row
	}
	return all
})
