package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"corpus/ablate"
	"corpus/internal/fsx"
	"corpus/trainer"
)

// record is what a score was measured on and with.
type record struct {
	Run     string       `json:"run"` // identity of the training
	HeldOut string       `json:"heldout"`
	Score   ablate.Score `json:"score"`
}

// score measures a trained model, or finds it measured.
func (w *workspace) score(ctx context.Context, t *trials, j trainer.Job) (s ablate.Score, err error) {
	info, err := trainer.ReadRun(w.fs, j.Dir)
	if err != nil {
		return s, err
	}
	name := filepath.Join(t.dst, "scores", filepath.Base(j.Dir)+".json")
	want := record{Run: info.Phases[0].Identity, HeldOut: t.hash}
	var old record
	if b, err := os.ReadFile(name); err == nil && json.Unmarshal(b, &old) == nil && old.Run == want.Run && old.HeldOut == want.HeldOut {
		return old.Score, nil
	}
	if want.Score, err = w.measure(ctx, t, j); err != nil {
		return s, err
	}
	b, err := json.Marshal(want)
	if err == nil {
		err = w.fs.MkdirAll(filepath.Dir(name))
	}
	if err == nil {
		err = fsx.WriteFile(w.fs, name, b)
	}
	return want.Score, err
}

// measure is the likelihood of the text held out under a trained model.
func (w *workspace) measure(ctx context.Context, t *trials, j trainer.Job) (s ablate.Score, err error) {
	folder, err := trainer.OpenFolder(w.fs, j.Dir)
	if err != nil {
		return s, err
	}
	model, err := j.Make()
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, model.Close()) }()
	if err := model.Load(folder.Weights); err != nil {
		return s, err
	}
	s.Bytes = t.bytes
	s.Nats, s.Tokens, err = trainer.Likelihood(ctx, model, folder.Config, t.ids, j.Spec.Batch)
	return s, err
}
