package trainer

import (
	"path"
	"strings"

	"corpus"
	"corpus/internal/fsx"
)

// corrupt is damage in a directory of a run, with the way out of it.
func corrupt(fsys fsx.FS, dir, name, what string, err error) error {
	return &corpus.Error{Class: corpus.Corrupt, What: what, Path: name, Offset: -1, Err: err, Next: wayOut(fsys, dir, name)}
}

func wayOut(fsys fsx.FS, dir, name string) string {
	if path.Base(path.Dir(dir)) == checkpointDir {
		if strings.HasPrefix(path.Base(dir), fsx.TempPrefix) {
			return "the disk does not keep what is written to it"
		}
		return "remove " + dir + ", nothing else, and run the training again: it goes on from the checkpoint before"
	}
	if path.Base(name) == runFile {
		return "put it back from a copy; the checkpoints are not touched. Without a copy, remove this file alone and give the command that began the run: " +
			"with the same settings and shards it goes on from the last checkpoint, else it is refused"
	}
	if _, err := fsys.Size(path.Join(dir, runFile)); err == nil {
		return "run the training again: it writes the model folder anew from the last checkpoint"
	}
	return "copy the folder again from where it came"
}
