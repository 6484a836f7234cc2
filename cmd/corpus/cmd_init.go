package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"corpus"

	"github.com/urfave/cli/v2"
)

func (a *app) initCommand() *cli.Command {
	return &cli.Command{
		Name: "init", Usage: "make a workspace: a directory with a commented corpus.yaml", ArgsUsage: "[DIR]",
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return corpus.Errorf(corpus.Usage, "init wants one directory, found %d", c.NArg())
			}
			dir := c.Args().First()
			if dir == "" {
				dir = "."
			}
			return a.init(dir)
		},
	}
}

func (a *app) init(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return &corpus.Error{Class: corpus.Disk, What: "cannot be made", Path: dir, Offset: -1, Err: err}
	}
	name := filepath.Join(dir, ConfigName)
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if errors.Is(err, os.ErrExist) {
		return &corpus.Error{Class: corpus.Usage, What: "is there already", Path: name, Offset: -1}
	}
	if err != nil {
		return &corpus.Error{Class: corpus.Disk, What: "cannot be made", Path: name, Offset: -1, Err: err}
	}
	_, err = f.WriteString(configTemplate)
	if err = errors.Join(err, f.Close()); err != nil {
		return &corpus.Error{Class: corpus.Disk, What: "cannot be written", Path: name, Offset: -1, Err: err}
	}
	fmt.Fprintf(a.err, "%s: edit it, or go on with `corpus ingest FILES…`\n", name)
	return nil
}
