package extsort

import (
	"bytes"
	"encoding/binary"
)

// insertionLimit is the number of records below which insertion sort is faster
// than a pass over 256 counters (measured with BenchmarkSort).
const insertionLimit = 24

// sortRecords sorts the records of width w that fill b, in place.
func sortRecords(b []byte, w int) {
	tmp := make([]byte, w)
	radix(b, w, 0, tmp)
}

// radix is American flag sort (McIlroy, Bostic, McIlroy, "Engineering Radix
// Sort", 1993): records equal in their first d bytes are distributed by byte d.
func radix(b []byte, w, d int, tmp []byte) {
	var count [256]int
	for n := len(b) / w; ; d++ {
		if d == w {
			return
		}
		if n <= insertionLimit {
			insertion(b, w, d, tmp)
			return
		}
		clear(count[:])
		for i := d; i < len(b); i += w {
			count[b[i]]++
		}
		if count[b[d]] != n {
			break
		}
	}
	var next, end [256]int
	at := 0
	for v, n := range count {
		next[v] = at
		at += n * w
		end[v] = at
	}
	distribute(b, w, d, &next, &end)
	at = 0
	for _, n := range count {
		if n > 1 {
			radix(b[at:at+n*w], w, d+1, tmp)
		}
		at += n * w
	}
}

// distribute moves every record into the range [next, end) of its byte d.
func distribute(b []byte, w, d int, next, end *[256]int) {
	for v := range end {
		for next[v] < end[v] {
			i := next[v]
			for {
				to := b[i+d]
				j := next[to]
				next[to] += w
				if j == i {
					break
				}
				swap(b[i:i+w], b[j:j+w])
			}
		}
	}
}

// swap exchanges two records of equal length, eight bytes at a time.
func swap(x, y []byte) {
	for len(x) >= 8 && len(y) >= 8 {
		p, q := binary.NativeEndian.Uint64(x), binary.NativeEndian.Uint64(y)
		binary.NativeEndian.PutUint64(x, q)
		binary.NativeEndian.PutUint64(y, p)
		x, y = x[8:], y[8:]
	}
	for i := range x {
		x[i], y[i] = y[i], x[i]
	}
}

// insertion sorts few records that are equal in their first d bytes.
func insertion(b []byte, w, d int, tmp []byte) {
	for i := w; i < len(b); i += w {
		j := i
		for j > 0 && bytes.Compare(b[j-w+d:j], b[i+d:i+w]) > 0 {
			j -= w
		}
		if j == i {
			continue
		}
		copy(tmp, b[i:i+w])
		copy(b[j+w:i+w], b[j:i])
		copy(b[j:j+w], tmp)
	}
}
