// Package lingua asks lingua-go itself for the language of a text: the authority
// that package langid is held against, about 300 times as slow. It is a package of
// its own because the models embedded in lingua-go make a program 128 MB larger;
// until the first text is looked at they cost neither time nor memory.
package lingua

import (
	"strings"
	"unicode/utf8"

	"github.com/pemistahl/lingua-go"
)

// maxText is how much of a text is looked at, in bytes: as much as package langid
// looks at.
const maxText = 64 << 10

// Authority is lingua-go in its low-accuracy mode with all its 75 languages; from
// 120 letters on it answers as in the other mode. Models are loaded when a text
// first needs them, and stay. It may be used by many goroutines at once.
type Authority struct {
	detector lingua.LanguageDetector
}

// New is an authority that has nothing loaded.
func New() *Authority {
	return &Authority{lingua.NewLanguageDetectorBuilder().FromAllLanguages().WithLowAccuracyMode().Build()}
}

// Detect gives the ISO 639-1 code of the language of text in lower case, and
// lingua's confidence in it, from 0 to 1. It is "" and 0 when lingua cannot tell.
func (a *Authority) Detect(text string) (lang string, score float64) {
	values := a.detector.ComputeLanguageConfidenceValues(cut(text))
	if values[0].Value() == values[1].Value() { // as lingua's own DetectLanguageOf
		return "", 0
	}
	return strings.ToLower(values[0].Language().IsoCode639_1().String()), values[0].Value()
}

// cut is text up to maxText, in whole characters.
func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	n := maxText
	for n > maxText-utf8.UTFMax && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
