//go:build !torch

package main

import "testing"

// withTorch says that this build can train.
const withTorch = false

// TestScripts runs the scripts of all that needs no libtorch. The build with it
// has scripts of its own, so that nothing runs twice.
func TestScripts(t *testing.T) { runScripts(t, "testdata/script") }
