package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"corpus"
	"corpus/internal/engine"
	"corpus/internal/fsx"
	"corpus/internal/term"
	"corpus/shards"

	"github.com/urfave/cli/v2"
	"golang.org/x/sys/unix"
)

// workspace is an open workspace with its settings resolved.
type workspace struct {
	*app
	config
	dir     string // of corpus.yaml
	in, dst string // data directories read and written
	fs      fsx.FS
}

// collection is how eagerly garbage is collected, in percent of what is alive, and
// the memory beyond which it is eager: what the program's file leaves of the ceiling; 400 MiB for two workers keep the process
// below 512 MB. Of ingest, pages are most of the work and nearly all garbage:
// collecting at five times what is alive takes an eighth of the time away.
func collection(stage string, workers int, ceiling int64) (percent int, limit int64) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	ceiling = engine.Heap(ceiling)
	limit = min(ceiling, 256<<20+72<<20*int64(workers))
	switch stage {
	case "ingest":
		return 400, limit
	case "filter":
		return 100, limit
	}
	return 100, ceiling
}

// collect collects garbage as for a stage until what it returns is called.
func (w *workspace) collect(stage string) (restore func()) {
	percent, limit := collection(stage, w.Workers, w.memory())
	percent, limit = debug.SetGCPercent(percent), debug.SetMemoryLimit(limit)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// commonFlags are those of every command that works in a workspace.
func commonFlags(more ...cli.Flag) []cli.Flag {
	return append(more,
		&cli.StringFlag{Name: "C", Usage: "work in `DIR` instead of the current directory", EnvVars: []string{"CORPUS_DIR"}},
		&cli.BoolFlag{Name: "json", Usage: "write JSON lines to standard output; the last one is a summary", EnvVars: []string{"CORPUS_JSON"}},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "no progress and no summary", EnvVars: []string{"CORPUS_QUIET"}},
	)
}

// stageFlags are those of a command that runs stages.
func stageFlags(stages ...string) []cli.Flag {
	flags := settingFlags(stages...)
	if len(stages) == 1 { // more of them read what they write
		flags = append(flags, &cli.StringFlag{Name: "in", Usage: "data `DIR` to read from (default: data in the workspace)"})
	}
	return commonFlags(append(flags,
		&cli.StringFlag{Name: "out", Usage: "data `DIR` to write to (default: data in the workspace)"},
		&cli.BoolFlag{Name: "rebuild", Usage: "forget what was made and start over"},
	)...)
}

// open finds the workspace and applies the flags that all commands share, and
// the settings of the stages that this one runs.
func (a *app) open(c *cli.Context, stages ...string) (*workspace, error) {
	a.json, a.quiet = c.Bool("json"), c.Bool("quiet")
	dir := c.String("C")
	if dir == "" {
		dir = "."
	}
	root, err := findWorkspace(dir)
	if err != nil {
		return nil, err
	}
	cfg, err := loadConfig(root)
	if err != nil {
		return nil, err
	}
	if err := cfg.override(c, stages...); err != nil {
		return nil, err
	}
	w := &workspace{app: a, config: cfg, dir: root, fs: fsx.OS{}}
	if w.in, err = w.dataDir(c, "in"); err != nil {
		return nil, err
	}
	w.dst, err = w.dataDir(c, "out")
	return w, err
}

// dataDir is what the flag names, or the workspace's own.
func (w *workspace) dataDir(c *cli.Context, flag string) (string, error) {
	if dir := c.String(flag); dir != "" {
		return filepath.Abs(dir)
	}
	return filepath.Join(w.dir, "data"), nil
}

// lock takes the pipeline's lock, which lives as long as this process.
func (w *workspace) lock() (io.Closer, error) {
	if err := w.fs.MkdirAll(w.dst); err != nil {
		return nil, err
	}
	return w.fs.Lock(filepath.Join(w.dst, ".lock"), holder())
}

// reading runs do while gc keeps its hands off what the manifests name.
func (w *workspace) reading(do func() error) error {
	lock, err := w.fs.Share(filepath.Join(w.in, readersLock))
	if err != nil {
		return err
	}
	defer lock.Close()
	return do()
}

// alone runs do while nobody reads.
func (w *workspace) alone(do func() error) error {
	lock, err := w.fs.Lock(filepath.Join(w.in, readersLock), holder())
	if err != nil {
		return err
	}
	defer lock.Close()
	return do()
}

// readersLock is shared by those who read a data directory; gc takes it alone.
const readersLock = ".readers"

// holder describes this process for whoever finds the lock taken.
func holder() string {
	return fmt.Sprintf("process %d (%s) since %s", os.Getpid(), strings.Join(os.Args, " "), time.Now().Format(time.DateTime))
}

// scratch is where tasks keep temporary files; killed ones leave them.
func (w *workspace) scratch() string { return filepath.Join(w.dst, ".scratch") }

// memory is the ceiling in bytes.
func (w *workspace) memory() int64 {
	if w.Memory > 0 {
		return int64(w.Memory)
	}
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 1 << 30
	}
	return int64(info.Totalram) * int64(info.Unit) / 2
}

// dataset opens a dataset that a stage reads.
func (w *workspace) dataset(name string) (*shards.Dataset, error) {
	return shards.OpenDataset(w.fs, filepath.Join(w.in, name))
}

// input opens a dataset that must be there, or says which command makes it.
func (w *workspace) input(name string) (*shards.Dataset, error) {
	d, err := w.dataset(name)
	if err != nil {
		return nil, err
	}
	if !d.Exists() {
		return nil, &corpus.Error{
			Class: corpus.NoInput, What: "there is no " + name + " dataset yet", Path: d.Dir, Offset: -1,
			Next: fmt.Sprintf("run `corpus %s` first", name),
		}
	}
	return d, nil
}

// stage runs a job with progress and prints what it did, or what the dataset
// holds when there was nothing to do. The summary returned is of this run.
func (w *workspace) stage(c *cli.Context, job engine.Job) (engine.Summary, error) {
	job.Rebuild = job.Rebuild || c.Bool("rebuild")
	job.Dir = filepath.Join(w.dst, job.Stage.Name)
	p := term.NewProgress(w.err)
	e := &engine.Engine{FS: w.fs, Workers: w.Workers, Memory: w.memory(), Scratch: w.scratch(), Room: w.room}
	defer w.collect(job.Stage.Name)()
	if !w.quiet {
		e.Progress = func(s engine.Progress) { showProgress(p, s) }
	}
	told := false
	if job.Plan || !w.quiet && !w.json {
		e.Plan = func(stage string, plan corpus.Plan) error { told = true; return w.planned(stage, plan) }
	}
	sum, err := e.Run(c.Context, job)
	p.Done()
	if err != nil || job.Plan && told {
		return sum, err
	}
	shown := sum
	if sum.UpToDate {
		d, err := shards.OpenDataset(w.fs, job.Dir)
		if err != nil {
			return sum, err
		}
		if d.Exists() {
			shown.Counts = d.Manifest.Counts()
		}
	}
	return sum, w.summary(shown)
}

func showProgress(p *term.Progress, s engine.Progress) {
	took := time.Since(s.CurrentStart)
	eta := "–"
	if s.Done > 0 && s.Done < s.Tasks {
		eta = term.Duration(took / time.Duration(s.Done) * time.Duration(s.Tasks-s.Done))
	}
	p.Update("%s %s: %d of %d, %s/s, about %s left", s.Stage, s.Pass, s.Done, s.Tasks,
		term.Bytes(int64(float64(s.Bytes)/max(took.Seconds(), 0.001))), eta)
}

// freeBytes is the room on the file system of dir.
func freeBytes(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * s.Bsize, nil
}

// room says how many bytes a stage may write and refuses when they are not there.
func (w *workspace) room(stage string, need int64) error {
	return w.roomIn(w.dst, stage, stage+" may write", need)
}

// roomIn does that for a directory; writes begins the refusal.
func (w *workspace) roomIn(dir, who, writes string, need int64) error {
	free, err := freeBytes(dir)
	if err != nil {
		return err
	}
	if free < need {
		return &corpus.Error{
			Class: corpus.Disk, What: fmt.Sprintf("%s %s, there are %s free", writes, term.Bytes(need), term.Bytes(free)),
			Path: dir, Offset: -1, Next: "free some space, or move the workspace",
		}
	}
	if !w.quiet && !w.json {
		fmt.Fprintf(w.err, "%s: may write %s, %s are free\n", who, term.Bytes(need), term.Bytes(free))
	}
	return nil
}
