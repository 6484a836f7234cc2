package shards

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"corpus"
	"corpus/internal/fsx"

	"github.com/zeebo/xxh3"
)

// ManifestName is the file whose renaming commits a dataset.
const ManifestName = "manifest.json"

// Dataset is what a stage left, as its manifest said when it was opened.
type Dataset struct {
	fs       fsx.FS
	Dir      string
	Manifest *corpus.Manifest
}

// OpenDataset reads the manifest of a dataset directory. One that does not
// exist yet is an empty dataset with a nil Manifest.
func OpenDataset(files fsx.FS, dir string) (*Dataset, error) {
	name := path.Join(dir, ManifestName)
	b, err := fsx.ReadFile(files, name, corpus.MaxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return &Dataset{fs: files, Dir: dir}, nil
	}
	if err != nil {
		return nil, corrupt(name, 0, "is not readable", err, "")
	}
	m, err := corpus.ParseManifest(name, b)
	if err != nil {
		return nil, err
	}
	return &Dataset{fs: files, Dir: dir, Manifest: m}, nil
}

// Exists says whether anything was committed.
func (d *Dataset) Exists() bool { return d.Manifest != nil }

// Rebuild is the command that writes the dataset again.
func (d *Dataset) Rebuild() string {
	if !d.Exists() {
		return ""
	}
	return "corpus " + d.Manifest.Stage + " --rebuild"
}

// Parts are the parts of all generations in order.
func (d *Dataset) Parts() []corpus.Part {
	if !d.Exists() {
		return nil
	}
	return d.Manifest.Parts()
}

// Table opens the part's table of a role; its columns are those in the file.
func (d *Dataset) Table(p corpus.Part, role string) (corpus.TableReader, error) {
	f, ok := p.File(role)
	if !ok {
		return nil, fmt.Errorf("%s: part %d has no %s", d.Dir, p.Number, role)
	}
	return OpenTable(d.fs, path.Join(d.Dir, f.Name), f, nil, d.Rebuild())
}

// File is the verified content of the newest single file of a role. Its
// published copy, when there is one, must be equal.
func (d *Dataset) File(role string) ([]byte, error) {
	if !d.Exists() {
		return nil, &corpus.Error{Class: corpus.NoInput, What: "there is no dataset", Path: d.Dir, Offset: -1}
	}
	f, ok := d.Manifest.File(role)
	if !ok {
		return nil, fmt.Errorf("%s: there is no %s", d.Dir, role)
	}
	b, err := ReadFile(d.fs, path.Join(d.Dir, f.Name), f, d.Rebuild())
	if err != nil {
		return nil, err
	}
	if p, ok := d.Manifest.File(PublishedRole(role)); ok {
		if _, err := ReadFile(d.fs, path.Join(d.Dir, p.Name), p, "corpus "+d.Manifest.Stage); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// PublishedRole is the role of the plain-named copy of a single file.
func PublishedRole(role string) string { return "published:" + role }

// ReadFile is the content of a single file, if it matches its SHA-256.
func ReadFile(files fsx.FS, name string, f corpus.File, rebuild string) ([]byte, error) {
	if err := checkSize(files, name, f, rebuild); err != nil {
		return nil, err
	}
	b, err := fsx.ReadFile(files, name, corpus.MaxManifest)
	if err != nil {
		return nil, corrupt(name, 0, "is not readable", err, rebuild)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, corrupt(name, 0, "does not match its SHA-256", nil, rebuild)
	}
	return b, nil
}

// Files are all files that the manifest names.
func (d *Dataset) Files() []corpus.File {
	var all []corpus.File
	if !d.Exists() {
		return nil
	}
	for _, g := range d.Manifest.Generations {
		for _, p := range g.Parts {
			all = append(all, p.Files...)
		}
		all = append(all, g.Files...)
	}
	return all
}

// Verify reads a file whole and compares size, SHA-256 and the checksum of
// every range; the error names the first damaged range.
func (d *Dataset) Verify(f corpus.File) error {
	name := path.Join(d.Dir, f.Name)
	if err := checkSize(d.fs, name, f, d.Rebuild()); err != nil {
		return err
	}
	file, err := d.fs.Open(name)
	if err != nil {
		return corrupt(name, 0, "cannot be opened", err, d.Rebuild())
	}
	defer file.Close()
	sum := sha256.New()
	r := io.TeeReader(file, sum)
	var off int64
	for _, c := range f.Checks {
		h := xxh3.New()
		if _, err := io.CopyN(h, r, c.Size); err != nil {
			return corrupt(name, off, "ends too early", err, d.Rebuild())
		}
		if h.Sum64() != c.Sum {
			return corrupt(name, off, "does not match its checksum", nil, d.Rebuild())
		}
		off += c.Size
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return corrupt(name, off, "is not readable", err, d.Rebuild())
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return corrupt(name, 0, "does not match its SHA-256", nil, d.Rebuild())
	}
	return nil
}
