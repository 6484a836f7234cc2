// Package textfile reads the files of examples that users name: text, or JSON lines.
package textfile

import (
	"fmt"
	"hash"
	"io"
	"os"
	"strings"
)

// Read hands a file to jsonl where its name ends so, else to text, and adds to sum its
// bytes, how they were read and their number. It reads a byte more than left where
// there is one.
func Read(name string, left int64, sum hash.Hash, text, jsonl func(io.Reader) error) (n int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	counted := &counter{r: io.TeeReader(io.LimitReader(f, left+1), sum)}
	read, kind := text, "text"
	if strings.HasSuffix(name, ".jsonl") {
		read, kind = jsonl, "jsonl"
	}
	err = read(counted)
	fmt.Fprintf(sum, "\n%s %d\n", kind, counted.n)
	return counted.n, err
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
