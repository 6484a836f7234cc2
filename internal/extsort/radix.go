package extsort

import (
	"bytes"
	"encoding/binary"
	"sync"
)

// insertionLimit is the number of records below which insertion sort is faster
// than a pass over 256 counters (measured with BenchmarkSort).
const insertionLimit = 24

// parallelBytes is the size from which several goroutines sort: below it they
// would wait for each other.
const parallelBytes = 1 << 20

// sortRecords sorts the records of width w that fill b, in place.
func sortRecords(b []byte, w, workers int) {
	if workers < 2 || len(b) < parallelBytes {
		radix(b, w, 0, make([]byte, w))
		return
	}
	var count [256]int
	d, ok := split(b, w, 0, &count)
	if !ok {
		return
	}
	ranges := make(chan []byte)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			tmp := make([]byte, w)
			for r := range ranges {
				radix(r, w, d+1, tmp)
			}
		})
	}
	for _, n := range count {
		ranges <- b[:n*w]
		b = b[n*w:]
	}
	close(ranges)
	wait.Wait()
}

// radix is American flag sort (McIlroy, Bostic, McIlroy, "Engineering Radix
// Sort", 1993) of records that are equal in their first d bytes.
func radix(b []byte, w, d int, tmp []byte) {
	if len(b)/w <= insertionLimit {
		insertion(b, w, d, tmp)
		return
	}
	var count [256]int
	d, ok := split(b, w, d, &count)
	if !ok {
		return
	}
	for _, n := range count {
		if n > 1 {
			radix(b[:n*w], w, d+1, tmp)
		}
		b = b[n*w:]
	}
}

// split distributes records that are equal in their first d bytes by the first
// byte in which they differ, if there is one, and counts those of each value.
func split(b []byte, w, d int, count *[256]int) (at int, ok bool) {
	for n := len(b) / w; ; d++ {
		if d == w {
			return d, false
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
	sum := 0
	for v, n := range count {
		next[v] = sum
		sum += n * w
		end[v] = sum
	}
	distribute(b, w, d, &next, &end)
	return d, true
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
