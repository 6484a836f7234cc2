package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"corpus/ablate"
	"corpus/filter"
	"corpus/internal/fsx"
	"corpus/shards"
	"corpus/tokenize"

	"github.com/urfave/cli/v2"
)

// arm is a selection with its shards.
type arm struct {
	name string
	dir  *workspace // reads and writes data/ablate/NAME
	kept *shards.Dataset
	set  *shards.Dataset
}

// ablate selects, encodes, trains and measures; what is done already is not done again.
func (w *workspace) ablate(c *cli.Context, o ablation) error {
	held, err := ablate.Load(o.heldOut)
	if err != nil {
		return err
	}
	here := *w
	here.dst = filepath.Join(w.dst, "ablate")
	lock, err := here.lock()
	if err != nil {
		return err
	}
	defer lock.Close()
	arms, err := here.selections(c, o)
	if err != nil {
		return err
	}
	b, tok, err := here.encodings(c, arms)
	if err != nil {
		return err
	}
	for _, a := range arms {
		if err := a.markHeldOut(held); err != nil {
			return err
		}
	}
	texts, overlap := held.Apart()
	t := trials{workspace: &here, ablation: o, arms: arms, file: b, tok: tok, texts: texts}
	if err := t.encode(); err != nil {
		return err
	}
	if err := t.run(c.Context); err != nil {
		return err
	}
	return t.report(overlap)
}

// selections runs the filter of each arm over what was ingested.
func (w *workspace) selections(c *cli.Context, o ablation) (arms []arm, err error) {
	for _, name := range o.arms {
		a := arm{name: name}
		at := *w
		at.dst = filepath.Join(w.dst, name)
		w.say("ablate: the arm %s", name)
		err = at.reading(func() error {
			for _, measured := range []string{w.in, filepath.Join(w.dst, o.arms[0])} {
				if err := at.borrow(filepath.Join(measured, "filter"), filepath.Join(at.dst, "filter")); err != nil {
					return err
				}
			}
			return at.filterBy(c, func() (filter.Config, error) { return at.armFilter(name) })
		})
		if err != nil {
			return nil, err
		}
		at.in = at.dst
		a.dir = &at
		if a.kept, err = at.input("filter"); err != nil {
			return nil, err
		}
		arms = append(arms, a)
	}
	return arms, nil
}

// borrow links what another filter of the same documents left, so that an arm need
// not measure them again: files are immutable and have names of their content, and
// the engine takes of them what its records vouch for. Where files cannot be linked
// they are made.
func (w *workspace) borrow(from, to string) error {
	if _, err := w.fs.Size(filepath.Join(to, shards.ManifestName)); err == nil || from == to {
		return nil
	}
	return w.walk(from, "", func(file string, _ int64) error {
		if file == shards.ManifestName || strings.HasPrefix(filepath.Base(file), fsx.TempPrefix) {
			return nil
		}
		if err := w.fs.MkdirAll(filepath.Dir(filepath.Join(to, file))); err != nil {
			return err
		}
		_ = os.Link(filepath.Join(from, file), filepath.Join(to, file)) // only slower without it
		return nil
	})
}

// armFilter is the filter of an arm: the workspace's own but for what ranks. That
// of the arm with the target ranks as the workspace says.
func (w *workspace) armFilter(arm string) (filter.Config, error) {
	at := *w
	switch arm {
	case armRandom:
		at.Filter.Target, at.Filter.Select = nil, filter.SelectRandom
	case armDefault:
		at.Filter.Target, at.Filter.Select = nil, filter.SelectDSIR
	}
	return at.filterConfig()
}

// encodings learns the tokenizer from the random arm, anew if that has changed, and
// makes the shards of each arm, none of it held out.
func (w *workspace) encodings(c *cli.Context, arms []arm) ([]byte, *tokenize.Tokenizer, error) {
	at := *w
	at.in = w.dst
	old, err := at.dataset("tokenize")
	if err != nil {
		return nil, nil, err
	}
	if err := at.learn(c, arms[0].kept, old.Exists() && !learntFrom(old, arms[0].kept)); err != nil {
		return nil, nil, err
	}
	set, err := at.input("tokenize")
	if err != nil {
		return nil, nil, err
	}
	for i := range arms {
		a := &arms[i]
		a.dir.Shards.Valid = 0
		w.say("ablate: the arm %s", a.name)
		if err := a.dir.encode(c, a.kept, set); err != nil {
			return nil, nil, err
		}
		if a.set, err = a.dir.input("shards"); err != nil {
			return nil, nil, err
		}
	}
	return at.tokenizer()
}

// learntFrom says whether a tokenizer was made from all there is.
func learntFrom(tok, kept *shards.Dataset) bool {
	for _, g := range kept.Manifest.Generations {
		if madeFrom(tok, 0, "filter", g).set == nil {
			return false
		}
	}
	return true
}

// markHeldOut says what an arm has of the text held out.
func (a arm) markHeldOut(held *ablate.HeldOut) error {
	if err := held.NextArm(); err != nil {
		return err
	}
	for _, p := range a.kept.Parts() {
		t, err := a.kept.Table(p, filter.RoleKept)
		if err == nil {
			err = held.Mark(t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// say is a line about the work, unless nobody wants one.
func (w *workspace) say(format string, args ...any) {
	if !w.quiet && !w.json {
		fmt.Fprintf(w.err, format+"\n", args...)
	}
}
