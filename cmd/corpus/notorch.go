//go:build !torch

package main

import (
	"corpus"
	"corpus/trainer"
)

// newModel says how to get a build that can.
func newModel(trainer.Config, int, string, string, bool) (trainer.Model, error) {
	return nil, canTrain()
}

// canTrain is why this build cannot.
func canTrain() error {
	return &corpus.Error{
		Class: corpus.BadConfig, What: "this corpus was built without libtorch", Offset: -1,
		Next: "run `make` in its source directory to build bin/corpus with it",
	}
}

// modelEnv is of no use without a model.
func modelEnv(int, string) trainer.Env { return trainer.Env{} }

// modelPeak is of no use without a model.
func modelPeak(int, string, string) float64 { return 0 }

// tuneLibraries has none to tune in this build.
func tuneLibraries() {}
