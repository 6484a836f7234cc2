package ingest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// TestTrust: a source is trusted as the list says, however it was named, keeps its
// name and id, and comes first.
func TestTrust(t *testing.T) {
	dir := put(t, "raw/a.txt", "text a", "raw/mine/b.txt", "text b", "raw/mine.txt", "text c", "own/a.txt", "text d", "own/sub/e.txt", "text e")
	at := func(names ...string) []string {
		var all []string
		for _, n := range names {
			all = append(all, filepath.Join(dir, n))
		}
		return all
	}
	for _, tt := range []struct {
		sources, trusted []string
		want             string
	}{
		{at("raw", "own"), nil, "a.txt mine/b.txt mine.txt own/a.txt sub/e.txt"},
		{at("raw", "own"), at("own"), "own/a.txt! sub/e.txt! a.txt mine/b.txt mine.txt"},
		{at("raw", "own"), at("raw/mine"), "mine/b.txt! a.txt mine.txt own/a.txt sub/e.txt"},
		{at("raw"), at("raw/m*"), "mine/b.txt! mine.txt! a.txt"},
		{at("raw"), at("raw/a.txt", "raw/mine/nowhere.txt", "own"), "a.txt! mine/b.txt mine.txt"},
		{at("own/sub/e.txt"), at("own/../own/sub"), "e.txt!"},
	} {
		inputs, err := find(t.Context(), &Config{}, tt.sources)
		if err != nil {
			t.Fatal(err)
		}
		trust(inputs, tt.trusted)
		var got []string
		for _, in := range inputs {
			got = append(got, in.name+strings.Repeat("!", int(flag(in.trusted))))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q trusting %q: %q, want %q", tt.sources, tt.trusted, got, tt.want)
		}
	}
}

// TestTrustedDocuments carry the mark, in later generations too, and nothing else
// of them changes.
func TestTrustedDocuments(t *testing.T) {
	dir := put(t, "raw/a.jsonl", jsonLine("one")+jsonLine("two"), "own/b.jsonl", jsonLine("three"), "own/c.txt", "four")
	raw, own := filepath.Join(dir, "raw"), filepath.Join(dir, "own")
	plain, m := newMemory(1), newMemory(2)
	plain.run(t, Config{}, raw, own)
	m.run(t, Config{Trusted: []string{own}}, raw, own)
	ids := map[string]corpus.ID{}
	for _, d := range plain.docs() {
		ids[d.Text] = d.ID
		if d.Trusted {
			t.Errorf("%q is trusted", d.Text)
		}
	}
	if got := m.texts(); !slices.Equal(got, []string{"three", "four", "one", "two"}) {
		t.Errorf("texts %q", got)
	}
	for _, d := range m.docs() {
		if d.ID != ids[d.Text] || d.Trusted != (d.Text == "three" || d.Text == "four") {
			t.Errorf("%q has id %s, trusted %v", d.Text, d.ID, d.Trusted)
		}
	}
	if m.count("docs_trusted") != 2 || m.count("bytes_trusted") != int64(len("three"+"four")) {
		t.Errorf("%d documents of %d bytes are trusted", m.count("docs_trusted"), m.count("bytes_trusted"))
	}

	// the next generation
	m.first += m.parts
	for name, text := range map[string]string{"raw/d.txt": "five", "own/e.txt": "six"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	m.run(t, Config{Trusted: []string{own}}, raw, own)
	for _, d := range m.docs() {
		if want := slices.Contains([]string{"three", "four", "six"}, d.Text); d.Trusted != want {
			t.Errorf("%q: trusted is %v", d.Text, d.Trusted)
		}
	}

	m.first += m.parts

	// what was read cannot become trusted, or be it no more
	for _, trusted := range [][]string{nil, {own, raw}} {
		stage, err := Stage(t.Context(), Config{Trusted: trusted}, []string{raw, own})
		if err == nil {
			err = m.try(stage)
		}
		if corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), "--rebuild") {
			t.Errorf("trusting %q: %v", trusted, err)
		}
	}
}
