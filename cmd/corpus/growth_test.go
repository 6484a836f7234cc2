package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/fsx"
	"corpus/shards"

	"github.com/google/go-cmp/cmp"
)

// TestGrowth adds sources to a finished workspace, twice: what was decided
// stays decided, down to the bytes.
func TestGrowth(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, ConfigName), []byte("ingest: {sources: [raw]}\nfilter: {keep: 1}\ntokenize: {vocab: 500}\nshards: {valid: 0.4}\n"), 0o666))
	must(t, putSource(filepath.Join(dir, "raw", "a.jsonl"), "en-1..20", "zh-1..3", "near-2"))
	must(t, succeed("run", "-C", dir))
	first := snapshot(t, dir)
	if len(first.train) < 5 || len(first.valid) < 3 {
		t.Fatalf("%d documents to train on, %d held out", len(first.train), len(first.valid))
	}

	held, learnt := first.english(first.valid), first.english(first.train)
	must(t, putSource(filepath.Join(dir, "raw", "b.jsonl"), "en-21..40", "short-1",
		strings.Replace(held, "en-", "near-", 1), strings.Replace(learnt, "en-", "exact-", 1)))
	must(t, succeed("run", "-C", dir))
	second := snapshot(t, dir)
	grown(t, first, second)
	if n := len(second.train) + len(second.valid) - len(first.train) - len(first.valid); n != 20 {
		t.Errorf("%d documents came to the shards, want the 20 new ones", n)
	}

	cameAgain(t, dir, second, "near", held)
	cameAgain(t, dir, second, "exact", learnt)

	// Growing bit by bit is the same on any number of workers.
	must(t, putSource(filepath.Join(dir, "raw", "c.jsonl"), "en-41..45", "near-21"))
	other := filepath.Join(t.TempDir(), "other")
	must(t, copyAll(dir, other))
	must(t, succeed("run", "-C", dir, "--workers", "1"))
	must(t, succeed("run", "-C", other, "--workers", "4"))
	third := snapshot(t, dir)
	grown(t, second, third)
	if d := cmp.Diff(third, snapshot(t, other), cmp.AllowUnexported(state{})); d != "" {
		t.Error(d)
	}
	must(t, succeed("check", "-C", dir))
	must(t, succeed("gc", "-C", dir))
	must(t, succeed("check", "-C", dir))
}

// cameAgain wants a copy that came later dropped, and the old document named.
func cameAgain(t *testing.T, dir string, now state, kind, old string) {
	t.Helper()
	what := strings.Replace(old, "en-", kind+"-", 1)
	code, out, errOut := call("why", "-C", dir, "--json", "https://example.org/"+what)
	var said line
	first, _, _ := strings.Cut(out, "\n")
	if code != 0 || json.Unmarshal([]byte(first), &said) != nil || said.Dedup == nil || said.Filter == nil {
		t.Fatalf("why %s: exit code %d\n%s%s", what, code, out, errOut)
	}
	if d := said.Dedup; d.Kind != kind || d.Match != now.ids[old] || d.Survivor != now.ids[old] || d.Size != 2 {
		t.Errorf("%s: %+v, want a %s copy of %s", what, d, kind, now.ids[old])
	}
	if said.Filter.Keep || len(said.Filter.Failed) == 0 || said.Filter.Failed[0].Rule != "dedup."+kind {
		t.Errorf("%s: %+v", what, said.Filter)
	}
}

// state is what a workspace says of its documents.
type state struct {
	files        map[string]string // SHA-256 of all files of the datasets
	ids, urls    map[string]string // by the end of the address; by id
	train, valid []string          // ids, in the order of the shards
	tokenizer    string
}

// english is the first of ids that is English and has no copy yet, as en-2 has.
func (s state) english(ids []string) string {
	i := slices.IndexFunc(ids, func(id string) bool { return strings.HasPrefix(s.urls[id], "en-") && s.urls[id] != "en-2" })
	return s.urls[ids[i]]
}

func snapshot(t *testing.T, dir string) state {
	t.Helper()
	s := state{files: hashes(t, dir), ids: map[string]string{}, urls: map[string]string{}}
	_, out, _ := call("cat", "ingest", "-C", dir)
	for text := range strings.Lines(out) {
		var l line
		must(t, json.Unmarshal([]byte(text), &l))
		name := strings.TrimPrefix(l.URL, "https://example.org/")
		s.ids[name], s.urls[l.ID] = l.ID, name
	}
	s.train, s.valid = shardIDs(t, dir, shards.TrainRole), shardIDs(t, dir, shards.ValidRole)
	s.tokenizer = s.files["tokenize/tokenizer.json"]
	return s
}

// shardIDs are the documents of the token shards of a role.
func shardIDs(t *testing.T, dir, role string) []string {
	t.Helper()
	d, err := shards.OpenDataset(fsx.OS{}, filepath.Join(dir, "data", "shards"))
	must(t, err)
	var ids []string
	for _, p := range d.Parts() {
		r, err := d.Table(p, role)
		must(t, err)
		for row, err := range corpus.Rows(r) {
			must(t, err)
			ids = append(ids, strings.Clone(row.Column("id").Strings[row.At]))
		}
	}
	return ids
}

// grown wants everything of before in after, unchanged: all content-named
// files, the tokenizer, and each document in train or valid where it was.
func grown(t *testing.T, before, after state) {
	t.Helper()
	for name, sum := range before.files {
		plain := !strings.Contains(name, "-0") && !strings.Contains(name, "tokenizer-") // manifests and what is derived from them
		if got, ok := after.files[name]; !plain && (!ok || got != sum) {
			t.Errorf("%s was %s, is %q", name, sum, got)
		}
	}
	if before.tokenizer == "" || after.tokenizer != before.tokenizer {
		t.Errorf("the tokenizer was %q, is %q", before.tokenizer, after.tokenizer)
	}
	for _, role := range [][2][]string{{before.train, after.train}, {before.valid, after.valid}} {
		if len(role[1]) < len(role[0]) || !slices.Equal(role[0], role[1][:len(role[0])]) {
			t.Errorf("the shards held %v, now %v", role[0], role[1])
		}
	}
	for name, id := range before.ids {
		if after.ids[name] != id {
			t.Errorf("%s had the id %s, has %q", name, id, after.ids[name])
		}
	}
	if maps.Equal(before.files, after.files) {
		t.Error("nothing has grown")
	}
}
