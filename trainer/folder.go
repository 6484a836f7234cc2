package trainer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"

	"corpus"
	"corpus/internal/fsx"
)

// export makes the run's directory a Hugging Face model folder: configuration,
// weights of the last step, and the tokenizer's files, under a manifest. That of
// an earlier phase goes first: until the new one is there, the newest checkpoint
// is the model.
func (r *run) export(weights []Tensor) error {
	identity := r.info.last().Identity
	if m, err := verify(r.FS, r.Dir); err == nil && m.Generations[0].Key == identity {
		return nil // by a run that ended here before
	}
	if err := r.FS.Remove(path.Join(r.Dir, manifestFile)); err == nil {
		if err := r.FS.SyncDir(r.Dir); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	list, err := r.contents(weights)
	if err != nil {
		return err
	}
	files := make([]corpus.File, len(list))
	for i, c := range list {
		s, err := fsx.Stage(r.FS, r.Dir, c.name)
		if err != nil {
			return err
		}
		if err := c.write(s); err != nil {
			return errors.Join(err, s.Abort())
		}
		files[i] = corpus.File{Role: c.role, Name: c.name, Size: s.Size(), SHA256: s.Sum()}
		if err := s.Commit(func(string) string { return c.name }); err != nil {
			return err
		}
	}
	return writeManifest(r.FS, r.Dir, identity, files)
}

func (r *run) contents(weights []Tensor) ([]content, error) {
	config, err := FormatConfig(r.Config)
	if err != nil {
		return nil, err
	}
	generation, err := FormatGenerationConfig(r.Config, r.Special.ban(r.Config), r.Spec.SeqLen)
	if err != nil {
		return nil, err
	}
	list := []content{
		{"config", "config.json", writeBytes(config)},
		{"config", "generation_config.json", writeBytes(generation)},
		{"weights", weightsFile, func(w io.Writer) error { return WriteSafetensors(w, weights) }},
	}
	for _, name := range sortedNames(r.Files) {
		list = append(list, content{"tokenizer", name, writeBytes(r.Files[name])})
	}
	return list, nil
}

func sortedNames(files map[string][]byte) []string { return slices.Sorted(maps.Keys(files)) }

// Folder is a model as it lies on disk.
type Folder struct {
	Config  Config
	Weights []Tensor
	Run     *RunInfo // nil for a folder from elsewhere
	Step    int64    // of the checkpoint that was read; 0 = the finished model
}

// Digest is the SHA-256 of the weights, in whatever files they lie.
func (f *Folder) Digest() (string, error) {
	h := sha256.New()
	err := WriteSafetensors(h, f.Weights)
	return hex.EncodeToString(h.Sum(nil)), err
}

// OpenFolder reads a model: a finished run, the newest checkpoint of one that is
// not, or a folder from the Hugging Face hub. What has a manifest is verified.
func OpenFolder(fsys fsx.FS, dir string) (*Folder, error) {
	info, err := readRunIfAny(fsys, dir)
	if err != nil {
		return nil, err
	}
	if _, err := fsys.Size(path.Join(dir, manifestFile)); err == nil {
		if _, err := verify(fsys, dir); err != nil {
			return nil, err
		}
	} else if info != nil {
		return openNewest(fsys, dir, info)
	}
	f, err := openHub(fsys, dir)
	if err == nil {
		f.Run = info
	}
	return f, err
}

func openNewest(fsys fsx.FS, dir string, info *RunInfo) (*Folder, error) {
	steps, err := checkpointSteps(fsys, dir)
	if err != nil {
		return nil, err
	}
	if len(steps) == 0 {
		return nil, &corpus.Error{Class: corpus.NoInput, What: "the run has no checkpoint yet", Path: dir, Offset: -1, Next: "train it first"}
	}
	step := steps[len(steps)-1]
	_, tensors, err := readCheckpoint(fsys, path.Join(dir, checkpointDir, stepName(step)))
	if err != nil {
		return nil, err
	}
	weights, _ := splitState(tensors)
	weights, err = Adopt(info.Config, weights)
	return &Folder{Config: info.Config, Weights: weights, Run: info, Step: step}, err
}

// openHub reads config.json and model.safetensors, or the files it is split into.
func openHub(fsys fsx.FS, dir string) (*Folder, error) {
	name := path.Join(dir, "config.json")
	raw, err := fsx.ReadFile(fsys, name, maxJSON)
	if err != nil {
		return nil, &corpus.Error{Class: corpus.NoInput, What: "is no model folder", Path: dir, Offset: -1, Err: err}
	}
	c, err := ParseConfig(raw)
	if err != nil {
		return nil, err
	}
	tensors, err := readWeights(fsys, dir)
	if err != nil {
		return nil, err
	}
	if !c.Tied && !slices.ContainsFunc(tensors, func(t Tensor) bool { return t.Name == "lm_head.weight" }) {
		c.Tied = true // a T5 v1.1 that transformers 5 has made, where config.json does not tell it
	}
	weights, err := Adopt(c, tensors)
	return &Folder{Config: c, Weights: weights}, err
}

// noWeights says why there is no model.safetensors, where that can be seen.
func noWeights(fsys fsx.FS, dir string) error {
	e := &corpus.Error{Class: corpus.NoInput, What: "has no " + weightsFile, Path: dir, Offset: -1}
	if _, err := fsys.Size(path.Join(dir, "pytorch_model.bin")); err == nil {
		e.What = "has only pytorch_model.bin"
		e.Err = errPickle
	}
	return e
}
