package main

import (
	"cmp"
	"errors"

	"corpus"

	"github.com/urfave/cli/v2"
)

func (a *app) runCommand() *cli.Command {
	return &cli.Command{
		Name: "run", Usage: "bring everything up to date: the crawls that corpus.yaml lists, all stages, then the trainings",
		Description: "For cron: a second process exits 75 at once, and a killed run is taken up where it was.\n" +
			"A site that cannot be reached stops nothing else; the run then ends with exit code 3.\n" +
			"A flag holds for this run alone: what every run should know belongs into corpus.yaml.",
		Flags: append(stageFlags(stageNames...), agentFlag()), Action: a.runAll,
	}
}

// runAll goes on after bad input and says so at the end. The pipeline's lock is
// taken after the crawls, which have locks of their own, and let go before the
// trainings, which have too; but a second process does not crawl first.
func (a *app) runAll(c *cli.Context) error {
	w, err := a.open(c, stageNames...)
	if err != nil {
		return err
	}
	w.in = w.dst // each stage reads what the one before it wrote
	trainings, err := w.trainings()
	if err != nil {
		return err
	}
	crawls, err := w.crawls(c.String("user-agent"))
	if err != nil {
		return err
	}
	if err := w.unlocked(); err != nil {
		return err
	}
	missed, err := w.crawlAll(c.Context, crawls)
	if err != nil {
		return err
	}
	bad, err := w.pipeline(c, missed)
	if err != nil {
		return err
	}
	for _, o := range trainings {
		if err := w.train(c.Context, o); err != nil {
			return err
		}
	}
	return cmp.Or(badCrawls(missed), bad)
}

// trainings are those that corpus.yaml lists, looked at before hours of work.
func (w *workspace) trainings() (all []trainOptions, err error) {
	for _, t := range w.Train {
		o, err := t.options(corpus.BadConfig)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// unlocked is an error of class Locked while another process has the pipeline.
func (w *workspace) unlocked() error {
	lock, err := w.lock()
	if err != nil {
		return err
	}
	return lock.Close()
}

// pipeline runs the data stages under the lock. Without anything to begin with,
// it is what the crawls missed that ends the run.
func (w *workspace) pipeline(c *cli.Context, missed []error) (bad, err error) {
	lock, err := w.lock()
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	sources, err := w.listed()
	if err != nil {
		return nil, err
	}
	if len(sources) > 0 {
		if bad = w.ingest(c, sources); bad != nil && !errors.Is(bad, errBadInput) {
			return nil, bad
		}
	} else if in, err := w.dataset("ingest"); len(missed) > 0 && err == nil && !in.Exists() {
		return nil, missed[0]
	}
	for _, stage := range []func(*cli.Context) error{w.dedup, w.filter, w.tokenize, w.shards} {
		if err := stage(c); err != nil {
			return nil, err
		}
	}
	return bad, nil
}
