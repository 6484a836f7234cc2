package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"corpus"
	"corpus/ingest/crawl"
	"corpus/internal/term"
)

// crawls are those that corpus.yaml lists, looked at before hours of work.
func (w *workspace) crawls(agent string) ([]crawl.Config, error) {
	var all []crawl.Config
	names := map[string]bool{}
	for i, k := range w.Crawl {
		cfg, err := w.crawlConfig(k, agent)
		if err == nil && names[cfg.Name] {
			err = fmt.Errorf("another is named %s too; give it a name of its own", cfg.Name)
		}
		if err != nil {
			return nil, corpus.Errorf(corpus.BadConfig, "crawl, entry %d: %w", i+1, err)
		}
		names[cfg.Name] = true
		all = append(all, cfg)
	}
	return all, nil
}

// crawlAll goes on with every crawl. One that has nothing to show, or that another
// process is at, does not keep the others and the stages from their work: it is
// among the failures.
func (w *workspace) crawlAll(ctx context.Context, crawls []crawl.Config) (failures []error, err error) {
	for _, cfg := range crawls {
		bad, err := w.goOn(ctx, cfg)
		switch class := corpus.ClassOf(err); {
		case err == nil && bad == nil:
			continue
		case err == nil:
			err = bad
		case ctx.Err() != nil || class != corpus.Network && class != corpus.NoInput && class != corpus.Locked:
			return nil, err
		}
		err = fmt.Errorf("crawl %s: %w", cfg.Name, err)
		if failures = append(failures, err); !w.quiet && !w.json {
			fmt.Fprintln(w.err, term.Clean(err.Error()))
		}
	}
	return failures, nil
}

// badCrawls is how a run ends that went on without some of the crawls; nil when
// there were none.
func badCrawls(failures []error) error {
	if len(failures) == 0 {
		return nil
	}
	all := make([]string, len(failures))
	for i, f := range failures {
		all[i] = f.Error()
	}
	return fmt.Errorf("%w: %s", errBadInput, strings.Join(all, "; "))
}

// crawledFiles are the files of the crawls that corpus.yaml lists, without those that a
// process is writing.
func (w *workspace) crawledFiles() ([]string, error) {
	var all []string
	for _, k := range w.Crawl {
		name, err := k.name()
		if err != nil {
			return nil, corpus.Errorf(corpus.BadConfig, "crawl: %w", err)
		}
		files, err := crawlFiles(w.crawlDir(), name)
		if err == nil && len(files) > 0 {
			err = w.still(name)
		}
		switch {
		case err == nil:
			all = append(all, files...)
		case corpus.ClassOf(err) != corpus.Locked:
			return nil, err
		}
	}
	return all, nil
}

// trusted are the sources that corpus.yaml trusts, and its crawls that it does.
func (w *workspace) trusted() ([]string, error) {
	all := w.paths(w.Ingest.Trusted)
	for _, k := range w.Crawl {
		name, err := k.name()
		if err != nil {
			return nil, corpus.Errorf(corpus.BadConfig, "crawl: %w", err)
		}
		if k.Trusted {
			all = append(all, crawlPattern(w.crawlDir(), name))
		}
	}
	return all, nil
}

// still is an error of class Locked while a process is at a crawl: the last of its
// files grows.
func (w *workspace) still(name string) error {
	lock, err := w.fs.Share(filepath.Join(w.crawlDir(), name+".lock"))
	if err != nil {
		return err
	}
	return lock.Close()
}
