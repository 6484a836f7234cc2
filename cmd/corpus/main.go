package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"corpus"
	"corpus/internal/term"

	"github.com/urfave/cli/v2"
)

func main() {
	tuneLibraries()
	os.Exit(Main(os.Args, os.Stdout, os.Stderr))
}

const exitCodes = `Exit codes: 0 done (also: nothing to do), 1 error, 3 done but some input was bad,
4 a sanity gate refused the result, 64 usage, 65 corrupt data, 66 no input,
69 network, 74 disk, 75 locked by another process, 78 configuration,
130 interrupted, 143 terminated.`

const overview = `A workspace is a directory with corpus.yaml. Inside it the stages follow one
another, each reading what precedes it; what is up to date does nothing:

   corpus init my-corpus && cd my-corpus
   corpus ingest /data/crawl/*.warc.gz
   corpus run                       dedup, filter, tokenize, shards, trainings
   corpus why https://example.org/  what became of a page, and why

Settings: flags before CORPUS_* variables before corpus.yaml before defaults.

` + exitCodes

// errBadInput ends a command that did its work although some input was bad.
var errBadInput = errors.New("done, but some input was bad")

// Main runs a command line and returns its exit code.
func Main(args []string, out, errOut io.Writer) int {
	ctx, stop := stopOnSignal(context.Background())
	defer stop()
	o := &output{w: out}
	a := &app{out: o, err: errOut, json: wantsJSON(args)}
	err := a.run(ctx, args)
	if o.err != nil && corpus.ClassOf(err) == corpus.Other {
		err = &corpus.Error{Class: corpus.Disk, What: "standard output cannot be written", Offset: -1, Err: o.err}
	}
	var s stopped
	if errors.As(context.Cause(ctx), &s) && (err == nil || errors.Is(err, context.Canceled) || errors.As(err, &s)) {
		err = s
	}
	return a.exit(err)
}

// stopOnSignal cancels the context at the first SIGINT or SIGTERM, with the
// cause stopped. A second one ends the process, whatever it is doing.
func stopOnSignal(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(stopped{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// wantsJSON looks for --json before the command line is understood, for the
// errors in it.
func wantsJSON(args []string) bool {
	for _, a := range args {
		switch a {
		case "--":
			return false
		case "--json", "-json", "--json=true", "-json=true":
			return true
		}
	}
	on, err := strconv.ParseBool(os.Getenv("CORPUS_JSON"))
	return err == nil && on
}

// output remembers that a write has failed: a list cut short is no success.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// run finds the command and its flags wherever they stand.
func (a *app) run(ctx context.Context, args []string) error {
	app := a.cli()
	return app.RunContext(ctx, flagsFirst(app.Commands, args))
}

// flagsFirst moves a command's flags before its arguments: cli/v2 would take
// `cat filter --sample 1` for three arguments.
func flagsFirst(commands []*cli.Command, args []string) []string {
	if len(args) < 3 {
		return args
	}
	i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(args[1]) })
	if i < 0 {
		return args
	}
	command, head := commands[i], 2
	if s := slices.IndexFunc(command.Subcommands, func(c *cli.Command) bool { return c.HasName(args[2]) }); s >= 0 {
		command, head = command.Subcommands[s], 3
	}
	flags, rest := append([]string(nil), args[:head]...), []string(nil)
	for at := head; at < len(args); at++ {
		arg := args[at]
		if arg == "--" {
			rest = append(rest, args[at:]...)
			break
		}
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			rest = append(rest, arg)
			continue
		}
		flags = append(flags, arg)
		if !strings.Contains(arg, "=") && takesValue(command, strings.TrimLeft(arg, "-")) && at+1 < len(args) {
			at++
			flags = append(flags, args[at])
		}
	}
	return append(flags, rest...)
}

func takesValue(c *cli.Command, name string) bool {
	for _, f := range c.Flags {
		if slices.Contains(f.Names(), name) {
			_, isBool := f.(*cli.BoolFlag)
			return !isBool
		}
	}
	return false
}

// stopped is the cause of a context that a signal cancelled.
type stopped struct{ os.Signal }

func (s stopped) Error() string {
	return "stopped by " + s.String() + "; run the command again to go on"
}

func (s stopped) code() int {
	if s.Signal == syscall.SIGTERM {
		return corpus.Terminated
	}
	return corpus.Interrupted
}

// exit prints an error and gives its exit code.
func (a *app) exit(err error) int {
	if err == nil {
		return 0
	}
	code := int(corpus.ClassOf(err))
	var s stopped
	switch {
	case errors.Is(err, errBadInput):
		code = corpus.BadInput
	case errors.As(err, &s):
		code = s.code()
	}
	if a.json {
		_ = printJSON(a.err, map[string]any{"type": "error", "code": code, "message": err.Error()}) // there is nowhere else to say it
	} else {
		fmt.Fprintln(a.err, "corpus:", term.Clean(err.Error()))
	}
	return code
}

// printJSON writes a line; documents are left as they are, not made fit for HTML.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// app is one invocation: where it writes and how.
type app struct {
	out, err io.Writer
	json     bool
	quiet    bool
}

func (a *app) cli() *cli.App {
	usage := func(_ *cli.Context, err error, _ bool) error {
		return &corpus.Error{Class: corpus.Usage, What: err.Error(), Offset: -1}
	}
	commands := a.commands()
	for _, c := range commands {
		for _, c := range append([]*cli.Command{c}, c.Subcommands...) {
			c.OnUsageError, c.HideHelpCommand = usage, true
			if c.ArgsUsage == "" {
				c.Before = noArguments
			}
			c.CustomHelpTemplate = strings.TrimRight(cli.CommandHelpTemplate, "\n") + "\n\n" + exitCodes + "\n"
		}
	}
	return &cli.App{
		Name: "corpus", Usage: "raw text to a trained language model", Description: overview,
		Writer: a.out, ErrWriter: a.err, Commands: commands, OnUsageError: usage, HideVersion: true,
		ExitErrHandler: func(*cli.Context, error) {},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return &corpus.Error{Class: corpus.Usage, What: fmt.Sprintf("there is no command %q", c.Args().First()), Offset: -1, Next: "see `corpus --help`"}
			}
			return cli.ShowAppHelp(c)
		},
	}
}

// noArguments refuses what a command would not look at, such as `filter 0.02`.
func noArguments(c *cli.Context) error {
	isSub := func(s *cli.Command) bool { return s.HasName(c.Args().First()) }
	if !c.Args().Present() || slices.ContainsFunc(c.Command.Subcommands, isSub) {
		return nil
	}
	return &corpus.Error{
		Class: corpus.Usage, What: fmt.Sprintf("%s takes no argument, found %q", c.Command.Name, c.Args().First()), Offset: -1,
		Next: fmt.Sprintf("see `corpus %s --help`", c.Command.Name),
	}
}

// commands are all there are, in the order of use.
func (a *app) commands() []*cli.Command {
	return append([]*cli.Command{
		a.initCommand(), a.ingestCommand(), a.dedupCommand(), a.filterCommand(), a.tokenizeCommand(), a.shardsCommand(), a.exportCommand(), a.encodeCommand(),
	}, append(a.modelCommands(), a.runCommand(), a.statusCommand(), a.whyCommand(), a.traceCommand(), a.catCommand(), a.checkCommand(), a.gcCommand())...)
}
