package trainer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"corpus"
	"corpus/internal/fsx"
)

const runFile = "run.json"

// DataInfo identifies what a run reads; a run is never resumed over other data.
type DataInfo struct {
	Tokenizer   string `json:"tokenizer"` // SHA-256 of tokenizer.json
	Shards      string `json:"shards"`    // hash of the shards' manifest generation
	TrainTokens int64  `json:"train_tokens"`
	ValidTokens int64  `json:"valid_tokens"`
}

// RunInfo is run.json: everything that decides a run, resolved. It is written
// once, when the run begins.
type RunInfo struct {
	Format     int      `json:"format"`
	Identity   string   `json:"identity"` // SHA-256 of spec, config, data and special tokens
	Spec       Spec     `json:"spec"`
	Config     Config   `json:"config"`
	Data       DataInfo `json:"data"`
	Special    Special  `json:"special"`
	Parameters int64    `json:"parameters"`
	Env        Env      `json:"env"` // of the process that began the run
	Hash       string   `json:"hash"`
}

func (r *RunInfo) setHash(h string) { r.Hash = h }

// newRunInfo describes a job.
func newRunInfo(j Job) (*RunInfo, error) {
	r := &RunInfo{
		Format: checkpointForm, Spec: j.Spec, Config: j.Config, Data: j.Data, Special: j.Special,
		Parameters: Count(j.Config), Env: j.Env,
	}
	b, err := json.Marshal([]any{r.Spec.trajectory(), r.Config, r.Data, r.Special})
	sum := sha256.Sum256(b)
	r.Identity = hex.EncodeToString(sum[:])
	return r, err
}

// ReadRun reads runs/NAME/run.json.
func ReadRun(fsys fsx.FS, dir string) (*RunInfo, error) {
	name := path.Join(dir, runFile)
	raw, err := fsx.ReadFile(fsys, name, maxJSON)
	if err != nil {
		return nil, err
	}
	var r RunInfo
	if err := json.Unmarshal(raw, &r); err == nil && r.Format != checkpointForm {
		// Before the hash, which another program's fields would not match.
		return nil, corrupt(dir, name, fmt.Sprintf("has format %d, this program reads %d", r.Format, checkpointForm), nil)
	}
	return &r, unsealJSON(name, raw, &r)
}

// beginRun writes run.json, or compares it with that of the run that is there.
func beginRun(fsys fsx.FS, dir string, r *RunInfo) error {
	old, err := ReadRun(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) { // a new run
		b, err := sealJSON(r)
		if err != nil {
			return err
		}
		return fsx.WriteFile(fsys, path.Join(dir, runFile), b)
	}
	if err != nil {
		return err
	}
	if old.Identity != r.Identity {
		return &corpus.Error{
			Class: corpus.Usage, What: "this run was begun otherwise: " + strings.Join(differences(old, r), ", "),
			Path: path.Join(dir, runFile), Offset: -1, Next: "give the new run another --run name, or ask for what the run was begun with",
		}
	}
	return nil
}

// differences lists the fields that decide a run and are not the same, as
// "spec.lr 0.001, now 0.002".
func differences(old, now *RunInfo) []string {
	a, b := decisive(old), decisive(now)
	var out []string
	for _, key := range slices.Sorted(maps.Keys(a)) {
		if !reflect.DeepEqual(a[key], b[key]) {
			out = append(out, fmt.Sprintf("%s %v, now %v", key, a[key], b[key]))
		}
	}
	return out
}

// decisive flattens the parts that Identity covers.
func decisive(r *RunInfo) map[string]any {
	flat := map[string]any{}
	for part, v := range map[string]any{"spec": r.Spec.trajectory(), "config": r.Config, "data": r.Data, "special": r.Special} {
		raw, _ := json.Marshal(v) // structs of numbers and strings
		var fields map[string]any
		_ = json.Unmarshal(raw, &fields)
		for key, value := range fields {
			flat[part+"."+key] = value
		}
	}
	return flat
}

// warnings lists what differs between two processes and may change the bits.
func (e Env) warnings(now Env) []string {
	var out []string
	for _, d := range []struct {
		what     string
		old, now any
	}{
		{"the program", e.Program, now.Program},
		{"the library", e.Library, now.Library},
		{"the device", e.Device, now.Device},
		{"the processor", e.CPU, now.CPU},
		{"the number of threads", e.Threads, now.Threads},
	} {
		if d.old != d.now {
			out = append(out, fmt.Sprintf("%s was %v and is %v now: the run goes on, but not bit for bit as it would have", d.what, d.old, d.now))
		}
	}
	return out
}
