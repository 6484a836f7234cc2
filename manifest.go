package corpus

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// ManifestFormat is raised when a reader of the last format would misread. Format
// 1, whose checks were objects, is read too.
const ManifestFormat = 2

// Manifest is a dataset: what a stage left, in generations. Its file names are
// relative to its directory and complete; renaming it into place is the commit.
type Manifest struct {
	Format      int          `json:"format"`
	Stage       string       `json:"stage"`
	Version     int          `json:"version"`
	Generations []Generation `json:"generations"`
	// Hash is the SHA-256 of the manifest's bytes with Hash empty.
	Hash string `json:"hash"`
}

// Generation is what one run added.
type Generation struct {
	Key    string            `json:"key"`    // hash of inputs, version, configuration, seed
	Config map[string]string `json:"config"` // pass name → its configuration, as JSON
	Inputs []string          `json:"inputs"` // hashes of the generations or sources it was made from
	First  int               `json:"first"`  // number of its first part
	Parts  []Part            `json:"parts"`
	Files  []File            `json:"files,omitempty"`
	Counts Counts            `json:"counts"`
}

// Part is the files of one part by role, row-aligned.
type Part struct {
	Number int    `json:"number"`
	Files  []File `json:"files"`
}

// File is a complete, immutable file and the means to verify it.
type File struct {
	Role   string `json:"role"`
	Name   string `json:"name"` // relative to the manifest's directory
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	Rows   int64  `json:"rows,omitempty"`
	Tokens string `json:"tokens,omitempty"` // "uint16" or "uint32": a token shard
	Checks Checks `json:"checks,omitempty"` // contiguous from 0 to Size
}

// Check is the XXH3-64 of a byte range: one per record batch, the first with what
// is before it, and one for what ends the file.
type Check struct {
	Size int64  `json:"size"`
	Sum  uint64 `json:"sum"`
	Rows int64  `json:"rows,omitempty"` // of a record batch; older files do not tell

	Tokens int64 `json:"tokens,omitempty"` // of a token shard's record batch; older files do not tell
}

// File is the file of a role in the part, or false.
func (p *Part) File(role string) (File, bool) { return find(p.Files, role) }

// File is the newest single file of a role, or false.
func (m *Manifest) File(role string) (File, bool) {
	for i := len(m.Generations) - 1; i >= 0; i-- {
		if f, ok := find(m.Generations[i].Files, role); ok {
			return f, true
		}
	}
	return File{}, false
}

func find(files []File, role string) (File, bool) {
	for _, f := range files {
		if f.Role == role {
			return f, true
		}
	}
	return File{}, false
}

// Parts are the parts of all generations in order.
func (m *Manifest) Parts() []Part {
	var all []Part
	for _, g := range m.Generations {
		all = append(all, g.Parts...)
	}
	return all
}

// Counts are the sums over all generations.
func (m *Manifest) Counts() Counts {
	sum := Counts{}
	for _, g := range m.Generations {
		sum.Add(g.Counts)
	}
	return sum
}

// Seal gives the manifest's bytes with its own hash set.
func (m Manifest) Seal() ([]byte, error) {
	m.Format, m.Hash = ManifestFormat, ""
	b, err := encode(m)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	m.Hash = hex.EncodeToString(sum[:])
	return encode(m)
}

// ParseManifest reads sealed bytes; a changed byte anywhere is an error of
// class Corrupt.
func ParseManifest(path string, b []byte) (*Manifest, error) {
	var m Manifest
	bad := func(why string, err error) error {
		return &Error{
			Class: Corrupt, What: "manifest " + why, Path: path, Offset: -1, Err: err,
			Next: "restore the file, or remove the directory and run the stage again",
		}
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, bad("is not readable", err)
	}
	if m.Format < 1 || m.Format > ManifestFormat {
		return nil, bad(fmt.Sprintf("has format %d, this program reads %d", m.Format, ManifestFormat), nil)
	}
	if m.Hash == "" || m.Hash != hashWithout(b, m.Hash) {
		return nil, bad("does not match its own hash", nil)
	}
	return &m, nil
}

// hashWithout is the hash of a manifest's bytes with its own hash, which is the last
// of its fields, left empty.
func hashWithout(b []byte, hash string) string {
	at := bytes.LastIndex(b, []byte(`"`+hash+`"`))
	if at < 0 {
		return ""
	}
	h := sha256.New()
	h.Write(b[:at+1])
	h.Write(b[at+1+len(hash):])
	return hex.EncodeToString(h.Sum(nil))
}

func encode(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", " ")
	return append(b, '\n'), err
}
