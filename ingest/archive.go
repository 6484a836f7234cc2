package ingest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strings"
)

// Formats that hold other sources.
const (
	formatTar = "tar"
	formatZip = "zip"
)

var errLonger = errors.New("longer than the archive says")

// holder is where in an archive a source lies; the zero holder is no archive.
type holder struct {
	archive string // name of the input
	kind    string // formatTar or formatZip
	outer   string // compression of a tar archive
	at      int64  // of a tar archive the offset of the bytes, of a zip archive the index in its directory
}

// archive is an open zip or tar archive.
type archive struct {
	file
	tar    io.ReaderAt // the archive's decoded bytes
	stream *stream     // that decodes them, nil for a plain archive
	zip    *zip.Reader
}

// openArchive reads an archive whose file is f.
func openArchive(f file, size int64, p holder) (*archive, error) {
	a := &archive{file: f, tar: f}
	switch {
	case p.kind == formatZip:
		if err := fewMembers(f, size); err != nil {
			return nil, err
		}
		var err error
		a.zip, err = zip.NewReader(f, size)
		return a, zipDamage(err)
	case p.outer != plain:
		a.tar = a.decoded(size, p.outer)
	}
	return a, nil
}

// decoded is a compressed archive as its bytes; where decoding can begin is
// remembered on the way.
func (a *archive) decoded(size int64, comp string) *replay {
	marks := []mark{{}}
	return &replay{begin: func(at int64) (io.Reader, int64, error) {
		if a.stream != nil {
			marks = append(marks, a.stream.marks...)
			slices.SortFunc(marks, func(a, b mark) int { return int(min(1, max(-1, a.pos-b.pos))) })
			marks = slices.Compact(marks)
			a.stream.Close()
		}
		i := 0
		for i+1 < len(marks) && marks[i+1].pos <= at {
			i++
		}
		a.stream = openStream(a.file, size, comp, marks[i].raw, marks[i].pos)
		a.stream.step = replayStep
		return a.stream, marks[i].pos, nil
	}}
}

func (a *archive) Close() error {
	if a.stream != nil {
		a.stream.Close()
	}
	return a.file.Close()
}

// member is the bytes of a source in the archive.
func (a *archive) member(s *scanned) io.ReaderAt {
	if a.zip == nil {
		return io.NewSectionReader(a.tar, s.at, s.size)
	}
	var open io.ReadCloser
	return &replay{end: s.size, begin: func(int64) (io.Reader, int64, error) {
		if open != nil {
			open.Close()
		}
		if s.at >= int64(len(a.zip.File)) {
			return nil, 0, &damage{reason: Corrupt, err: errChanged}
		}
		var err error
		open, err = a.zip.File[s.at].Open()
		return damaging{open}, 0, zipDamage(err)
	}}
}

// damaging turns what a zip archive's decoder says into damage.
type damaging struct{ r io.Reader }

func (d damaging) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	return n, zipDamage(err)
}

// zipDamage names the damage of a zip archive; an error of the file itself
// stays what it is.
func zipDamage(err error) error {
	var known *damage
	switch {
	case err == nil || errors.Is(err, io.EOF) || ofFile(err) || errors.As(err, &known):
		return err
	case errors.Is(err, zip.ErrChecksum):
		return &damage{reason: Checksum, err: err}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &damage{reason: Truncated, err: err}
	case errors.Is(err, zip.ErrAlgorithm):
		return &damage{reason: Unsupported, err: err}
	}
	return &damage{reason: Corrupt, err: err}
}

// fewMembers reads the number of members at the end of a zip archive (APPNOTE
// 6.3.10, 4.3.14 to 4.3.16), before they are listed in memory.
func fewMembers(f io.ReaderAt, size int64) error {
	tail := make([]byte, min(size, 22+20+math.MaxUint16))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return err
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail)-i < 22 {
		return &damage{reason: Truncated, err: errors.New("the directory at the end of the zip archive is missing")}
	}
	n := uint64(binary.LittleEndian.Uint16(tail[i+10:]))
	if j := i - 20; n == math.MaxUint16 && j >= 0 && bytes.HasPrefix(tail[j:], []byte("PK\x06\x07")) {
		var end [56]byte
		at := binary.LittleEndian.Uint64(tail[j+8:])
		if _, err := f.ReadAt(end[:], int64(min(at, math.MaxInt64))); err != nil && err != io.EOF {
			return err
		}
		n = binary.LittleEndian.Uint64(end[32:])
	}
	if n > MaxMembers {
		return &damage{reason: TooLarge, err: errManyMembers}
	}
	return nil
}

var errManyMembers = fmt.Errorf("more than %d members; unpack it and name the directory", MaxMembers)

// archive looks at the members of an archive. The archive itself comes last: it
// counts as read when they are.
func (sc *scan) archive(ctx context.Context, f file, s scanned) []scanned {
	p := holder{archive: s.name, kind: s.format, outer: s.comp}
	a, err := openArchive(f, s.size, p)
	l := lister{ctx: ctx, sc: sc, holder: p, parent: &s, names: map[string]int{}}
	switch {
	case err != nil:
	case s.format == formatZip:
		err = l.zip(a)
	default:
		err = l.tar(a)
	}
	if a != nil && a.stream != nil {
		a.stream.Close()
	}
	var d *damage
	if errors.As(err, &d) {
		s.status, s.detail = d.reason, oneLine(d.err.Error(), MaxDetail)
		l.unsound(d)
	} else if err != nil {
		bad := fault(err)
		return []scanned{{name: s.name, size: s.size, status: bad.reason, detail: bad.detail}}
	}
	return append(l.all, s)
}

// lister collects the members of an archive.
type lister struct {
	ctx    context.Context
	sc     *scan
	holder holder
	parent *scanned
	names  map[string]int
	all    []scanned
}

// tar walks the headers. What is no file (directories, links, devices) holds no
// text of its own.
func (l *lister) tar(a *archive) error {
	all := io.NewSectionReader(a.tar, 0, math.MaxInt64)
	for r := tar.NewReader(all); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) && a.stream != nil { // to its end, where the checksum is
			_, err = io.Copy(io.Discard, all)
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
		if err != nil || h == nil {
			return tarDamage(err)
		}
		if h.Typeflag != tar.TypeReg || hidden(h.Name) {
			continue
		}
		at, _ := all.Seek(0, io.SeekCurrent)
		if err := l.member(a, h.Name, at, h.Size, "", ""); err != nil {
			return err
		}
	}
}

func tarDamage(err error) error {
	var d *damage
	switch {
	case err == nil || ofFile(err) || errors.As(err, &d):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &damage{reason: Truncated, pos: math.MaxInt64, err: err}
	}
	return &damage{reason: Corrupt, pos: math.MaxInt64, err: err}
}

// zip walks the directory. Members that overlap are a bomb.
func (l *lister) zip(a *archive) error {
	sum := uint64(0)
	for i, z := range a.zip.File {
		if sum += z.CompressedSize64; sum > uint64(l.parent.size) {
			return &damage{reason: Bomb, pos: math.MaxInt64, err: errors.New("its members overlap")}
		}
		if !z.Mode().IsRegular() || hidden(z.Name) {
			continue
		}
		reason, detail := zipRefusal(z)
		if err := l.member(a, z.Name, int64(i), int64(z.UncompressedSize64), reason, detail); err != nil {
			return err
		}
	}
	return nil
}

// zipRefusal says why a member cannot be read, "" when it can.
func zipRefusal(z *zip.File) (reason, detail string) {
	const encrypted = 1
	switch size, stored := z.UncompressedSize64, z.CompressedSize64; {
	case z.Flags&encrypted != 0:
		return Encrypted, ""
	case size > math.MaxInt64 || size > RatioFloor && size/MaxRatio > stored:
		return Bomb, fmt.Sprintf("%d bytes from %d", size, stored)
	case z.Method != zip.Store && z.Method != zip.Deflate:
		return Unsupported, fmt.Sprintf("zip compression method %d", z.Method)
	}
	return "", ""
}

// member looks at one member as at a file of its own.
func (l *lister) member(a *archive, name string, at, size int64, reason, detail string) error {
	if len(l.all) == MaxMembers {
		return &damage{reason: TooLarge, pos: math.MaxInt64, err: errManyMembers}
	}
	m := scanned{name: l.name(name), size: size, sha256: l.parent.sha256, holder: l.holder}
	m.at = at
	if reason != "" {
		m.status, m.detail = reason, detail
		l.all = append(l.all, m)
		return nil
	}
	err := l.sc.content(l.ctx, a.member(&m), &m)
	var d *damage
	if errors.As(err, &d) {
		m.format, m.units, m.status, m.detail = "", nil, d.reason, oneLine(d.err.Error(), MaxDetail)
		err = nil
	}
	if m.format == formatTar || m.format == formatZip {
		m.format, m.status, m.detail = "", Unsupported, "an archive inside an archive"
	}
	l.all = append(l.all, m)
	return err
}

// name is a member's, under that of the archive, with a number when it was
// there before.
func (l *lister) name(member string) string {
	member = escaped(strings.TrimPrefix(path.Clean("/"+member), "/"))
	l.names[member]++
	if n := l.names[member]; n > 1 {
		member = fmt.Sprintf("%s~%d", member, n)
	}
	return l.holder.archive + "/" + member
}

// hidden says whether a member belongs to version control.
func hidden(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(dir string) bool { return slices.Contains(versionControl, dir) })
}

// unsound takes back the members of a part of the archive whose checksum is
// wrong.
func (l *lister) unsound(d *damage) {
	if d.reason != Checksum {
		return
	}
	for i := range l.all {
		if m := &l.all[i]; m.at+m.size > d.pos {
			m.format, m.units, m.status, m.detail = "", nil, Checksum, "the checksum over this member is wrong"
		}
	}
}
