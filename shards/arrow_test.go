package shards

import (
	"bytes"
	"testing"

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

func FuzzFooter(f *testing.F) {
	f.Add([]byte("ARROW1"))
	f.Add(bytes.Repeat([]byte{4, 0, 0, 0}, 20))
	f.Fuzz(func(t *testing.T, b []byte) {
		blocks, err := readFooter(append(b, fileMagic...))
		for _, k := range blocks {
			if err == nil {
				_, _, _ = k.buffers(b)
			}
		}
	})
}
