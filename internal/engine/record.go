package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"

	"corpus"
	"corpus/internal/fsx"
)

// PassesDir holds, for each pass and key, the plan and a record per finished task.
const PassesDir = "passes"

// record is the proof that a task is done: what it wrote and counted.
type record struct {
	Files  []corpus.File `json:"files"`
	Counts corpus.Counts `json:"counts"`
	Hash   string        `json:"hash"` // SHA-256 of the record with Hash empty
}

func (r record) sealed() record {
	r.Hash = ""
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and numbers only
	}
	sum := sha256.Sum256(b)
	r.Hash = hex.EncodeToString(sum[:])
	return r
}

func (r record) file(role string) (corpus.File, bool) {
	for _, f := range r.Files {
		if f.Role == role {
			return f, true
		}
	}
	return corpus.File{}, false
}

// units are the input units of the task; a task that counts none is one.
func (r record) units() int64 {
	if n := r.Counts["units"]; n > 0 {
		return n
	}
	return 1
}

func recordName(dir string, task int) string { return path.Join(dir, fmt.Sprintf("%05d.json", task)) }

// readRecord believes a record only if it matches its hash and its files are
// there with their sizes; else the task is simply done again.
func (r *run) readRecord(dir string, task int) (record, bool) {
	b, err := fsx.ReadFile(r.engine.FS, recordName(dir, task), corpus.MaxManifest)
	var rec record
	if err != nil || json.Unmarshal(b, &rec) != nil || rec.sealed().Hash != rec.Hash {
		return record{}, false
	}
	for _, f := range rec.Files {
		if size, err := r.engine.FS.Size(path.Join(r.job.Dir, f.Name)); err != nil || size != f.Size {
			return record{}, false
		}
	}
	return rec, true
}

// PlanName is the file beside the records of a pass.
const PlanName = "plan.json"

// plan says for people what a directory of records belongs to.
type plan struct {
	Stage  string   `json:"stage"`
	Pass   string   `json:"pass"`
	Key    string   `json:"key"`
	Config string   `json:"config"`
	Inputs []string `json:"inputs"`
	Tasks  int      `json:"tasks"`
}

func (r *run) writePlan(dir string, p *corpus.Pass, key string, tasks int) error {
	if _, err := r.engine.FS.Size(path.Join(dir, PlanName)); err == nil {
		return nil
	}
	if err := r.engine.FS.MkdirAll(dir); err != nil {
		return err
	}
	c, err := canonical(p.Config)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(plan{r.job.Stage.Name, p.Name, key, c, p.Inputs, tasks}, "", " ")
	if err != nil {
		return err
	}
	return fsx.WriteFile(r.engine.FS, path.Join(dir, PlanName), append(b, '\n'))
}

// RecordFiles are the names of the files that a record names; a file that is
// not a record names none.
func RecordFiles(files fsx.FS, name string) []string {
	b, err := fsx.ReadFile(files, name, corpus.MaxManifest)
	var rec record
	if err != nil || json.Unmarshal(b, &rec) != nil {
		return nil
	}
	var names []string
	for _, f := range rec.Files {
		names = append(names, f.Name)
	}
	return names
}
