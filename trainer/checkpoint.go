package trainer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"corpus"
	"corpus/internal/fsx"
)

// A checkpoint is a directory checkpoints/step-NNNNNNNN with
//
//	model.safetensors      weights under their Hugging Face names
//	optimizer.safetensors  "adam.m." and "adam.v." before the weight's name
//	state.json             Checkpoint
//	manifest.json          sizes and SHA-256 of the others, and its own
//
// It is written aside, synced, read back and compared, and only then renamed:
// a directory of that name with a manifest is complete.
const (
	checkpointDir  = "checkpoints"
	stepPrefix     = "step-"
	weightsFile    = "model.safetensors"
	optimizerFile  = "optimizer.safetensors"
	stateFile      = "state.json"
	manifestFile   = "manifest.json"
	checkpointForm = 3 // raised when an older program would misread
)

// Checkpoint is what a run needs beside weights and optimizer state to go on bit
// for bit. Where the data stands follows from Step alone.
type Checkpoint struct {
	Step    int64    `json:"step"`                 // updates done, skipped ones included
	Bad     int      `json:"bad"`                  // skipped updates in a row up to here
	Best    *Best    `json:"best,omitempty"`       // lowest validation loss of the phase so far
	Valid   *float64 `json:"valid_loss,omitempty"` // last one of the phase
	Unigram *float64 `json:"unigram,omitempty"`    // cross-entropy, at the phase's last step
	Run     string   `json:"run"`                  // Identity of the phase
	Env     Env      `json:"env"`                  // of the process that wrote it

	Recent    Recent    `json:"recent"`              // what spikes are told from
	LossScale LossScale `json:"loss_scale"`          // of fp16
	Rollbacks int       `json:"rollbacks,omitempty"` // of the run, before it came here

	Tokens int64              `json:"tokens"`           // of documents, read up to here
	Epochs map[string]float64 `json:"epochs,omitempty"` // how often each source has been read in the phase
}

// Best is the lowest validation loss and the step that reached it.
type Best struct {
	Step int64   `json:"step"`
	Loss float64 `json:"loss"`
}

// Env is what bit-for-bit resumption depends on beside the run's identity; a
// difference is a warning.
type Env struct {
	Program string `json:"program"` // version of this program
	Library string `json:"library"` // version of libtorch, such as "2.1.2"
	Device  string `json:"device"`  // such as "cpu" or "cuda NVIDIA H100 80GB HBM3"
	CPU     string `json:"cpu"`     // model of the processor
	Threads int    `json:"threads"`
}

func stepName(step int64) string { return fmt.Sprintf("%s%08d", stepPrefix, step) }

// writeCheckpoint commits a checkpoint of tensors as Model.State gives them.
func writeCheckpoint(fsys fsx.FS, run string, c Checkpoint, tensors []Tensor) error {
	base := path.Join(run, checkpointDir)
	temp, final := path.Join(base, fsx.TempPrefix+stepName(c.Step)), path.Join(base, stepName(c.Step))
	for _, dir := range []string{temp, final} { // left by a killed run
		if err := removeTree(fsys, dir); err != nil {
			return err
		}
	}
	if err := fsys.MkdirAll(temp); err != nil {
		return err
	}
	state, err := indent(c)
	if err != nil {
		return err
	}
	weights, optimizer := splitState(tensors)
	files, err := writeFiles(fsys, temp, []content{
		{"weights", weightsFile, func(w io.Writer) error { return WriteSafetensors(w, weights) }},
		{"optimizer", optimizerFile, func(w io.Writer) error { return WriteSafetensors(w, optimizer) }},
		{"state", stateFile, writeBytes(state)},
	})
	if err != nil {
		return err
	}
	if err := writeManifest(fsys, temp, c.Run, files); err != nil {
		return err
	}
	if err := fsys.SyncDir(temp); err != nil {
		return err
	}
	if _, err := verify(fsys, temp); err != nil {
		return fmt.Errorf("checkpoint of step %d does not read back as written: %w", c.Step, err)
	}
	if err := fsys.Rename(temp, final); err != nil {
		return err
	}
	return fsys.SyncDir(base)
}

// splitState parts weights from optimizer state by the prefix that State names.
func splitState(tensors []Tensor) (weights, optimizer []Tensor) {
	for _, t := range tensors {
		if strings.HasPrefix(t.Name, "adam.") {
			optimizer = append(optimizer, t)
		} else {
			weights = append(weights, t)
		}
	}
	return weights, optimizer
}

// readCheckpoint verifies a checkpoint and reads all of it.
func readCheckpoint(fsys fsx.FS, dir string) (Checkpoint, []Tensor, error) {
	if _, err := verify(fsys, dir); err != nil {
		return Checkpoint{}, nil, err
	}
	c, err := readState(fsys, dir)
	if err != nil {
		return c, nil, err
	}
	var all []Tensor
	for _, name := range []string{weightsFile, optimizerFile} {
		tensors, err := readTensors(fsys, path.Join(dir, name))
		if err != nil {
			return c, nil, corrupt(fsys, dir, path.Join(dir, name), "is not readable", err)
		}
		all = append(all, tensors...)
	}
	return c, all, nil
}

// readTensors opens a safetensors file.
func readTensors(fsys fsx.FS, name string) ([]Tensor, error) {
	size, err := fsys.Size(name)
	if err != nil {
		return nil, err
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	tensors, _, err := ReadSafetensors(f, size)
	return tensors, err
}

// checkpointSteps lists the complete checkpoints of a run, oldest first.
func checkpointSteps(fsys fsx.FS, run string) ([]int64, error) {
	names, err := fsys.ReadDir(path.Join(run, checkpointDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var steps []int64
	for _, name := range names { // in order: the numbers have leading zeros
		var step int64
		if _, err := fmt.Sscanf(name, stepPrefix+"%d/", &step); err != nil || name != stepName(step)+"/" {
			continue
		}
		if _, err := fsys.Size(path.Join(run, checkpointDir, name, manifestFile)); err == nil {
			steps = append(steps, step)
		}
	}
	return steps, nil
}

// prune removes checkpoints other than the best, the newest keep of those that fell
// due, the newest of all, which a stopped run saved, and what killed runs left. A checkpoint is renamed, durably, before its files go, so
// that none is ever seen in part.
func prune(fsys fsx.FS, run string, due func(step int64) bool, keep int, best *Best) error {
	base := path.Join(run, checkpointDir)
	steps, err := checkpointSteps(fsys, run)
	if err != nil {
		return err
	}
	for i, step := range slices.Backward(steps) {
		if i == len(steps)-1 && !due(step) || best != nil && step == best.Step {
			continue
		}
		if due(step) && keep > 0 {
			keep--
			continue
		}
		if err := dropCheckpoint(fsys, base, step); err != nil {
			return err
		}
	}
	return removeTemps(fsys, base)
}

// dropCheckpoint makes a checkpoint one that removeTemps removes.
func dropCheckpoint(fsys fsx.FS, base string, step int64) error {
	if err := fsys.Rename(path.Join(base, stepName(step)), path.Join(base, fsx.TempPrefix+stepName(step))); err != nil {
		return err
	}
	return fsys.SyncDir(base)
}

// removeTemps removes the unfinished directories and files in dir.
func removeTemps(fsys fsx.FS, dir string) error {
	names, err := fsys.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, fsx.TempPrefix) {
			continue
		}
		if strings.HasSuffix(name, "/") {
			err = removeTree(fsys, path.Join(dir, name))
		} else {
			err = fsys.Remove(path.Join(dir, name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// removeTree removes a directory of files, if it is there.
func removeTree(fsys fsx.FS, dir string) error {
	names, err := fsys.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, name := range names {
		if err == nil {
			err = fsys.Remove(path.Join(dir, name))
		}
	}
	if err == nil {
		err = fsys.Remove(dir)
	}
	return err
}

// content is one file to be written.
type content struct {
	role, name string
	write      func(io.Writer) error
}

func writeBytes(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}

// writeFiles writes and syncs files into a directory that nobody reads yet.
func writeFiles(fsys fsx.FS, dir string, list []content) ([]corpus.File, error) {
	files := make([]corpus.File, len(list))
	for i, c := range list {
		f, err := fsys.Create(path.Join(dir, c.name))
		if err != nil {
			return nil, err
		}
		h := &hashing{w: f, h: sha256.New()}
		if err := errors.Join(c.write(h), f.Sync(), f.Close()); err != nil {
			return nil, err
		}
		files[i] = corpus.File{Role: c.role, Name: c.name, Size: h.size, SHA256: hex.EncodeToString(h.h.Sum(nil))}
	}
	return files, nil
}

// hashing counts and hashes what passes through it.
type hashing struct {
	w    io.Writer
	h    hash.Hash
	size int64
}

func (w *hashing) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	w.h.Write(p[:n])
	w.size += int64(n)
	return n, err
}

// writeManifest names the files of a directory; it is what makes it complete.
func writeManifest(fsys fsx.FS, dir, key string, files []corpus.File) error {
	m := corpus.Manifest{Stage: "train", Version: checkpointForm, Generations: []corpus.Generation{{Key: key, Files: files}}}
	sealed, err := m.Seal()
	if err != nil {
		return err
	}
	return fsx.WriteFile(fsys, path.Join(dir, manifestFile), sealed)
}

// verify reads every file that the directory's manifest names and compares size
// and SHA-256. An error names the file.
func verify(fsys fsx.FS, dir string) (*corpus.Manifest, error) {
	m, err := readManifest(fsys, dir)
	if err != nil {
		return nil, err
	}
	for _, f := range m.Generations[0].Files {
		if err := verifyFile(fsys, dir, f); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func readManifest(fsys fsx.FS, dir string) (*corpus.Manifest, error) {
	name := path.Join(dir, manifestFile)
	raw, err := fsx.ReadFile(fsys, name, maxJSON)
	if err != nil {
		return nil, corrupt(fsys, dir, name, "is not readable", err)
	}
	m, err := corpus.ParseManifest(name, raw)
	if e := (*corpus.Error)(nil); errors.As(err, &e) {
		return nil, corrupt(fsys, dir, name, e.What, e.Err)
	}
	if m.Stage != "train" || m.Version != checkpointForm || len(m.Generations) != 1 {
		return nil, corrupt(fsys, dir, name, fmt.Sprintf("is of stage %q, version %d", m.Stage, m.Version), nil)
	}
	return m, nil
}

func verifyFile(fsys fsx.FS, dir string, want corpus.File) error {
	name := path.Join(dir, want.Name)
	f, err := fsys.Open(name)
	if err != nil {
		return corrupt(fsys, dir, name, "cannot be opened", err)
	}
	defer f.Close()
	h := sha256.New()
	size, err := io.Copy(h, f)
	if err != nil {
		return corrupt(fsys, dir, name, "cannot be read", err)
	}
	if size != want.Size {
		return corrupt(fsys, dir, name, fmt.Sprintf("has %d bytes, its manifest says %d", size, want.Size), nil)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want.SHA256 {
		return corrupt(fsys, dir, name, "does not match its SHA-256", nil)
	}
	return nil
}
