package main

import (
	"errors"

	"corpus"

	"github.com/urfave/cli/v2"
)

func (a *app) runCommand() *cli.Command {
	return &cli.Command{
		Name: "run", Usage: "bring everything up to date: all stages, then the trainings that corpus.yaml lists",
		Description: "For cron: a second process exits 75 at once, and a killed run is taken up where it was.\n" +
			"A flag holds for this run alone: what every run should know belongs into corpus.yaml.",
		Flags: stageFlags(stageNames...), Action: a.runAll,
	}
}

// runAll goes on after bad input and says so at the end. The pipeline's lock is
// let go before the trainings, which have locks of their own.
func (a *app) runAll(c *cli.Context) error {
	w, err := a.open(c, stageNames...)
	if err != nil {
		return err
	}
	w.in = w.dst                 // each stage reads what the one before it wrote
	var trainings []trainOptions // looked at before hours of work
	for _, t := range w.Train {
		o, err := t.options(corpus.BadConfig)
		if err != nil {
			return err
		}
		trainings = append(trainings, o)
	}
	bad, err := w.pipeline(c)
	if err != nil {
		return err
	}
	for _, o := range trainings {
		if err := w.train(c.Context, o); err != nil {
			return err
		}
	}
	return bad
}

// pipeline runs the data stages under the lock.
func (w *workspace) pipeline(c *cli.Context) (bad, err error) {
	lock, err := w.lock()
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	if len(w.listed()) > 0 {
		if bad = w.ingest(c, nil); bad != nil && !errors.Is(bad, errBadInput) {
			return nil, bad
		}
	}
	for _, stage := range []func(*cli.Context) error{w.dedup, w.filter, w.tokenize, w.shards} {
		if err := stage(c); err != nil {
			return nil, err
		}
	}
	return bad, nil
}
