package toxic

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corpus"
	"corpus/filter/linear"
)

// write makes a file of the test's folder.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if strings.HasSuffix(name, ".gz") {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(text))
		z.Close()
		text = b.String()
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// insults is n records, every other toxic, made by line.
func insults(n int, line func(text string, toxic bool) string) string {
	var b strings.Builder
	for i := range n {
		text := fmt.Sprintf("person %c%c is a kind teacher", 'a'+i%26, 'a'+i/26%26)
		if i%2 == 0 {
			text = fmt.Sprintf("person %c%c is a rotten grumbler", 'a'+i%26, 'a'+i/26%26)
		}
		b.WriteString(line(text, i%2 == 0) + "\n")
	}
	return b.String()
}

func TestTrainFiles(t *testing.T) {
	asJSON := insults(400, func(text string, toxic bool) string { return fmt.Sprintf(`{"text":%q,"label":%v}`, text, toxic) })
	asCSV := "id,comment,class\n" + insults(400, func(text string, toxic bool) string {
		return fmt.Sprintf("7,%q,%s", text, map[bool]string{true: "spiteful", false: "fine"}[toxic])
	})
	m, r, err := TrainFiles([]string{write(t, "a.jsonl", asJSON+"{bad\n{\"text\":\"x\"}\n{\"label\":1}\n{\"text\":\"y\",\"label\":\"maybe\"}\n")}, FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Toxic != 200 || r.Other != 200 || r.AUC < 0.99 || r.Recall < 0.9 || r.Wrong > 0.1 || r.HeldToxic+r.HeldOther < 40 {
		t.Errorf("report %+v", r)
	}
	if r.Skipped["not JSON"] != 1 || r.Skipped["unknown label"] != 2 || r.Skipped["no text"] != 1 {
		t.Errorf("skipped %v", r.Skipped)
	}
	other, s, err := TrainFiles([]string{write(t, "b.csv.gz", asCSV)}, FileOptions{Text: "comment", Label: "class", Toxic: []string{"spiteful"}})
	if err != nil {
		t.Fatal(err)
	}
	if other.Hash() != m.Hash() || s.AUC != r.AUC {
		t.Error("the same texts in CSV give another model")
	}
	var file bytes.Buffer
	if err := m.Encode(&file); err != nil {
		t.Fatal(err)
	}
	loaded, err := LoadModel(write(t, "m", file.String()))
	if err != nil {
		t.Fatal(err)
	}
	if v := NewMeter(loaded).Measure(nil, "what a rotten grumbler", "en"); !(v[1] > Limit) {
		t.Errorf("the loaded model gives %v", v)
	}
}

func TestTrainFilesRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"a.txt": "x", "b.csv": "", "c.csv": "text,other\n", "d.jsonl": `{"text":"a","label":1}`, "e.csv.gz": "text,label\na,1\n", "f.jsonl.gz": "",
	} {
		if _, _, err := TrainFiles([]string{write(t, name, text)}, FileOptions{}); corpus.ClassOf(err) != corpus.BadConfig {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := TrainFiles([]string{"nowhere.csv"}, FileOptions{}); corpus.ClassOf(err) != corpus.BadConfig {
		t.Error(err)
	}
	if _, err := LoadModel(write(t, "x", "no model")); corpus.ClassOf(err) != corpus.BadConfig {
		t.Error(err)
	}
}

func TestLabels(t *testing.T) {
	for label, want := range map[string][2]bool{
		"1": {true, true}, "0": {false, true}, "0.7": {true, true}, "0.2": {false, true}, "Toxic": {true, true}, "not toxic": {false, true},
		"true": {true, true}, "neither": {false, true}, "7": {true, false}, "?": {false, false}, "": {false, false}, "NaN": {false, false},
	} {
		toxic, known := FileOptions{}.isToxic(label)
		if known != want[1] || known && toxic != want[0] {
			t.Errorf("%q: toxic %v, known %v", label, toxic, known)
		}
	}
}

func TestAUC(t *testing.T) {
	for _, c := range []struct {
		toxic, other []float64
		want         float64
	}{
		{[]float64{3, 4}, []float64{1, 2}, 1}, {[]float64{1}, []float64{1}, 0.5}, {[]float64{1, 3}, []float64{2}, 0.5}, {[]float64{0}, []float64{1, 2}, 0},
	} {
		if got := linear.AUC(c.toxic, c.other); got != c.want {
			t.Errorf("%v and %v: %v, want %v", c.toxic, c.other, got, c.want)
		}
	}
}

func FuzzFiles(f *testing.F) {
	f.Add("text,label\na,1\n\"b\n,0\n", "{\"text\":\"a\",\"label\":\"toxic\"}\n[]\n")
	f.Fuzz(func(t *testing.T, table, lines string) {
		l := labelled{FileOptions: FileOptions{Text: "text", Label: "label"}, skipped: map[string]int{}}
		_ = l.table(strings.NewReader(table))
		_ = l.lines(strings.NewReader(lines))
		for _, e := range l.all {
			if strings.TrimSpace(e.Text) == "" {
				t.Fatal("an example without text")
			}
		}
	})
}
