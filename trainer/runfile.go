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

const (
	runFile = "run.json"
	// TokenizerFile is the name of the tokenizer in a run and in a model folder.
	TokenizerFile = "tokenizer.json"
)

// RunInfo is run.json: everything that decides a run, resolved. It is written
// when the run begins, and again when a phase is added or the run goes back.
type RunInfo struct {
	Format     int     `json:"format"`
	Config     Config  `json:"config"`
	Special    Special `json:"special"`
	Tokenizer  string  `json:"tokenizer"` // SHA-256 of tokenizer.json
	Phases     []Phase `json:"phases"`    // in order, at least one
	Parameters int64   `json:"parameters"`

	Rollbacks []Rollback `json:"rollbacks,omitempty"` // in the order in which they were made

	Env  Env    `json:"env"` // of the process that began the run
	Hash string `json:"hash"`
}

func (r *RunInfo) setHash(h string) { r.Hash = h }

// newRunInfo describes a job that begins.
func newRunInfo(j Job) (*RunInfo, error) {
	sum := sha256.Sum256(j.Files[TokenizerFile])
	r := &RunInfo{
		Format: checkpointForm, Config: j.Config, Special: j.Special, Tokenizer: hex.EncodeToString(sum[:]),
		Phases: []Phase{{Spec: j.Spec, Data: j.Data}}, Parameters: Count(j.Config), Env: j.Env,
	}
	return r, r.last().identify(r, "")
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
		return nil, &corpus.Error{
			Class: corpus.Corrupt, What: fmt.Sprintf("has format %d, this program reads %d", r.Format, checkpointForm), Path: name, Offset: -1,
			Next: "use the program that began the run, or train under another --run name",
		}
	}
	if what, err := unsealJSON(raw, &r); what != "" {
		return nil, corrupt(fsys, dir, name, what, err)
	}
	if len(r.Phases) == 0 {
		return nil, corrupt(fsys, dir, name, "has no phase", nil)
	}
	return &r, nil
}

// readRunIfAny is ReadRun; nil for a run that has not begun.
func readRunIfAny(fsys fsx.FS, dir string) (*RunInfo, error) {
	r, err := ReadRun(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return r, err
}

// planRun is run.json as the job wants it: a new one, the old one, or the old one
// with a phase more. Its Hash is empty when it is to be written.
func planRun(old *RunInfo, j Job) (*RunInfo, error) {
	now, err := newRunInfo(j)
	if err != nil || old == nil {
		return now, err
	}
	old.Special.Pieces = j.Special.Pieces // which run.json leaves out
	before := old.last()
	if j.Spec.Steps <= before.Spec.Steps {
		if p := old.phaseOf(j.Spec.Steps); p.Spec.Steps == j.Spec.Steps {
			before = p
		}
		return old, old.same(before, now)
	}
	spec := j.Spec // Steps and what its defaults depend on may change
	spec.Budget = before.Spec.Budget
	spec.Steps, spec.Warmup, spec.Decay, spec.EvalEvery = before.Spec.Steps, before.Spec.Warmup, before.Spec.Decay, before.Spec.EvalEvery
	now.Phases[0].Spec = spec
	if err := old.same(before, now); err != nil {
		return nil, err
	}
	p := Phase{From: before.Spec.Steps, Spec: j.Spec, Data: j.Data}
	err = p.identify(old, before.Identity)
	old.Phases, old.Hash = append(old.Phases, p), ""
	return old, err
}

// same refuses a job that is not what a phase was begun as.
func (r *RunInfo) same(p *Phase, now *RunInfo) error {
	changed := differences(decisive(r, p), decisive(now, now.last()))
	if len(changed) == 0 {
		return nil
	}
	return &corpus.Error{
		Class: corpus.Usage, What: "this run was begun otherwise: " + strings.Join(changed, ", "),
		Path: runFile, Offset: -1, Next: "give the new run another --run name, or ask for what the run was begun with",
	}
}

// differences lists the fields that decide a run and are not the same, as
// "spec.lr 0.001, now 0.002". One that is left out has its default.
func differences(a, b map[string]any) []string {
	keys := maps.Clone(a)
	maps.Copy(keys, b)
	said := func(v any) any {
		if v == nil {
			return "the default"
		}
		return v
	}
	var out []string
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !reflect.DeepEqual(a[key], b[key]) {
			out = append(out, fmt.Sprintf("%s %v, now %v", key, said(a[key]), said(b[key])))
		}
	}
	return out
}

// decisive flattens what a job must not change. Data is not in it: a phase reads
// what it began with, whatever came since.
func decisive(r *RunInfo, p *Phase) map[string]any {
	flat := map[string]any{"tokenizer": r.Tokenizer}
	for part, v := range map[string]any{"spec": p.Spec.trajectory(), "config": r.Config, "special": r.Special} {
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
