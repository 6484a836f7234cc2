package tokenize

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestReport(t *testing.T) {
	tok := trainOn(t, []string{"low low lower lowest"}, 370)
	enc := tok.NewEncoder()
	whole, a, b := NewTally(tok.Size()), NewTally(tok.Size()), NewTally(tok.Size())
	for i, text := range []string{"low lower", "new low", "日本"} {
		lang, words := "en", 2
		part := a
		if i == 2 {
			lang, part = "ja", b
		}
		ids := enc.Encode(nil, text)
		whole.Add(lang, len(text), words, ids)
		part.Add(lang, len(text), words, ids)
	}
	if err := b.Merge(a); err != nil || !reflect.DeepEqual(b, whole) {
		t.Fatalf("merged %+v (%v), want %+v", b, err, whole)
	}
	stored, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	read := new(Tally)
	if err := json.Unmarshal(stored, read); err != nil || !reflect.DeepEqual(read, whole) {
		t.Fatalf("stored and read %+v (%v)", read, err)
	}
	r, err := tok.Report(whole)
	if err != nil {
		t.Fatal(err)
	}
	ja := r.Langs["ja"]
	if r.Texts != 3 || r.Bytes != 22 || r.UnknownRate != 0 || ja.Bytes != 6 || ja.Tokens != 6 || ja.Fertility != 3 || ja.BytesPerToken != 1 {
		t.Errorf("report %+v", r)
	}
	used := 0
	for id, n := range whole.Uses {
		if n > 0 && !tok.special[id] {
			used++
		}
	}
	if r.Unused != tok.Size()-NumReserved-used || len(r.UnusedIDs) != 100 {
		t.Errorf("%d ids unused, %d listed, %d used of %d", r.Unused, len(r.UnusedIDs), used, tok.Size())
	}
	if len(r.Longest) != 20 || r.Longest[0].Text != " lowe" || r.Longest[0].Uses != 1 {
		t.Errorf("longest: %+v", r.Longest[0])
	}
}

func TestTallyOfAnotherVocabulary(t *testing.T) {
	tok := trainOn(t, []string{"a"}, 363)
	if _, err := tok.Report(NewTally(362)); err == nil {
		t.Error("a report on another vocabulary's tally")
	}
	if err := NewTally(5).Merge(NewTally(6)); err == nil {
		t.Error("tallies of two vocabularies were added")
	}
}
