package spacy

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strconv"
	"strings"
	"sync"
)

//go:embed rules.gz
var rulesGz []byte

// span is a range of code points, both ends included.
type span struct{ lo, hi rune }

// table is the content of rules.gz; a language is read when it is asked for.
type table struct {
	sets  [][]span
	named map[string]int
	base  []string
	langs map[string]*section
	alias map[string]string
}

// section is one language: its lines, and the rules once they are made.
type section struct {
	lines []string
	once  sync.Once
	rules *rules
}

var theTable = sync.OnceValue(readTable)

func readTable() *table {
	z, err := gzip.NewReader(bytes.NewReader(rulesGz))
	if err != nil {
		panic("spacy: rules.gz: " + err.Error())
	}
	data, err := io.ReadAll(z)
	if err != nil {
		panic("spacy: rules.gz: " + err.Error())
	}
	t := &table{named: map[string]int{}, langs: map[string]*section{}, alias: map[string]string{}}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	for len(lines) > 0 && !strings.HasPrefix(lines[0], "lang ") {
		t.head(lines[0])
		lines = lines[1:]
	}
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && !strings.HasPrefix(lines[n], "lang ") {
			n++
		}
		t.langs[lines[0][len("lang "):]] = &section{lines: lines[1:n]}
		lines = lines[n:]
	}
	return t
}

// head reads one line before the first language.
func (t *table) head(line string) {
	if list, ok := strings.CutPrefix(line, "base\t"); ok {
		t.base = strings.Split(list, "\t")
		return
	}
	key, value, _ := strings.Cut(line, " ")
	switch key {
	case "set":
		t.sets = append(t.sets, parseSpans(value))
	case "alias":
		for _, pair := range strings.Fields(value) {
			code, lang, _ := strings.Cut(pair, "=")
			t.alias[code] = lang
		}
	default:
		t.named[key] = number(value, 10)
	}
}

// of is the language whose rules serve code, or nil.
func (t *table) of(code string) *section {
	if lang, ok := t.alias[code]; ok {
		code = lang
	}
	return t.langs[code]
}

func parseSpans(list string) []span {
	var out []span
	for part := range strings.SplitSeq(list, ",") {
		lo, hi, ok := strings.Cut(part, "-")
		if !ok {
			hi = lo
		}
		out = append(out, span{rune(number(lo, 16)), rune(number(hi, 16))})
	}
	return out
}

// number reads an integer of the embedded table.
func number(s string, base int) int {
	n, err := strconv.ParseInt(s, base, 32)
	if err != nil {
		panic("spacy: rules.gz: " + err.Error())
	}
	return int(n)
}
