package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"corpus"
	"corpus/internal/fsx"
	"corpus/shards"
)

const (
	// RecordName is the file that tells what an export is; it is written last.
	RecordName = "export.json"
	lockName   = ".lock"
	maxRecord  = 64 << 20 // bytes; a file takes 150
)

// Record tells what an export is.
type Record struct {
	Format    string          `json:"format"`
	Shards    string          `json:"shards"`    // key of the last generation, which stands for all before it
	Tokenizer string          `json:"tokenizer"` // SHA-256 of the file that made the shards
	Vocab     int             `json:"vocab"`
	EOS       uint32          `json:"eos"` // id of the token behind every document
	Complete  bool            `json:"complete"`
	Splits    map[string]Size `json:"splits"` // those that have documents
	Files     []File          `json:"files"`
}

// Size is that of a split; end tokens count.
type Size struct {
	Docs   int64 `json:"docs"`
	Tokens int64 `json:"tokens"`
}

// File is one of an export.
type File struct {
	Name   string `json:"name"` // relative to the record
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// describe is the record of an export that has no file yet.
func (j Job) describe() *Record {
	gens := j.Set.Manifest.Generations
	tokenizer, _ := j.Set.Manifest.File(shards.TokenizerRole)
	return &Record{
		Format: j.Format, Shards: gens[len(gens)-1].Key, Tokenizer: tokenizer.SHA256, Vocab: j.Vocab, EOS: j.EOS, Splits: map[string]Size{},
	}
}

// readRecord is nil for an empty directory; one with something else in it is refused.
func readRecord(files fsx.FS, dir string) (*Record, error) {
	name := path.Join(dir, RecordName)
	b, err := fsx.ReadFile(files, name, maxRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, wantEmpty(files, dir)
	}
	if err != nil {
		return nil, err
	}
	var r Record
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, &corpus.Error{Class: corpus.Corrupt, What: "is not readable", Path: name, Offset: -1, Err: err, Next: "remove it and what is beside it"}
	}
	return &r, nil
}

func wantEmpty(files fsx.FS, dir string) error {
	names, err := files.ReadDir(dir)
	for _, n := range names {
		if n != lockName && !strings.HasPrefix(n, fsx.TempPrefix) {
			return &corpus.Error{
				Class: corpus.Usage, What: "holds something that is no export, such as " + n, Path: dir, Offset: -1,
				Next: "name an empty directory, or one that is not there yet",
			}
		}
	}
	return err
}

// holds says whether the export of r is what is wanted, and all there by size.
func (r *Record) holds(files fsx.FS, dir string, want *Record) bool {
	if r == nil || !r.Complete || fmt.Sprint(r.Format, r.Shards, r.Tokenizer, r.Vocab, r.EOS) != fmt.Sprint(want.Format, want.Shards, want.Tokenizer, want.Vocab, want.EOS) {
		return false
	}
	for _, f := range r.Files {
		if size, err := files.Size(path.Join(dir, f.Name)); err != nil || size != f.Size {
			return false
		}
	}
	return true
}

func (r *Record) write(files fsx.FS, dir string) error {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return fsx.WriteFile(files, path.Join(dir, RecordName), append(b, '\n'))
}

// written are the names that exports give, relative to their directory.
var written = regexp.MustCompile(`^((train|valid)/(tokens\.(bin|idx|ds|ds\.index|ds\.metadata)|index\.json|shard\.\d{5,}\.mds)|[a-z_]*token[a-z_]*\.json)$`)

// clear writes a record of what begins, then removes what exports before have left,
// so that no reader finds an index of theirs beside files of this one.
func (e *export) clear() error {
	if err := e.record.write(e.FS, e.Dir); err != nil {
		return err
	}
	for _, sub := range []string{"", "train", "valid"} {
		dir := path.Join(e.Dir, sub)
		names, err := e.FS.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		for _, n := range names {
			if err == nil && (written.MatchString(path.Join(sub, n)) || strings.HasPrefix(n, fsx.TempPrefix)) {
				err = e.FS.Remove(path.Join(dir, n))
			}
		}
		if err == nil {
			err = e.FS.SyncDir(dir)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
