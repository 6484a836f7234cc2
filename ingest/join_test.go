package ingest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"corpus"
)

// cutWith scans a source whose format is known, by so many workers.
func cutWith(t testing.TB, content []byte, comp, format string, unit, chunk int64, workers int) *scanned {
	t.Helper()
	f := bytes.NewReader(content)
	s := &scanned{size: f.Size(), comp: comp, format: format}
	sc := scan{unitBytes: unit, chunkBytes: chunk, slots: make(chan struct{}, workers)}
	sc.slots <- struct{}{}
	w := newWalk(f, s)
	w.step = min(markStep, chunk)
	if err := w.open(mark{}, mark{}, 0); err != nil {
		t.Fatal(err)
	}
	if err := sc.cut(t.Context(), w, s); err != nil {
		t.Fatal(err)
	}
	w.close()
	if len(sc.slots) != 1 {
		t.Fatalf("%d slots are held", len(sc.slots))
	}
	return s
}

// plainly cuts a source as simply as can be: stream by stream, unit by unit,
// without places where decoding may begin within a segment.
func plainly(t testing.TB, content []byte, comp, format string, unitBytes int64) *scanned {
	t.Helper()
	f := bytes.NewReader(content)
	s := &scanned{size: f.Size(), comp: comp, format: format}
	for raw, ok := int64(0), true; ok; {
		st := openStream(f, s.size, comp, raw, s.decoded)
		c := newCursor(st, s.decoded)
		u, first := unit{start: s.decoded}, len(s.units)
		for r := newReader(s, c); ; {
			rec, err := r.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if rec.lost == Truncated && errors.Is(c.err, io.EOF) {
				s.status, s.detail = Truncated, rec.detail
			}
			if u.end = rec.end; u.end-u.start >= unitBytes {
				s.units, u = append(s.units, u), unit{start: u.end}
			}
		}
		s.decoded = c.off + int64(len(c.window()))
		if u.end, u.reason = s.decoded, c.broken(); u.end > u.start || u.reason != "" {
			s.units = append(s.units, u)
		}
		st.Close()
		var d *damage
		if !errors.As(c.err, &d) {
			return s
		}
		s.status, s.detail = d.reason, oneLine(d.Error(), MaxDetail)
		if d.reason == Checksum {
			s.units = append(s.units[:first:first], split(s.units[first:], d.pos)...)
		}
		raw, ok, _ = resume(f, s.size, comp, max(d.raw, st.last.raw+1), s.size)
	}
	return s
}

// split flags what lies behind a place as bad.
func split(units []unit, at int64) (all []unit) {
	for _, u := range units {
		good, bad := u, u
		good.end, good.reason, bad.start, bad.bad = min(u.end, at), "", max(u.start, at), true
		switch {
		case u.start >= at:
			all = append(all, bad)
		case u.end <= at:
			all = append(all, u)
		default:
			all = append(all, good, bad)
		}
	}
	return all
}

// sameUnits compares a scan in chunks with a scan in one, and that with what
// is plain.
func sameUnits(t testing.TB, content []byte, comp, format string, unitBytes, chunk int64, workers int) bool {
	t.Helper()
	one := cutWith(t, content, comp, format, unitBytes, chunk, 1)
	all := diff.AllowUnexported(scanned{}, unit{}, holder{})
	if d := diff.Diff(one, cutWith(t, content, comp, format, unitBytes, chunk, workers), all); d != "" {
		t.Errorf("%s %s of %d bytes, units of %d, chunks of %d, %d workers: %s", comp, format, len(content), unitBytes, chunk, workers, d)
		return false
	}
	for i, u := range one.units {
		last := i == 0 || one.units[i-1].reason != ""
		if u.base > u.start || last && u.base != u.start {
			t.Errorf("unit %d begins at %d and its member at %d", i, u.start, u.base)
		}
		one.units[i].raw, one.units[i].base = 0, 0
	}
	if d := diff.Diff(plainly(t, content, comp, format, unitBytes), one, all); d != "" {
		t.Errorf("%s %s of %d bytes, units of %d, is not what it plainly is: %s", comp, format, len(content), unitBytes, d)
		return false
	}
	return true
}

// maker makes sources by chance.
type maker struct{ *rand.Rand }

func (r maker) some(most int) []byte {
	b := make([]byte, r.IntN(most+1))
	for i := range b {
		const bytes = "abcdefgh \r\n\x00{}\"WARC/1.0"
		b[i] = bytes[r.IntN(len(bytes))]
	}
	return b
}

// text is lines, or records of WARC, of which some are not as they should be.
func (r maker) text(format string) (all [][]byte) {
	for range r.IntN(60) {
		b := []byte(jsonLine(string(bytes.ToValidUTF8(r.some(80), nil))))
		switch k := r.IntN(12); {
		case k == 0:
			b = r.some(300)
		case k == 1:
			b = []byte("\n \r\n")
		case format == formatWARC && k == 2:
			b = []byte(warcRecord("resource", "", "text/plain", "a\r\n"+warcRecord("resource", "", "", "inner")))
		case format == formatWARC && k == 3:
			b = []byte("WARC/1.0\r\nContent-Length: 400\r\n\r\nx\r\n\r\n")
		case format == formatWARC && k == 4:
			b = []byte(warcRecord("resource", "", "", members(warcRecord("", "", "", "in"), "WARC/1.0\r\n")))
		case format == formatWARC:
			b = []byte(warcRecord("resource", "", "text/plain", string(r.some(200))))
		}
		all = append(all, b)
	}
	return all
}

// pack compresses pieces, each or several or all as one member.
func (r maker) pack(pieces [][]byte, comp string) []byte {
	if r.IntN(2) == 0 { // members that do not begin with records
		all := bytes.Join(pieces, nil)
		for pieces = nil; len(all) > 0; {
			n := min(len(all), 1+r.IntN(400))
			pieces, all = append(pieces, all[:n]), all[n:]
		}
	}
	var out bytes.Buffer
	for len(pieces) > 0 {
		n := 1 + r.IntN(min(len(pieces), 6))
		content := bytes.Join(pieces[:n], nil)
		pieces = pieces[n:]
		switch k := r.IntN(12); comp {
		case plain:
			out.Write(content)
		case zstdized:
			out.WriteString(frames(string(content)))
			if k == 0 {
				out.WriteString("\x50\x2a\x4d\x18\x09\x00\x00\x00\x28\xb5\x2f\xfd skip") // a skippable frame that holds a magic
			}
		default:
			w, _ := gzip.NewWriterLevel(&out, []int{gzip.NoCompression, gzip.DefaultCompression}[r.IntN(2)])
			w.Write(content)
			w.Close()
			if k == 0 {
				out.WriteString(members("", "") + "\x00\x00\x00")
			}
		}
	}
	return out.Bytes()
}

// damage harms a file in some places, or none.
func (r maker) damage(b []byte) []byte {
	for range r.IntN(4) {
		if len(b) == 0 {
			return b
		}
		i := r.IntN(len(b))
		switch r.IntN(5) {
		case 0:
			b[i] ^= 1 << r.IntN(8)
		case 1:
			b = b[:i]
		case 2:
			b = slices.Insert(b, i, r.some(30)...)
		case 3:
			b = slices.Delete(b, i, min(len(b), i+r.IntN(60)))
		case 4:
			b = append(b, r.some(20)...)
		}
	}
	return b
}

// packedByOthers are files of a member in compressions that nothing here writes.
func packedByOthers(t *testing.T) map[string][]byte {
	all := map[string][]byte{}
	for comp, ext := range map[string]string{bzipped: "bz2", xzed: "xz"} {
		b, err := os.ReadFile("testdata/packed/lines.jsonl." + ext)
		if err != nil {
			t.Fatal(err)
		}
		all[comp] = b
	}
	return all
}

// TestChunksChangeNothing: a scan by several workers in chunks of a few bytes to
// the whole file gives what one gives, whatever the file.
func TestChunksChangeNothing(t *testing.T) {
	foreign := packedByOthers(t)
	for seed := range uint64(250) {
		r := maker{rand.New(rand.NewPCG(seed, 3))}
		format := []string{formatJSONL, formatWARC}[r.IntN(2)]
		comp := []string{plain, gzipped, gzipped, zstdized, zstdized, bzipped, xzed}[r.IntN(7)]
		content := r.pack(r.text(format), comp)
		if b := foreign[comp]; b != nil {
			content = bytes.Repeat(b, r.IntN(6))
		}
		content = r.damage(content)
		chunk := 1 + int64(len(content))/(1+r.Int64N(40)*r.Int64N(5))
		if !sameUnits(t, content, comp, format, 1+r.Int64N(3000), chunk, 2+r.IntN(6)) {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestDamageAtBorders: a byte that is wrong near where chunks meet, whichever.
func TestDamageAtBorders(t *testing.T) {
	pages := []string{}
	for i := range 40 {
		pages = append(pages, warcPage(fmt.Sprintf("http://%d.example/", i), "page"))
	}
	for comp, content := range map[string]string{gzipped: members(pages...), zstdized: frames(pages...)} {
		const chunk = 1500
		for i := chunk - 40; i < 2*chunk+40 && i < len(content); i += 1 + (i-chunk)/100*20 {
			sameUnits(t, flipped([]byte(content), i), comp, formatWARC, 900, chunk, 3)
		}
		for i := 2*chunk - 20; i < 2*chunk+20; i++ {
			sameUnits(t, []byte(content[:i]), comp, formatWARC, 900, chunk, 3)
		}
	}
}

// TestMemberInMember: what looks like a member, and decodes as one, is part of
// another that is stored.
func TestMemberInMember(t *testing.T) {
	inner := members(warcPage("http://inner.example/", strings.Repeat("in ", 50)))
	var out bytes.Buffer
	for range 20 {
		w, _ := gzip.NewWriterLevel(&out, gzip.NoCompression)
		io.WriteString(w, warcRecord("resource", "http://outer.example/", "application/gzip", strings.Repeat(inner, 7)))
		w.Close()
	}
	for chunk := int64(100); chunk < int64(out.Len()); chunk = chunk * 3 / 2 {
		sameUnits(t, out.Bytes(), gzipped, formatWARC, 2000, chunk, 3)
	}
	if s := cutWith(t, out.Bytes(), gzipped, formatWARC, 1, 500, 3); len(s.units) != 20 {
		t.Errorf("%d records, want the 20 around", len(s.units))
	}
}

// crowd is a file that is read by nobody until two chunks are, and counts.
type crowd struct {
	io.ReaderAt
	chunk int64

	mu    sync.Mutex
	seen  map[int64]bool
	two   chan struct{}
	bytes int64
}

func (c *crowd) ReadAt(b []byte, off int64) (int, error) {
	c.mu.Lock()
	if c.seen[(off+1)/c.chunk] = true; len(c.seen) == 2 { // a plain chunk is looked for from the byte before
		close(c.two)
		c.seen[-1] = true
	}
	c.mu.Unlock()
	select {
	case <-c.two:
	case <-time.After(time.Minute):
		return 0, errors.New("nobody else reads")
	}
	n, err := c.ReaderAt.ReadAt(b, off)
	c.mu.Lock()
	c.bytes += int64(n)
	c.mu.Unlock()
	return n, err
}

// TestLargeFileKeepsWorkersBusy: several scan one file at once, and what they
// find is used: hardly anything is read twice.
func TestLargeFileKeepsWorkersBusy(t *testing.T) {
	r := maker{rand.New(rand.NewPCG(1, 2))}
	var each []string
	for range 4000 {
		each = append(each, jsonLine(fmt.Sprint(r.Uint64(), r.Uint64(), r.Uint64(), strings.Repeat("x", 600))))
	}
	all := strings.Join(each, "")
	var across []string
	for rest := all; rest != ""; rest = rest[min(len(rest), 1000):] {
		across = append(across, rest[:min(len(rest), 1000)])
	}
	for name, tt := range map[string]struct{ comp, content string }{
		"plain": {plain, all}, "members": {gzipped, members(each...)}, "frames": {zstdized, frames(across...)},
	} {
		const chunk = 2 * markStep
		file := &crowd{ReaderAt: strings.NewReader(tt.content), chunk: chunk, seen: map[int64]bool{}, two: make(chan struct{})}
		scan := func(run func(*joiner) error) int64 {
			file.bytes = 0
			j := joiner{
				cutter: cutter{s: &scanned{size: int64(len(tt.content)), comp: tt.comp, format: formatJSONL}, unitBytes: 100_000},
				file:   file, step: chunk, slots: make(chan struct{}, 2),
			}
			if err := errors.Join(j.begin(mark{}), run(&j)); err != nil || j.s.decoded != int64(len(all)) {
				t.Errorf("%s: decoded %d of %d: %v", name, j.s.decoded, len(all), err)
			}
			return file.bytes
		}
		several := scan(func(j *joiner) error { return j.run(t.Context(), 2) })
		one := scan(func(j *joiner) error { return j.walk(math.MaxInt64) })
		// A chunk is looked for, and left, in steps of 64 KiB.
		if most := one + int64(len(tt.content)/chunk+1)*chunk; several > most {
			t.Errorf("%s: read %d bytes, one worker %d", name, several, one)
		}
	}
}

// TestScanOfLargeFiles: the table of the scan and the documents are the same
// with one worker and with several that share files, and so they are when an
// earlier generation has them.
func TestScanOfLargeFiles(t *testing.T) {
	var pages []string
	for i := range 300 {
		pages = append(pages, warcPage(fmt.Sprintf("http://%d.example/", i), strings.Repeat("some text ", i)))
	}
	dir := put(t, "a.jsonl", manyLines(500, 300), "b.gz", members(pages...), "c.zst", frames(pages...), "d.gz", members(manyLines(900, 100)),
		"e.gz", strings.Replace(members(pages...), "\x1f\x8b", "\x1f\x8c", 1), "f.txt", "text", "g.tar.gz", members(tarOf("x.jsonl", manyLines(500, 300))))
	var want string
	for _, workers := range []int{1, 2, 7} {
		inputs, err := find(t.Context(), &Config{}, []string{dir})
		if err != nil {
			t.Fatal(err)
		}
		m, cfg := newMemory(workers), Config{UnitBytes: 5000, PartBytes: 20_000, Detect: func(string) (string, float64) { return "", 0 }}
		r := newRun(cfg.defaults(), inputs)
		r.chunkBytes = 4000
		env := m.task("scan", 0)
		if err := r.scan(env); err != nil {
			t.Fatal(err)
		}
		n, err := r.readTasks(env)
		for i := 0; i < n && err == nil; i++ {
			err = r.read(m.task("read", i))
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(m.docs()) != 500+299+299+900+1+500 {
			t.Errorf("%d documents; lost %v", len(m.docs()), m.lost())
		}
		if want == "" {
			want = m.all()
		} else if m.all() != want {
			t.Errorf("output differs between 1 and %d workers", workers)
		}
		m.first, r.known = n, once(earlier)
		if err := r.scan(m.task("scan", 0)); err != nil {
			t.Fatal(err)
		}
		for _, b := range m.tables[key(RoleScan, n)] {
			if slices.ContainsFunc(b.Column("start").Ints, func(n int64) bool { return n != corpus.NullInt }) {
				t.Error("a known file has units")
			}
		}
	}
}

// TestReadersDoNotSeeReads: records do not depend on how much is read at once.
func TestReadersDoNotSeeReads(t *testing.T) {
	for seed := range uint64(300) {
		r := maker{rand.New(rand.NewPCG(seed, 5))}
		format := []string{formatJSONL, formatWARC}[seed%2]
		content := r.damage(bytes.Join(r.text(format), nil))
		content = bytes.ReplaceAll(content, []byte("Length: 400"), []byte("Length: 9000"))
		records := func(step int) (all []record) {
			c := newCursor(&slow{b: content, step: step}, 0)
			c.least = 1
			var rd reader = &lines{c: c, max: 40}
			if format == formatWARC {
				rd = &warc{c: c, max: 250}
			}
			for {
				rec, err := rd.next()
				if err != nil {
					return all
				}
				all = append(all, record{off: rec.off, end: rec.end, open: rec.open, lost: rec.lost, detail: rec.detail})
			}
		}
		want := records(len(content))
		for _, step := range []int{1, 2, 13, 300} {
			if d := diff.Diff(want, records(step), diff.AllowUnexported(record{})); d != "" {
				t.Fatalf("seed %d: records read all at once and %d at a time: %s", seed, step, d)
			}
		}
	}
}

// TestNoFrame: a frame whose header is wrong is lost once, and what lies behind
// it is not.
func TestNoFrame(t *testing.T) {
	one, bad := frames(jsonLine("one")), []byte(frames(jsonLine("two")))
	bad[4] |= 8 // a reserved bit
	m := newMemory(1)
	m.run(t, Config{}, put(t, "x", one+string(bad)+frames(jsonLine("three"))))
	if got := m.texts(); !slices.Equal(got, []string{"one", "three"}) || len(m.lost()) != 1 {
		t.Errorf("texts %q, lost %v", got, m.lost())
	}
}

// failing is a file that cannot be read any more after some reads.
type failing struct {
	io.ReaderAt
	left int
}

func (f *failing) ReadAt(b []byte, off int64) (int, error) {
	if f.left--; f.left < 0 {
		return 0, &fs.PathError{Op: "read", Err: syscall.EIO}
	}
	return f.ReaderAt.ReadAt(b, off)
}

// TestFileFails: an error of the file itself ends a scan whenever it comes, and
// is not taken for damage.
func TestFileFails(t *testing.T) {
	foreign := packedByOthers(t)
	var each []string
	for i := range 50 {
		each = append(each, manyLines(10, 50*i))
	}
	for comp, content := range map[string]string{
		plain: strings.Join(each, ""), gzipped: members(each...), zstdized: frames(each...),
		xzed: strings.Repeat(string(foreign[xzed]), 200), bzipped: strings.Repeat(string(foreign[bzipped]), 200),
	} {
		for left := 0; ; left++ {
			s := &scanned{size: int64(len(content)), comp: comp, format: formatJSONL}
			f := &failing{strings.NewReader(content), left}
			w, c := newWalk(f, s), cutter{s: s, unitBytes: 1000}
			err := errors.Join(c.begin(mark{}), w.open(mark{}, mark{}, 0))
			if err == nil {
				_, err = w.run(&c)
			}
			w.close()
			if err == nil && f.left >= 0 {
				break
			}
			if !errors.Is(err, syscall.EIO) {
				t.Errorf("%s: failed at read %d: %v; %s %s", comp, left, err, s.status, s.detail)
				break
			}
		}
	}
}

func FuzzChunks(f *testing.F) {
	f.Add([]byte(members("{}\n", "{}\n{", "}\n")), uint8(1), false, uint16(10), uint16(3))
	f.Add([]byte(frames(jsonLine("a"), jsonLine("b"))), uint8(2), false, uint16(20), uint16(5))
	f.Add([]byte(warcPage("http://a/", "a")+warcPage("http://b/", "WARC/1.0\r\n")), uint8(0), true, uint16(100), uint16(70))
	f.Add([]byte("\xef\xbb\xbf"+jsonLine("a")), uint8(0), false, uint16(2), uint16(1))
	f.Fuzz(func(t *testing.T, b []byte, comp uint8, warc bool, chunk, unit uint16) {
		format := formatJSONL
		if warc {
			format = formatWARC
		}
		if len(b)/(int(chunk)+1) > 1000 {
			return
		}
		all := []string{plain, gzipped, zstdized, bzipped, xzed}
		sameUnits(t, b, all[int(comp)%len(all)], format, int64(unit)+1, int64(chunk)+1, 3)
	})
}
