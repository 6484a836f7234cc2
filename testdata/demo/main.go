package main

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

//go:embed corpus.yaml
var config string

func main() {
	d := &demo{}
	flag.StringVar(&d.corpus, "corpus", "bin/corpus", "the program")
	flag.StringVar(&d.dir, "dir", ".demo", "the workspace, made anew")
	flag.StringVar(&d.goroot, "goroot", "", "the raw pool (default: what `go env GOROOT` says)")
	train := flag.Bool("train", true, "train and generate, which needs a build with -tags torch")
	flag.Parse()
	start := time.Now()
	if err := d.do(*train); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
	fmt.Printf("\nThe demo is done in %s; all %d checks hold. The workspace is %s.\n", time.Since(start).Round(time.Second), d.checks, d.dir)
}

func (d *demo) do(train bool) error {
	steps := []func() error{d.prepare, d.data, d.checkWeb, d.checkFunnel, d.checkChinese, d.explain}
	if train {
		steps = append(steps, d.train, d.generate)
	}
	for _, step := range append(steps, d.verify) {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// prepare makes the workspace and the crawl in it.
func (d *demo) prepare() (err error) {
	if d.goroot == "" {
		if d.goroot, err = goroot(); err != nil {
			return err
		}
	}
	for _, name := range []string{"corpus.yaml", "crawl", "data", "runs"} {
		if err := os.RemoveAll(filepath.Join(d.dir, name)); err != nil {
			return err
		}
	}
	if _, err := d.run(0, "init"); err != nil {
		return err
	}
	if err := write(filepath.Join(d.dir, "corpus.yaml"), []byte(strings.ReplaceAll(config, "$GOROOT", d.goroot))); err != nil {
		return err
	}
	d.say("The raw pool is the Go distribution, %s: code, logs, test data, binaries.\n"+
		"The prose to find is the comments of its packages; some web pages go with it.", d.goroot)
	if err := writeProse(d.goroot, filepath.Join(d.dir, "crawl/prose")); err != nil {
		return err
	}
	pages, err := crawl()
	if err != nil {
		return err
	}
	return write(filepath.Join(d.dir, "crawl/pages.warc.gz"), warcFile(pages))
}

// data runs the stages one by one; `corpus run` would do the same. Ingest ends
// with 3, since the WARC is cut off and has broken records.
func (d *demo) data() error {
	if _, err := d.run(badInput, "ingest"); err != nil {
		return err
	}
	for _, stage := range []string{"dedup", "filter", "tokenize", "shards", "status"} {
		if _, err := d.run(0, stage); err != nil {
			return err
		}
	}
	return nil
}

// explain asks what became of a document dropped by each kind of rule.
func (d *demo) explain() error {
	budget, err := d.documents("filter", "--dropped", "--rule", "keep.budget", "--sample", "1")
	if err != nil {
		return err
	}
	if len(budget) != 1 {
		return fmt.Errorf("no document was dropped by keep.budget")
	}
	for _, c := range []struct{ what, rule string }{
		{toxicEnglish, "toxicity."}, {copyEnglish, "dedup.near"}, {emptyEnglish, "repetition."}, {budget[0].ID, "keep.budget"},
	} {
		if err := d.why(c.what, c.rule); err != nil {
			return err
		}
	}
	return nil
}

// train runs on two threads: for models as small as these a third mostly waits.
func (d *demo) train() error {
	d.say("Three models learn from what is left.")
	out, err := d.run(0, "run", "--workers", "2")
	if err != nil {
		return err
	}
	return d.checkLosses(out)
}

func (d *demo) generate() error {
	for _, args := range [][]string{
		{"--run", "clm", "--prompt", "The function returns", "--max-new", "60", "--temperature", "0.8", "--top-k", "40"},
		{"--run", "mlm", "--prompt", "The caller must [MASK] the file when it is no longer needed.", "--candidates", "3"},
		{"--run", "span", "--prompt", "It returns <extra_id_0> if the file does not exist.", "--max-new", "16"},
	} {
		out, err := d.run(0, append([]string{"generate"}, args...)...)
		if err != nil {
			return err
		}
		if err := d.check(strings.TrimSpace(out) != "", "%s generates text", args[1]); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) verify() error {
	_, err := d.run(0, "check")
	return err
}
