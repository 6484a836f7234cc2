package crawl

import "container/heap"

// item knows its order and its place in a queue, -1 when outside.
type item[T any] interface {
	before(T) bool
	moved(to int)
}

// queue is a heap of items that know where they are.
type queue[T item[T]] []T

// fix puts an item that is at a place where it belongs: in order, or outside when
// it is not wanted.
func fix[T item[T]](q *queue[T], x T, at int, wanted bool) {
	switch {
	case wanted && at < 0:
		heap.Push(q, x)
	case wanted:
		heap.Fix(q, at)
	case at >= 0:
		heap.Remove(q, at)
	}
}

func (q queue[T]) Len() int           { return len(q) }
func (q queue[T]) Less(i, j int) bool { return q[i].before(q[j]) }

func (q queue[T]) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].moved(i)
	q[j].moved(j)
}

// Push and Pop are for container/heap.
func (q *queue[T]) Push(x any) {
	x.(T).moved(len(*q))
	*q = append(*q, x.(T))
}

// Pop removes the last.
func (q *queue[T]) Pop() any {
	var none T
	i := len(*q) - 1
	last := (*q)[i]
	(*q)[i] = none
	*q = (*q)[:i]
	last.moved(-1)
	return last
}
