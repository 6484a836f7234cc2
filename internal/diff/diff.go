package diff

import "slices"

// Change says that elements FromA to ToA of the first sequence stand where the
// second has FromB to ToB; one of them may be empty.
type Change struct{ FromA, ToA, FromB, ToB int }

// MaxDistance is the most elements that two sequences may differ in to be told
// exactly: the trace takes 8 bytes times its square.
const MaxDistance = 2000

// Changes are the fewest elements to take away and to put in that make b out of a,
// as runs in ascending order. Where that is more than MaxDistance, one change is
// all that lies between the common beginning and the common end.
func Changes[E comparable](a, b []E) []Change {
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < min(len(a), len(b))-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	whole := Change{start, len(a) - end, start, len(b) - end}
	if whole.FromA == whole.ToA && whole.FromB == whole.ToB {
		return nil
	}
	a, b = a[start:whole.ToA], b[start:whole.ToB]
	trace, ok := search(a, b)
	if !ok {
		return []Change{whole}
	}
	changes := backtrack(len(a), len(b), trace)
	for i := range changes {
		c := &changes[i]
		c.FromA, c.ToA, c.FromB, c.ToB = c.FromA+start, c.ToA+start, c.FromB+start, c.ToB+start
	}
	return changes
}

// search finds for each distance d and diagonal k (elements of a less those of b)
// how far in a one gets with d differences; trace[d] holds the diagonals -d to d.
func search[E comparable](a, b []E) (trace [][]int32, ok bool) {
	for d := range min(MaxDistance, len(a)+len(b)) + 1 {
		v := make([]int32, 2*d+1)
		trace = append(trace, v)
		for k := -d; k <= d; k += 2 {
			x, _ := step(trace, d, k)
			for y := x - k; x < len(a) && y < len(b) && a[x] == b[y]; y++ {
				x++
			}
			v[k+d] = int32(x)
			if x >= len(a) && x-k >= len(b) {
				return trace, true
			}
		}
	}
	return nil, false
}

// step is where the d-th difference leads on diagonal k, and the diagonal before
// it: further in b from k+1, or further in a from k-1.
func step(trace [][]int32, d, k int) (x, from int) {
	if d == 0 {
		return 0, 0
	}
	v := trace[d-1] // diagonals 1-d to d-1
	if k == -d || k != d && v[k-1+d-1] < v[k+1+d-1] {
		return int(v[k+1+d-1]), k + 1
	}
	return int(v[k-1+d-1]) + 1, k - 1
}

// backtrack walks from the end to the beginning and joins differences that touch.
func backtrack(n, m int, trace [][]int32) (changes []Change) {
	k := n - m
	for d := len(trace) - 1; d > 0; d-- {
		x, from := step(trace, d, k)
		c := Change{x, x, x - k - 1, x - k}
		if from == k-1 {
			c = Change{x - 1, x, x - k, x - k}
		}
		if last := len(changes) - 1; last >= 0 && changes[last].FromA == c.ToA && changes[last].FromB == c.ToB {
			changes[last].FromA, changes[last].FromB = c.FromA, c.FromB
		} else {
			changes = append(changes, c)
		}
		k = from
	}
	slices.Reverse(changes)
	return changes
}
