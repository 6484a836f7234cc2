//go:build !torch

package main

import (
	"corpus"
	"corpus/trainer"
)

// newModel says how to get a build that can.
func newModel(trainer.Config, int, string) (trainer.Model, trainer.Env, error) {
	return nil, trainer.Env{}, &corpus.Error{
		Class: corpus.BadConfig, What: "this corpus was built without libtorch", Offset: -1,
		Next: "run `make` in its source directory to build bin/corpus with it",
	}
}

// calmThreads has no native threads to calm in this build.
func calmThreads() {}
