package against

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"corpus"
	"corpus/internal/words"
)

func lower(dst []byte, word string) []byte { return append(dst, strings.ToLower(word)...) }

var plenty = Options{Memory: 1 << 30, Fold: lower}

// write makes files in a new folder and gives their names.
func write(t testing.TB, files ...string) (names []string) {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		name := filepath.Join(dir, files[i])
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, []byte(files[i+1]), 0o666)); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

func load(t testing.TB, o Options, files ...string) *Sets {
	t.Helper()
	s, err := Load(write(t, files...), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wordsOf(text string) (all []string) {
	for _, s := range words.Append(nil, text) {
		if !s.Symbol {
			all = append(all, strings.ToLower(text[s.Start:s.End]))
		}
	}
	return all
}

// someText is words of a few, so that sequences come again.
func someText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteString([]string{"a", "B", "b", "c", "don't", "好", "-", "."}[r.IntN(8)] + []string{" ", ", ", "\n"}[r.IntN(3)])
	}
	return b.String()
}

// TestFinderAgainstMap: what is found, where, of which examples, and the share of
// words that is covered are those of a map of joined words.
func TestFinderAgainstMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{1, 3, 5, 9, 13} {
		var file strings.Builder
		owners := map[string][]int{}
		example := 0
		for range 60 {
			text := strings.Join(strings.Fields(someText(r, 1+r.IntN(16))), " ")
			file.WriteString(text + "\n\n")
			all := wordsOf(text)
			if len(all) == 0 {
				continue
			}
			k := min(n, len(all))
			if k < n && k < min(8, n) {
				k = len(all) + 1
			}
			for i := 0; i+k <= len(all); i++ {
				gram := strings.Join(all[i:i+k], " ")
				if !slices.Contains(owners[gram], example) {
					owners[gram] = append(owners[gram], example)
				}
			}
			example++
		}
		s := load(t, Options{Words: n, Memory: 1 << 30, Fold: lower}, "set.txt", file.String())
		if s.Ngrams() != len(owners) || s.Len() != example || s.All()[0].Examples != example {
			t.Fatalf("%d words: %d n-grams of %d examples, want %d of %d", n, s.Ngrams(), s.Len(), len(owners), example)
		}
		f := NewFinder(s)
		for range 200 {
			text := someText(r, r.IntN(60))
			all, got := wordsOf(text), map[string]bool{}
			covered := make([]bool, len(all))
			share := f.Each(text, nil, func(found Found) {
				gram := strings.Join(wordsOf(text[found.Start:found.End]), " ")
				got[gram] = true
				var who []int
				s.Examples(found.Ngram, func(i int, _ Example) { who = append(who, i) })
				if !slices.Equal(who, owners[gram]) {
					t.Fatalf("%q is of %v, want %v", gram, who, owners[gram])
				}
			})
			want := map[string]bool{}
			for k := 1; k <= n; k++ {
				for i := 0; i+k <= len(all); i++ {
					if gram := strings.Join(all[i:i+k], " "); owners[gram] != nil {
						want[gram] = true
						for j := range k {
							covered[i+j] = true
						}
					}
				}
			}
			in := 0
			for _, c := range covered {
				if c {
					in++
				}
			}
			if len(got) != len(want) || share != float64(in)/float64(max(1, len(all))) {
				t.Fatalf("%d words: found %v with share %v, want %v with %d of %d", n, got, share, want, in, len(all))
			}
		}
	}
}

const thirteen = "one two three four five six seven eight nine ten eleven twelve thirteen"

// TestRecords: a record is its text, or all its strings in order.
func TestRecords(t *testing.T) {
	for record, want := range map[string]string{
		`{"id":"x","text":"the text","answer":"no"}`:           "the text",
		`{"question":"q","choices":["a","b"],"n":3,"ok":true}`: "q\na\nb\n",
		`{"a":{"text":"deep"},"b":[{"c":"d"},[["e"]]]}`:        "deep\nd\ne\n",
		`{"text":" ","a":"b"}`:                                 " \nb\n",
		`{"text":null,"a":{"text":{}},"b":"c"}`:                "c\n",
		`"alone"`:                                              "alone\n",
		`["x",{"text":"y"}]`:                                   "x\ny\n",
		`12`:                                                   "",
	} {
		if got, err := recordText([]byte(record)); got != want || err != nil {
			t.Errorf("%s is %q, %v; want %q", record, got, err, want)
		}
	}
	for _, bad := range []string{`{"a":`, `{"a" "b"}`, `nonsense`, `[1`, `{`, `}`} {
		if got, err := recordText([]byte(bad)); err == nil {
			t.Errorf("%s is %q", bad, got)
		}
	}
}

func TestSets(t *testing.T) {
	s := load(t, plenty,
		"mmlu/test.jsonl", "\ufeff"+`{"question":"`+thirteen+`"}`+"\n\n"+`{"question":"Why?"}`+"\n"+`{"n":1}`+"\n",
		"arc/test.jsonl", `{"text":"`+thirteen+`"}`+"\n",
		"long.txt", "One two three\nfour five six seven eight\n \nshort one\n\n\n"+thirteen+" fourteen\n")
	want := []Set{{"mmlu/test", 2, 1, 0}, {"arc/test", 1, 0, 2}, {"long", 3, 1, 3}}
	if !slices.Equal(s.All(), want) {
		t.Errorf("%+v, want %+v", s.All(), want)
	}
	var got []string
	NewFinder(s).Each("x "+strings.ToUpper(thirteen)+" y", nil, func(f Found) {
		s.Examples(f.Ngram, func(_ int, e Example) { got = append(got, fmt.Sprintf("%s:%d", s.All()[e.Set].Name, e.Line)) })
		var among []int
		s.Among(f.Ngram, func(set int) { among = append(among, set) })
		got = append(got, fmt.Sprint(among, s.First(f.Ngram).Line))
	})
	if want := "[long:1 [2] 1 mmlu/test:1 arc/test:1 long:7 [0 1 2] 1]"; fmt.Sprint(got) != want {
		t.Errorf("found %v, want %s", got, want)
	}
}

// TestHash: the hash is of content, names, order and settings, not of places.
func TestHash(t *testing.T) {
	hash := func(o Options, files ...string) string {
		b, err := load(t, o, files...).MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	want := hash(plenty, "a.txt", thirteen)
	if got := hash(plenty, "elsewhere/a.txt", thirteen); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	other := plenty
	other.Words = 12
	for _, got := range []string{hash(plenty, "a.txt", thirteen+"\n"), hash(plenty, "b.txt", thirteen), hash(plenty, "a.txt", thirteen, "b.txt", thirteen), hash(other, "a.txt", thirteen)} {
		if got == want {
			t.Errorf("%s is the same", got)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	long := strings.Repeat("x ", 25<<20)
	for want, files := range map[string][]string{
		"no text in it":                      {"a.txt", ""},
		"no text":                            {"a.txt", strings.Repeat("\n", 1_000_000)},
		"no text in":                         {"a.jsonl", "{}\n[]\n"},
		"line 2 is not text in UTF-8":        {"a.txt", "fine\n\xff\xfe\n"},
		"line 1 is not text in UTF-8":        {"a.jsonl", "{\"text\":\"\xff\"}"},
		"line 2: ":                           {"a.jsonl", "{}\n{\"text\":"},
		"line 1 is longer than 33554432":     {"a.txt", long},
		"the paragraph at line 1 is longer":  {"a.txt", strings.Repeat("a line of a long paragraph\n", 1_300_000)},
		`two sets would have the name "d/a"`: {"1/d/a.txt", thirteen, "2/d/a.txt", thirteen},
	} {
		_, err := Load(write(t, files...), plenty)
		if corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--against") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	for _, name := range []string{filepath.Join(t.TempDir(), "none.txt"), t.TempDir()} {
		if _, err := Load([]string{name}, plenty); corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), name) {
			t.Errorf("%v", err)
		}
	}
	o := plenty
	o.Words = MaxWords + 1
	if _, err := Load(write(t, "a.txt", thirteen), o); corpus.ClassOf(err) != corpus.BadConfig {
		t.Errorf("%v", err)
	}
	o = plenty
	o.Memory = 10 * bytesPerNgram
	_, err := Load(write(t, "a.txt", strings.Repeat(thirteen+" ", 2)), o)
	if corpus.ClassOf(err) != corpus.Refused || !strings.Contains(err.Error(), "more than the 10 n-grams") {
		t.Errorf("%v", err)
	}
}

// TestHostile: time is linear in sets and texts.
func TestHostile(t *testing.T) {
	start := time.Now()
	same := load(t, plenty, "a.jsonl", strings.Repeat(`{"q":"`+thirteen+`"}`+"\n", 100_000), "b.txt", strings.Repeat(thirteen+"\n\n", 1000))
	n := 0
	NewFinder(same).Each(strings.Repeat(thirteen+" ", 20_000), nil, func(f Found) { same.Among(f.Ngram, func(int) { n++ }) })
	if n != 40_000 {
		t.Errorf("%d times in a set", n)
	}
	for _, text := range []string{strings.Repeat("\n", 1_000_000), strings.Repeat("w", 20<<20), strings.Repeat("}{", 1_000_000), strings.Repeat("a ", 1_000_000)} {
		NewFinder(same).Each(text, nil, func(Found) { t.Error("found") })
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"question":"q","choices":["a"],"text":{"x":"y"}}`))
	f.Add([]byte(`[[[`))
	f.Fuzz(func(t *testing.T, b []byte) {
		text, err := recordText(b)
		if err == nil && len(text) > 4*len(b)+8 {
			t.Fatalf("%d bytes of %d", len(text), len(b))
		}
	})
}

func FuzzFinder(f *testing.F) {
	s := load(f, Options{Words: 3, Memory: 1 << 30, Fold: lower}, "a.txt", "a b c\n\nb c d e\n")
	f.Add("a b c d e")
	f.Fuzz(func(t *testing.T, text string) {
		share := NewFinder(s).Each(text, nil, func(found Found) {
			if found.Start < 0 || found.End <= found.Start || found.End > len(text) || found.Ngram >= s.Ngrams() {
				t.Fatalf("%+v", found)
			}
		})
		if !(share >= 0 && share <= 1) {
			t.Fatalf("share %v", share)
		}
	})
}

func BenchmarkFinder(b *testing.B) {
	r := rand.New(rand.NewPCG(2, 2))
	s := load(b, plenty, "a.txt", someText(r, 100_000))
	text := strings.Repeat("The quick brown fox jumps over the lazy dog, again and again.\n", 1000)
	f := NewFinder(s)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		f.Each(text, nil, func(Found) {})
	}
}
