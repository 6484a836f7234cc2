package shards

import (
	"bytes"
	"testing"

	"corpus"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"

	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"
)

func testArrowReaders(t *testing.T, b []byte, rows int64) {
	t.Helper()
	stream, err := ipc.NewReader(bytes.NewReader(b))
	if err != nil || !stream.Next() || stream.Record().NumRows() != rows || stream.Next() {
		t.Fatal("stream reader:", err)
	}
	file, err := ipc.NewFileReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal("file reader:", err)
	}
	rec, err := file.Record(0)
	if err != nil || rec.NumRows() != rows {
		t.Fatal("file reader:", err)
	}
	if v := rec.Column(0).(*array.List).ListValues().(*array.Uint16).Value(2); v != 7 {
		t.Fatalf("third token is %d", v)
	}
}

// FuzzFooter starts from real shards, whose end mark the target leaves out so
// that what is changed is still looked at.
func FuzzFooter(f *testing.F) {
	for _, docs := range [][][]uint32{{{5, 6, 7}, {8}}, {}} {
		fs := fsxtest.New()
		tokenDataset(f, fs, corpus.Uint16s, docs)
		b, err := fsx.ReadFile(fs, "tokens.arrow", 1<<20)
		if err != nil {
			f.Fatal(err)
		}
		if blocks, err := readFooter(b); err != nil || len(blocks) != 1 {
			f.Fatalf("%d batches in a seed, %v", len(blocks), err)
		}
		f.Add(bytes.TrimSuffix(b, []byte(fileMagic)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = append(b, fileMagic...)
		blocks, err := readFooter(b)
		for _, k := range blocks {
			if err == nil {
				_, _ = k.batch(b)
			}
		}
	})
}
