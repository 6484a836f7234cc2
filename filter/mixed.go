package filter

import (
	"math"

	"corpus"
	"corpus/internal/langid"
)

// What is done about documents in several languages, the values of Config.Mixed.
const (
	MixedOff     = "off"     // not looked at; so is ""
	MixedMeasure = "measure" // the share of each language is measured, line by line
	MixedDrop    = "drop"    // lines in another language than the document's are cut out too
)

var mixedModes = []string{MixedOff, MixedMeasure, MixedDrop}

// mixedColumns are shares of a document's letters.
var mixedColumns = []string{
	"mixed.own",    // in the language of the document
	"mixed.second", // in the language that has most of the others
	"mixed.langs",  // number of languages with a tenth or more
}

const ruleMixed = "mixed.other_language"

// mixedGauge measures mixedColumns.
type mixedGauge struct {
	detector *langid.Detector
	drop     bool
	lines    []langid.Paragraph
	shares   []langid.Share
	lang     string
}

// mixedMemory is the paragraphs of a text and what tells their languages.
const mixedMemory = 16 << 20

func (g *mixedGauge) Measure(dst []float64, text, lang string) []float64 {
	g.lang, g.lines = lang, g.detector.Paragraphs(g.lines[:0], text)
	g.shares = langid.Shares(g.shares[:0], g.lines)
	if len(g.shares) == 0 || lang == "" {
		return append(dst, math.NaN(), math.NaN(), 0)
	}
	own, second, langs := 0.0, 0.0, 0.0
	for _, s := range g.shares {
		switch s.Lang {
		case lang:
			own = s.Share
		case "":
		default:
			second = max(second, s.Share)
		}
		if s.Lang != "" && s.Share >= 0.1 {
			langs++
		}
	}
	return append(dst, own, second, langs)
}

func (g *mixedGauge) AppendEdits(dst []corpus.Edit) []corpus.Edit {
	if !g.drop || g.lang == "" {
		return dst
	}
	for _, l := range g.lines {
		if l.Lang != "" && l.Lang != g.lang {
			dst = append(dst, corpus.Edit{Start: l.Start, End: l.End, Rule: ruleMixed})
		}
	}
	return dst
}
