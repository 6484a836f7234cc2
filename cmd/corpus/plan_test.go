//go:build !torch

package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestPlanHoldsTheDisk wants what dedup leaves to be less than its plan said, and
// no less than half of that: a plan that refuses twice too much is of no use.
func TestPlanHoldsTheDisk(t *testing.T) {
	dir := crashWorkspace(t)
	must(t, os.WriteFile(filepath.Join(dir, "raw", "d.jsonl"), prose(4000, 3), 0o666))
	must(t, succeed("ingest", "-C", dir))
	out, err := corpusProcess(dir, "dedup", "--plan", "--json").Output()
	must(t, err)
	var plan planLine
	must(t, json.Unmarshal(bytes.TrimSpace(out), &plan))
	must(t, succeed("dedup", "-C", dir))
	tables := int64(0)
	must(t, filepath.WalkDir(filepath.Join(dir, "data", "dedup"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".arrow" {
			return err
		}
		info, err := d.Info()
		tables += info.Size()
		return err
	}))
	data := int64(0)
	for _, p := range plan.Passes {
		data += p.Data
	}
	if plan.Documents != 5050 || tables > data || tables < data/2 {
		t.Errorf("a plan of %d documents and %d bytes, %d were written", plan.Documents, data, tables)
	}
}
