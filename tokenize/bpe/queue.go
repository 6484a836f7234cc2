package bpe

// queue is a min-heap of numbers. Four children a node keep it shallow: it is
// as deep as the longest word asks for.
type queue []uint64

const arity = 4

// heapify makes a heap of numbers in any order.
func (q queue) heapify() {
	for i := (len(q) - 2) / arity; i >= 0 && len(q) > 1; i-- {
		q.sink(i, q[i])
	}
}

func (q *queue) push(x uint64) {
	h := append(*q, x)
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / arity
		if h[parent] <= x {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = x
	*q = h
}

func (q *queue) pop() uint64 {
	h := *q
	top, last := h[0], h[len(h)-1]
	*q = h[:len(h)-1]
	if len(*q) > 0 {
		q.sink(0, last)
	}
	return top
}

// sink puts x at i or, while a child is smaller, below it.
func (q queue) sink(i int, x uint64) {
	for {
		child := arity*i + 1
		if child >= len(q) {
			break
		}
		least := child
		for j := child + 1; j < min(child+arity, len(q)); j++ {
			if q[j] < q[least] {
				least = j
			}
		}
		if q[least] >= x {
			break
		}
		q[i] = q[least]
		i = least
	}
	q[i] = x
}
