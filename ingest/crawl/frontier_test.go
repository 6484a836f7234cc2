package crawl

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"
)

// written makes a log of three batches of ten pages; it gives its bytes and
// where each batch ends.
func written(t *testing.T) ([]byte, []int) {
	t.Helper()
	m := fsxtest.New()
	f, err := openFrontier(m, "x.frontier")
	if err != nil {
		t.Fatal(err)
	}
	var ends []int
	for batch := range 3 {
		for i := range 10 {
			f.put(&page{URL: fmt.Sprintf("http://a.example/%d", batch*10+i), Depth: i, ETag: `"é\n"`})
		}
		if err := f.commit(mark{[2]warcMark{{batch, int64(batch + 1)}, {}}}); err != nil {
			t.Fatal(err)
		}
		size, err := m.Size("x.frontier")
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, int(size))
	}
	b, err := fsx.ReadFile(m, "x.frontier", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return b, ends
}

func reopened(t *testing.T, b []byte) (*frontier, *fsxtest.Mem) {
	t.Helper()
	m := fsxtest.New()
	if err := fsx.WriteFile(m, "x.frontier", b); err != nil {
		t.Fatal(err)
	}
	f, err := openFrontier(m, "x.frontier")
	if err != nil {
		t.Fatal(err)
	}
	return f, m
}

// Cut anywhere, the log holds the batches that are whole, and is cut behind them.
func TestFrontierIsCutToItsLastBatch(t *testing.T) {
	b, ends := written(t)
	for cut := range len(b) + 1 {
		f, m := reopened(t, b[:cut])
		batches, kept := 0, 0
		for _, end := range ends {
			if cut >= end {
				batches, kept = batches+1, end
			}
		}
		size, _ := m.Size("x.frontier")
		if len(f.pages) != 10*batches || (f.mark == nil) != (batches == 0) || f.mark != nil && f.mark.Files[0].File != batches-1 || int(size) != kept {
			t.Fatalf("cut at %d of %d: %d pages, mark %v, %d bytes", cut, len(b), len(f.pages), f.mark, size)
		}
	}
}

// A flipped bit costs the line that it is in, or with a mark the batch's own
// end, and no other.
func TestFrontierSurvivesFlippedBits(t *testing.T) {
	b, _ := written(t)
	for bit := 0; bit < len(b)*8; bit += 11 {
		broken := bytes.Clone(b)
		broken[bit/8] ^= 1 << (bit % 8)
		f, _ := reopened(t, broken)
		last := bytes.LastIndexByte(b[:len(b)-1], '\n') <= bit/8
		if n := len(f.pages); n < 28 && !last || last && n != 20 && n != 30 {
			t.Fatalf("bit %d: %d pages", bit, n)
		}
		if f.Damaged == 0 && len(f.pages) == 30 && bit/8 != len(b)-1 {
			t.Fatalf("bit %d is not noticed", bit)
		}
	}
}

func TestFrontierKeepsTheLastState(t *testing.T) {
	m := fsxtest.New()
	for run := range 5 {
		f, err := openFrontier(m, "x.frontier")
		if err != nil {
			t.Fatal(err)
		}
		for i := range 1000 {
			f.put(&page{URL: fmt.Sprintf("http://a.example/%d", i), At: int64(run)})
		}
		if err := errors.Join(f.commit(mark{}), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	f, err := openFrontier(m, "x.frontier")
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range f.ordered() {
		if p.URL != fmt.Sprintf("http://a.example/%d", i) || p.At != 4 {
			t.Fatalf("page %d is %s of run %d", i, p.URL, p.At)
		}
	}
	b, err := fsx.ReadFile(m, "x.frontier", 1<<24)
	if lines := bytes.Count(b, []byte("\n")); err != nil || len(f.pages) != 1000 || lines > 3100 {
		t.Errorf("%d pages in %d lines, %v", len(f.pages), lines, err)
	}
}

func TestDue(t *testing.T) {
	now := time.Unix(1e9, 0)
	for _, c := range []struct {
		p    page
		want bool
	}{
		{page{}, true},
		{page{State: stateStored, At: 1e9 - 10}, false},
		{page{State: stateStored, At: 1e9 - 3600}, true},
		{page{State: stateGone, At: 1e9 - 7200}, true},
		{page{State: stateStored, At: 2e9}, true}, // the clock was wrong
	} {
		if got := c.p.due(now, time.Hour); got != c.want {
			t.Errorf("%+v: %v", c.p, got)
		}
	}
}

func FuzzFrontier(f *testing.F) {
	f.Add([]byte(""))
	f.Add([]byte("00000000 {}\n"))
	f.Add([]byte(strings.Repeat("x", 100) + "\n"))
	var b bytes.Buffer
	appendLine(&b, &page{URL: "http://a.example/"})
	appendLine(&b, mark{})
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		r := &frontier{pages: map[string]*page{}}
		_, kept := r.replay(b)
		again := &frontier{pages: map[string]*page{}}
		if _, k := again.replay(b[:kept]); k != kept || len(again.pages) != len(r.pages) {
			t.Errorf("%d of %d bytes are kept, then %d", kept, len(b), k)
		}
	})
}

func FuzzRobots(f *testing.F) {
	for _, c := range robotsTable {
		f.Add([]byte(c.body), "/x/y?z")
	}
	f.Fuzz(func(t *testing.T, body []byte, path string) {
		g, _ := parseRobots(body).of("foobot")
		path = normalEscapes(path)
		for _, r := range g.rules {
			if p := normalPattern(r.pattern); p != r.pattern {
				t.Errorf("pattern %q is not in its one form %q", r.pattern, p)
			}
			if got := matches(r.pattern, path); got != asRegexp(r.pattern).MatchString(path) {
				t.Errorf("%q matches %q: %v", r.pattern, path, got)
			}
		}
	})
}

// asRegexp says with a regular expression what a pattern means.
func asRegexp(pattern string) *regexp.Regexp {
	body, anchored := strings.CutSuffix(pattern, "$")
	re := "(?s)^" + strings.ReplaceAll(regexp.QuoteMeta(body), `\*`, ".*")
	if anchored {
		re += "$"
	}
	return regexp.MustCompile(re)
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"http://A.example:80/a/../b?x#y", "//[::ffff:1.2.3.4]/%7e", "../..//;jsessionid=1", "?utm_a&PHPSESSID=1", "http://a.example/%", "/(S(lit3py55t21z5v55vlm25s55))/"} {
		f.Add(s)
	}
	base := mustURL(f, "http://a.example/b/c")
	f.Fuzz(func(t *testing.T, ref string) {
		u, err := canonical(base, ref)
		if err != nil {
			return
		}
		again, err := canonical(nil, u.String())
		if err != nil || again.String() != u.String() {
			t.Errorf("%q: %q becomes %v, %v", ref, u, again, err)
		}
		if u.User != nil || u.Fragment != "" || u.Host == "" || len(u.String()) > MaxURL || u.Scheme != "http" && u.Scheme != "https" {
			t.Errorf("%q gives %q", ref, u)
		}
		robotsPath(u)
		newTraps().endless(u)
	})
}

func FuzzList(f *testing.F) {
	f.Add([]byte("<urlset><url><loc>http://a.example/</loc></url></urlset>"))
	f.Add([]byte("<sitemapindex><sitemap><loc>/x"))
	f.Add([]byte("http://a.example/\n"))
	f.Add([]byte("<?xml version='1.0' encoding='utf-16'?><a href='x'/>"))
	base := mustURL(f, "http://a.example/")
	f.Fuzz(func(t *testing.T, b []byte) {
		l := parseList(base, b)
		for _, u := range append(l.pages, l.sitemaps...) {
			if u.Host == "" {
				t.Errorf("%q", u)
			}
		}
		links(base, b, &signals{})
	})
}
