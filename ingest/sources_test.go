package ingest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"corpus"
)

func names(inputs []input) []string {
	var all []string
	for _, in := range inputs {
		name := in.name
		if in.bad != "" {
			name += " " + in.bad
		}
		all = append(all, name)
	}
	return all
}

func TestFind(t *testing.T) {
	dir := put(t, "d/b.txt", "b", "d/a/x.txt", "x", "d/.git/config", "no", "d/.hidden", "h", "d/CVS/Root", "no",
		"e/b.txt", "other", "f/e/b.txt", "third", "g1.txt", "1", "g2.txt", "2", "data/own", "no", "n/\xfe.txt", "fe", "n/\xff.txt", "ff")
	link := func(target, name string) {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("b.txt", "d/inside")
	link("../g1.txt", "d/outside")
	link("nowhere", "d/zz-dangling")
	link("d", "to-d")
	at := func(name string) string { return filepath.Join(dir, name) }
	tests := []struct {
		name    string
		sources []string
		want    []string
	}{
		{"file", []string{at("g1.txt")}, []string{"g1.txt"}},
		{"directory", []string{at("d")}, []string{".hidden", "a/x.txt", "b.txt", "outside symlink", "zz-dangling unreadable"}},
		{"link to a directory", []string{at("to-d")}, []string{".hidden", "a/x.txt", "b.txt", "outside symlink", "zz-dangling unreadable"}},
		{"glob", []string{at("g*.txt")}, []string{"g1.txt", "g2.txt"}},
		{"same name twice", []string{at("e"), at("f/e"), at("d/b.txt")}, []string{"b.txt", "e/b.txt", "b.txt/b.txt"}},
		{"same file twice", []string{at("e"), at("e/b.txt"), at("e")}, []string{"b.txt"}},
		{"missing beside a file", []string{at("g1.txt"), at("none")}, []string{"g1.txt", "none unreadable"}},
		{"name that is not UTF-8", []string{at("n")}, []string{`\xfe.txt`, `\xff.txt`}},
		{"glob of directories", []string{at("?")}, []string{"d/.hidden", "d/a/x.txt", "d/b.txt", "d/outside symlink", "d/zz-dangling unreadable", "e/b.txt", "f/e/b.txt", `n/\xfe.txt`, `n/\xff.txt`}},
		{"glob of files in directories", []string{at("[de]*/b.txt")}, []string{"d/b.txt", "e/b.txt"}},
		{"the same with less to match", []string{at("[e]*/b.txt")}, []string{"e/b.txt"}},
		{"glob behind directories", []string{at("f/e/*.txt")}, []string{"b.txt"}},
		{"excluded", []string{at("data"), at("g1.txt")}, []string{"g1.txt"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := find(t.Context(), &Config{Exclude: []string{at("data")}}, tt.sources)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(names(got), tt.want) {
				t.Errorf("got %q, want %q", names(got), tt.want)
			}
		})
	}
}

// TestLinksOfRelativeSource: a SOURCE may be relative, and links of a directory
// may go in circles.
func TestLinksOfRelativeSource(t *testing.T) {
	dir := put(t, "d/a.txt", "a", "d/sub/b.txt", "b", "out.txt", "o")
	for name, target := range map[string]string{"d/up": "..", "d/sub/loop": "..", "d/sub/here": ".", "d/in": "a.txt"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	inputs, err := find(t.Context(), &Config{}, []string{"d"})
	if want := []string{"a.txt", "sub/b.txt", "up symlink"}; err != nil || !slices.Equal(names(inputs), want) {
		t.Errorf("found %q, want %q: %v", names(inputs), want, err)
	}
}

func TestNoInput(t *testing.T) {
	dir := t.TempDir()
	for _, sources := range [][]string{nil, {dir}, {filepath.Join(dir, "none")}, {filepath.Join(dir, "*.txt")}} {
		_, err := Stage(t.Context(), Config{}, sources)
		if corpus.ClassOf(err) != corpus.NoInput {
			t.Errorf("%q: %v, want class NoInput", sources, err)
		}
	}
}

// TestBadSources: what cannot be read is counted and named, and the run goes on.
func TestBadSources(t *testing.T) {
	dir := put(t, "a.txt", "text a", "b.txt", "text b", "c.gz", members("text c")[:20], "d.jsonl", jsonLine("one")+`{"text": "cut`)
	if err := os.Symlink("nowhere", filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	warned := ""
	cfg := Config{
		Detect: func(string) (string, float64) { return "", 0 },
		Warn:   func(source, reason, _ string) { warned += source + " " + reason + "\n" },
	}
	stage, err := Stage(t.Context(), cfg, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "b.txt")); err != nil { // vanishes between listing and scan
		t.Fatal(err)
	}
	m := newMemory(2)
	m.stage(t, stage)
	if got := m.texts(); !slices.Equal(got, []string{"text a", "one"}) {
		t.Errorf("texts %q", got)
	}
	if m.count("bad_sources") != 4 || !Bad(m.counts["read"], 0.01) {
		t.Errorf("%d bad sources, want 4: the truncated gzip, the cut line, the dangling link, the vanished file", m.count("bad_sources"))
	}
	if want := "b.txt unreadable\nc.gz truncated\ndangling unreadable\n"; warned != want {
		t.Errorf("warned %q, want %q", warned, want)
	}
	var lost []string
	for _, l := range m.lost() {
		lost = append(lost, l.source+" "+l.reason)
	}
	if want := []string{"b.txt unreadable", "c.gz truncated", "d.jsonl truncated", "dangling unreadable"}; !slices.Equal(lost, want) {
		t.Errorf("lost %q, want %q", lost, want)
	}
}

// whenRead changes a stage: f runs before part n is read.
func whenRead(stage corpus.Stage, n int, f func() error) corpus.Stage {
	read := stage.Passes[1].Run
	stage.Passes[1].Run = func(env corpus.Env) error {
		if env.Task() == n {
			if err := f(); err != nil {
				return err
			}
		}
		return read(env)
	}
	return stage
}

// TestSourceChangesBeforeItIsRead: a file that is another one when it is read
// gives nothing and is named; the others are read, and the next run takes it as
// it is then.
func TestSourceChangesBeforeItIsRead(t *testing.T) {
	lines := jsonLine("one") + jsonLine("two")
	for name, content := range map[string]string{"text": "some text", "lines": lines, "gzip": members(lines), "zstd": frames("some text")} {
		for how, tt := range map[string]struct {
			change func(path string) error
			reason string
		}{
			"grows":    {func(path string) error { return os.WriteFile(path, []byte(content+content), 0o666) }, Changed},
			"shrinks":  {func(path string) error { return os.Truncate(path, int64(len(content)/2)) }, Changed},
			"replaced": {func(path string) error { return replace(path, content) }, Changed},
			"vanishes": {os.Remove, Unreadable},
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				dir := put(t, "a.txt", "text a", "b", content, "c.txt", "text c")
				warned := ""
				cfg := Config{Detect: func(string) (string, float64) { return "", 0 }, Warn: func(source, reason, _ string) { warned += source + " " + reason + "\n" }}
				stage, err := Stage(t.Context(), cfg, []string{dir})
				if err != nil {
					t.Fatal(err)
				}
				m := newMemory(2)
				m.first = m.stage(t, whenRead(stage, 0, func() error { return tt.change(filepath.Join(dir, "b")) }))
				if got := m.texts(); !slices.Equal(got, []string{"text a", "text c"}) {
					t.Errorf("texts %q", got)
				}
				if lost := m.lost(); len(lost) != 1 || lost[0].reason != tt.reason || warned != "b "+tt.reason+"\n" {
					t.Errorf("lost %v, warned %q, want %s", lost, warned, tt.reason)
				}
				if m.count("bad_sources") != 1 || !Bad(m.counts["read"], 1) {
					t.Errorf("counts %v", m.counts)
				}
				if err := os.WriteFile(filepath.Join(dir, "b"), []byte(content), 0o666); err != nil {
					t.Fatal(err)
				}
				if n := m.run(t, Config{}, dir); n != 1 {
					t.Errorf("the next run has %d parts, want 1 with b alone", n)
				}
			})
		}
	}
}

// replace puts a file of the same size in the place of path.
func replace(path, content string) error {
	return errors.Join(os.WriteFile(path+".new", []byte(content), 0o666), os.Chtimes(path+".new", time.Time{}, time.Unix(1e9, 0)), os.Rename(path+".new", path))
}

// TestSourceChangesBetweenParts: the rows of parts already read stay, since they
// are what was scanned; the source is no known one, and later parts skip it.
func TestSourceChangesBetweenParts(t *testing.T) {
	var content string
	for i := range 40 {
		content += jsonLine(fmt.Sprintf("number %d %s", i, strings.Repeat("x", 100)))
	}
	dir := put(t, "a.jsonl", content, "b.txt", "text b")
	small := Config{UnitBytes: 500, PartBytes: 1000, Detect: func(string) (string, float64) { return "", 0 }}
	stage, err := Stage(t.Context(), small, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	m := newMemory(2)
	m.first = m.stage(t, whenRead(stage, 2, func() error {
		return os.WriteFile(filepath.Join(dir, "a.jsonl"), []byte(content+jsonLine("more")), 0o666)
	}))
	texts := m.texts()
	if n := len(texts); n < 5 || n > 20 || texts[n-1] != "text b" || !strings.HasPrefix(texts[n-2], fmt.Sprintf("number %d ", n-2)) {
		t.Errorf("texts %q", texts)
	}
	if lost := m.lost(); len(lost) != 1 || lost[0].reason != Changed || m.count("bad_sources") != 1 {
		t.Errorf("lost %v, counts %v", lost, m.counts)
	}
	parts := m.run(t, small, dir)
	if got := len(m.texts()) - len(texts); got != 41 || m.first+parts < 10 {
		t.Errorf("the next run reads %d documents, want all 41", got)
	}
	m.first += parts
	if n := m.run(t, small, dir); n != 0 {
		t.Errorf("%d parts for what is known", n)
	}
}

// TestOtherTextField: JSON lines that are known are not read again with other
// settings, nor taken for read.
func TestOtherTextField(t *testing.T) {
	dir := put(t, "a.jsonl", "{\"prose\":\"one\"}\n{\"prose\":\"two\"}\n", "b.txt", "text b", "c.json", `{"prose":"one object"}`)
	at := func(name string) string { return filepath.Join(dir, name) }
	m := newMemory(1)
	m.first = m.run(t, Config{}, dir)
	for _, name := range []string{"a.jsonl", "c.json"} {
		stage, err := Stage(t.Context(), Config{TextField: "prose"}, []string{at(name)})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.try(stage); corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), "--rebuild") || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want class BadConfig and the way out", name, err)
		}
	}
	if n := m.run(t, Config{TextField: "prose"}, at("b.txt")); n != 0 {
		t.Errorf("%d parts: plain text does not depend on the field", n)
	}
}

// TestUnreadableIsNamedInEveryRun, also when nothing is scanned again.
func TestUnreadableIsNamedInEveryRun(t *testing.T) {
	dir := put(t, "a.txt", "text a")
	m := newMemory(1)
	m.first = m.run(t, Config{}, dir)
	for range 2 {
		warned := ""
		stage, err := Stage(t.Context(), Config{Warn: func(source, reason, _ string) { warned += source + " " + reason }}, []string{dir, filepath.Join(dir, "none")})
		if err != nil {
			t.Fatal(err)
		}
		if len(m.tables[key(RoleScan, m.first)]) > 0 { // as the engine resumes
			stage.Passes[0].Run = func(corpus.Env) error { return nil }
		}
		m.stage(t, stage)
		if warned != "none unreadable" {
			t.Errorf("warned %q", warned)
		}
	}
}

// TestGrowth: what earlier generations have is left out, changed files are not.
func TestGrowth(t *testing.T) {
	dir := put(t, "a.txt", "text a", "b.txt", "text b")
	m := newMemory(2)
	m.first = m.run(t, Config{}, dir)
	if n := m.run(t, Config{}, dir); n != 0 {
		t.Fatalf("a second run over the same files has %d parts", n)
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "b.txt"), []byte("new text b"), 0o666),
		os.WriteFile(filepath.Join(dir, "c.txt"), []byte("text c"), 0o666)); err != nil {
		t.Fatal(err)
	}
	if n := m.run(t, Config{}, dir); n != 1 {
		t.Fatalf("%d parts for two new files", n)
	}
	if got := m.texts(); !slices.Equal(got, []string{"text a", "text b", "new text b", "text c"}) {
		t.Errorf("texts %q", got)
	}
	env := task{memory: m}
	env.first = 2
	known, err := earlier(env)
	if err != nil || len(known) != 4 {
		t.Errorf("%d known sources, want 4: %v", len(known), err)
	}
}

func TestOnlyUnreadableNewMakesNoPart(t *testing.T) {
	dir := put(t, "a.txt", "text a")
	m := newMemory(1)
	m.first = m.run(t, Config{}, dir)
	if n := m.run(t, Config{}, dir, filepath.Join(dir, "none")); n != 0 {
		t.Errorf("%d parts for a missing file", n)
	}
	if m.counts["scan"]["bad_sources"] != 1 {
		t.Errorf("counts %v", m.counts)
	}
}

func TestPartsAreFixedBySizes(t *testing.T) {
	of := func(sizes ...int64) *source {
		s := &source{scanned: scanned{sha256: "x"}}
		at := int64(0)
		for _, n := range sizes {
			s.units = append(s.units, unit{start: at, end: at + n})
			at += n
		}
		return s
	}
	tests := []struct {
		name    string
		sources []*source
		want    []int // pieces of each part
	}{
		{"nothing", nil, nil},
		{"one", []*source{of(50)}, []int{1}},
		{"fills a part", []*source{of(50), of(50), of(1)}, []int{2, 1}},
		{"unit larger than a part", []*source{of(500), of(1)}, []int{1, 1}},
		{"source over three parts", []*source{of(60, 60, 60)}, []int{1, 1, 1}},
		{"no units", []*source{of(), of(), of()}, []int{3}},
		{"most sources", []*source{of(1), of(1), of(1), of(1), of(1)}, []int{4, 1}},
		{"unreadable only", []*source{{}}, nil},
		{"unreadable joins", []*source{of(1), {}}, []int{2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := planner{bytes: 100, sources: 4}
			units := 0
			for _, s := range tt.sources {
				p.add(s)
				units += len(s.units)
			}
			var got []int
			for _, part := range p.done() {
				got = append(got, len(part.pieces))
				for _, piece := range part.pieces {
					units -= piece.n
				}
			}
			if !slices.Equal(got, tt.want) || units != 0 {
				t.Errorf("pieces %v, want %v; %d units left over", got, tt.want, units)
			}
		})
	}
}

// TestStandardInput is a source like any other, by its content.
func TestStandardInput(t *testing.T) {
	cfg := Config{Spool: filepath.Join(t.TempDir(), "spool")}
	m := newMemory(1)
	for i, in := range []string{jsonLine("one") + jsonLine("two"), jsonLine("one") + jsonLine("two"), "Other text."} {
		cfg.Stdin = strings.NewReader(in)
		n := m.run(t, cfg, "-")
		if want := []int{1, 0, 1}[i]; n != want {
			t.Errorf("input %d: %d parts, want %d", i, n, want)
		}
		m.first += n
	}
	if got := m.texts(); !slices.Equal(got, []string{"one", "two", "Other text."}) || m.docs()[0].Source != "stdin" {
		t.Errorf("texts %q of %s", got, m.docs()[0].Source)
	}
	if _, err := Stage(t.Context(), Config{}, []string{"-"}); corpus.ClassOf(err) != corpus.Usage {
		t.Errorf("without a spool: %v", err)
	}
}
