package filter

import (
	"encoding/binary"
	"math"

	"corpus"
	"corpus/internal/langid"
	"corpus/internal/lingua"
)

// Who tells the language of documents, the values of Config.LangID.
const (
	LangIDPacked = "packed" // package langid, as in ingest; so is ""
	LangIDLingua = "lingua" // lingua-go alone, about 300 times as slow
)

var langIDs = []string{LangIDPacked, LangIDLingua}

// askedShare of the documents, chosen by id, are shown to lingua-go too.
const askedShare = 0.001

// authorityMemory is a process with lingua-go and the models of all languages, as
// measured (docs/benchmarks.md).
const authorityMemory = 144 << 20

// authority holds the language that ingest told against lingua-go's answer.
type authority struct {
	lingua   *lingua.Authority
	detector *langid.Detector
	alone    bool
}

func newAuthority(alone bool) *authority {
	return &authority{lingua.New(), langid.New(), alone}
}

// asked says whether lingua-go sees the document of an id.
func (a *authority) asked(id corpus.ID) bool {
	return a.alone || float64(binary.BigEndian.Uint64(id[:])) < askedShare*math.MaxUint64
}

// answer is what lingua-go says of the text that told the language.
func (a *authority) answer(text string) (lang string, score float64) {
	if a.alone {
		return a.lingua.Detect(text)
	}
	_, _, read := a.detector.Decide(text)
	return a.lingua.Detect(read)
}

// tell is who a batch's languages are told by: for each document the answer where
// lingua-go was asked, and with it alone the language and its score.
func (a *authority) tell(e corpus.Env, t *corpus.Table, workers int) {
	ids, text := t.Column("id").IDs, t.Column("text").Strings
	lang, score := t.Column("lang").Strings, t.Column("lang_score").Floats
	answers, scores := make([]string, t.Rows), make([]float64, t.Rows)
	rows(make([]struct{}, workers), t.Rows, func(_ struct{}, row int) {
		if a.asked(ids[row]) {
			answers[row], scores[row] = a.answer(text[row])
		}
	})
	for row, id := range ids {
		if !a.asked(id) {
			continue
		}
		e.Count("lingua.asked", 1)
		if answers[row] == lang[row] {
			e.Count("lingua.agreed", 1)
		}
		if a.alone {
			lang[row], score[row] = answers[row], scores[row]
		}
	}
}
