package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"corpus"
	"corpus/ingest/place"
	"corpus/internal/fsx"
)

// input is one file to read.
type input struct {
	name  string // of its documents: relative to the SOURCE given
	path  string
	size  int64
	mtime int64  // nanoseconds; only tells whether a file is still the same
	bad   string // reason why it cannot be read, "" when it can
	why   string

	places  *place.Opener // of a file elsewhere, whose path is its address and mtime stands for its version
	remote  place.Info
	failed  error // why it cannot be had
	trusted bool  // see Config.Trusted
}

// versionControl are directories that hold the history of a tree, not its text.
var versionControl = []string{".git", ".hg", ".svn", ".bzr", "_darcs", "CVS"}

// finder collects the inputs of all SOURCEs in the order given.
type finder struct {
	cfg     *Config
	inputs  []input
	names   map[string]bool
	real    map[string]bool // files already found, by resolved path
	exclude map[string]bool
}

// find lists the files of SOURCEs: files, directories (in sorted order,
// without version control and without following links) and globs. What cannot
// be listed or opened is an input with a reason. A file reached twice counts
// once.
func find(ctx context.Context, cfg *Config, sources []string) ([]input, error) {
	f := finder{cfg: cfg, names: map[string]bool{}, real: map[string]bool{}, exclude: map[string]bool{}}
	for _, dir := range cfg.Exclude {
		f.exclude[resolved(dir)] = true
	}
	sources, err := lists(ctx, cfg, sources)
	if err != nil {
		return nil, err
	}
	if err := f.sources(ctx, sources); err != nil {
		return nil, err
	}
	if len(f.inputs) > MaxSources {
		return nil, corpus.Errorf(corpus.Usage, "%d files are more than one run takes (%d); ingest them in several runs", len(f.inputs), MaxSources)
	}
	if !slices.ContainsFunc(f.inputs, func(in input) bool { return in.bad == "" }) {
		return nil, noInput(sources, f.inputs)
	}
	return f.inputs, nil
}

func noInput(sources []string, bad []input) error {
	e := &corpus.Error{
		Class: corpus.NoInput, What: "no readable file in " + strings.Join(sources, ", "), Offset: -1,
		Next: "name files, directories or quoted patterns that exist: corpus ingest SOURCE…",
	}
	if len(sources) == 0 {
		e.What = "no SOURCE given"
	}
	if len(bad) > 0 && bad[0].failed != nil {
		return bad[0].failed
	}
	if len(bad) > 0 {
		e.What += fmt.Sprintf(" (%s: %s)", bad[0].name, bad[0].why)
	}
	return e
}

// expand gives the paths that a SOURCE means: itself when it exists, else what
// it matches as a pattern, else itself, to be listed as unreadable. Names of
// matches are relative to under, the directory before the first wildcard, so
// that they do not depend on what else matches.
func expand(source string) (paths []string, under string) {
	if _, err := os.Lstat(source); err == nil {
		return []string{source}, ""
	}
	if matches, err := filepath.Glob(source); err == nil && len(matches) > 0 {
		slices.Sort(matches)
		return matches, filepath.Dir(source[:strings.IndexAny(source, `*?[\`)] + "x")
	}
	return []string{source}, ""
}

// add lists one file or directory that was named, or that a pattern matches.
func (f *finder) add(root, under string) {
	info, err := os.Stat(root)
	dir := err == nil && info.IsDir()
	switch {
	case under == "" && dir:
		under = root
	case under == "":
		under = filepath.Dir(root)
	}
	name := relative(under, root)
	switch {
	case err != nil:
		f.put(root, input{name: name, path: root, bad: Unreadable, why: cause(err)})
	case dir:
		f.walk(root, name)
	case !info.Mode().IsRegular():
		f.put(root, input{name: name, path: root, bad: Unreadable, why: "not a regular file"})
	default:
		f.put(root, found(name, root, info))
	}
}

// sources lists them in the order given; those elsewhere are asked for several
// at a time.
func (f *finder) sources(ctx context.Context, sources []string) error {
	list := func(source string) (listing, error) { return f.list(ctx, source) }
	return ordered(ctx, askers, each(sources), list, func(l listing) error {
		switch {
		case l.remote:
			return f.addRemote(l)
		case l.source == "-":
			return f.stdin()
		}
		paths, under := expand(l.source)
		for _, path := range paths {
			f.add(path, under)
		}
		return nil
	})
}

// stdin keeps standard input in a file, since a source is read twice.
func (f *finder) stdin() error {
	if f.names["stdin"] {
		return nil
	}
	if f.cfg.Stdin == nil || f.cfg.Spool == "" {
		return corpus.Errorf(corpus.Usage, "standard input cannot be read here")
	}
	path := filepath.Join(f.cfg.Spool, "stdin")
	if err := spool(path, f.cfg.Stdin); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	f.put(path, found("stdin", path, info))
	return nil
}

// spool copies r to a new file.
func spool(path string, r io.Reader) error {
	fs := fsx.OS{}
	if err := fs.MkdirAll(filepath.Dir(path)); err != nil {
		return err
	}
	f, err := fs.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

// relative is path as seen from dir, with slashes.
func relative(dir, path string) string {
	name, err := filepath.Rel(dir, path)
	if err != nil {
		name = filepath.Base(path)
	}
	return filepath.ToSlash(name)
}

func found(name, path string, info fs.FileInfo) input {
	return input{name: name, path: path, size: info.Size(), mtime: info.ModTime().UnixNano()}
}

// walk lists a directory under a name. WalkDir reads names in sorted order.
func (f *finder) walk(root, under string) {
	// A link to a directory is followed when it was named, as SOURCE/ would be.
	top := root
	if target, err := filepath.EvalSymlinks(root); err == nil {
		top = target
	}
	_ = filepath.WalkDir(top, func(at string, d fs.DirEntry, err error) error {
		name := path.Join(under, relative(top, at))
		switch {
		case err != nil:
			if name == "." {
				name = filepath.Base(root)
			}
			f.put(root, input{name: name, path: at, bad: Unreadable, why: cause(err)})
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
			if at != top && slices.Contains(versionControl, d.Name()) || f.exclude[resolved(at)] {
				return fs.SkipDir
			}
		default:
			f.file(root, top, name, at, d)
		}
		return nil
	})
}

// file lists one entry of a directory. A link within the directory leads to a
// file that is listed anyway.
func (f *finder) file(root, top, name, path string, d fs.DirEntry) {
	if d.Type()&fs.ModeSymlink != 0 {
		target, err := filepath.EvalSymlinks(path)
		switch {
		case err != nil:
			f.put(root, input{name: name, path: path, bad: Unreadable, why: cause(err)})
		case !within(top, target):
			f.put(root, input{name: name, path: path, bad: LinkOut, why: "leads out of the directory"})
		}
		return
	}
	if !d.Type().IsRegular() {
		return
	}
	info, err := d.Info()
	if err != nil {
		f.put(root, input{name: name, path: path, bad: Unreadable, why: cause(err)})
		return
	}
	f.put(root, found(name, path, info))
}

// put adds an input under a name of its own: where an earlier SOURCE has the
// same name, the base name of this SOURCE goes before it, then a number.
func (f *finder) put(root string, in input) {
	at, base := in.path, path.Base(in.path)
	if in.places == nil {
		at, base = resolved(in.path), filepath.Base(resolved(root))
	}
	if f.real[at] || f.exclude[at] {
		return
	}
	f.real[at] = true
	in.name = escaped(in.name)
	for i, name := 1, in.name; f.names[in.name]; i++ {
		in.name = base + "/" + name
		if i > 1 {
			in.name = fmt.Sprintf("%s~%d/%s", base, i, name)
		}
	}
	f.names[in.name] = true
	f.inputs = append(f.inputs, in)
}

// escaped is a name in UTF-8: of other bytes it has the hexadecimal digits.
func escaped(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	var b strings.Builder
	for i, r := range name {
		if _, n := utf8.DecodeRuneInString(name[i:]); r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, "\\x%02x", name[i])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func within(dir, path string) bool {
	rel, err := filepath.Rel(resolved(dir), resolved(path))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, "../")
}

// resolved is the absolute path without links, as far as it can be told.
func resolved(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	return path
}

// cause is an error without the path it already stands beside.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// fingerprint is a hash of the list: name, size and time of change of each. It
// decides whether the scan must look again and is never written.
func fingerprint(inputs []input) string {
	h := sha256.New()
	for _, in := range inputs {
		h.Write([]byte(in.name + "\x00" + in.bad + "\x00"))
		b := binary.LittleEndian.AppendUint64(nil, uint64(in.size))
		h.Write(binary.LittleEndian.AppendUint64(b, uint64(in.mtime)))
	}
	return hex.EncodeToString(h.Sum(nil))
}

var errChanged = errors.New("it is being written to, or was replaced")

// fault names why an input cannot be read as it was listed.
func fault(err error) loss {
	if errors.Is(err, errChanged) || errors.Is(err, place.ErrChanged) {
		return loss{Changed, cause(err)}
	}
	return loss{Unreadable, cause(err)}
}
