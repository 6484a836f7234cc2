package export

import (
	"encoding/binary"
	"math"
	"path"

	"corpus/internal/fsx"
)

// megatronWidth is the bytes of an id: Megatron takes uint16 for vocabularies below
// 65,500 and int32 for others (megatron/core/datasets/indexed_dataset.py,
// DType.optimal_dtype).
func megatronWidth(vocab int) int {
	if vocab < 65500 {
		return 2
	}
	return 4
}

// writeMegatron writes tokens.bin, all ids, and tokens.idx (indexed_dataset.py,
// _IndexWriter): little-endian
//
//	"MMIDIDX\0\0" | version u64 = 1 | type u8 (8 uint16, 4 int32) | sequences u64 |
//	documents+1 u64 | lengths i32… | byte offsets i64… | document → sequence i64…
//
// A document is one sequence.
func writeMegatron(e *export, s *split) error {
	width, code := megatronWidth(e.Vocab), byte(8)
	if width == 4 {
		code = 4
	}
	err := e.file(path.Join(s.name, "tokens.bin"), func(f *fsx.Staged) error { return e.tokens(f, s, 0, s.all.Len(), width) })
	if err != nil {
		return err
	}
	return e.file(path.Join(s.name, "tokens.idx"), func(f *fsx.Staged) error {
		head := append([]byte("MMIDIDX\x00\x00"), 1, 0, 0, 0, 0, 0, 0, 0, code)
		head = binary.LittleEndian.AppendUint64(head, uint64(s.docs))
		head = binary.LittleEndian.AppendUint64(head, uint64(s.docs+1))
		if _, err := f.Write(head); err != nil {
			return err
		}
		sections := []func(dst []byte, at, length int64) []byte{
			func(dst []byte, _, length int64) []byte {
				return binary.LittleEndian.AppendUint32(dst, uint32(min(length, math.MaxInt32))) // corpus.MaxDocument is far below
			},
			func(dst []byte, at, _ int64) []byte {
				return binary.LittleEndian.AppendUint64(dst, uint64(at)*uint64(width))
			},
			countDocs(),
		}
		for _, put := range sections {
			if err := e.lengths(f, s, put); err != nil {
				return err
			}
		}
		_, err := f.Write(binary.LittleEndian.AppendUint64(nil, uint64(s.docs)))
		return err
	})
}

// countDocs numbers documents from 0.
func countDocs() func(dst []byte, at, length int64) []byte {
	n := uint64(0)
	return func(dst []byte, _, _ int64) []byte {
		n++
		return binary.LittleEndian.AppendUint64(dst, n-1)
	}
}
