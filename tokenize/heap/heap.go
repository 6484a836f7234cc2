package heap

// Up restores a binary min-heap after h[i] has become smaller.
func Up[T any](h []T, i int, less func(a, b *T) bool) {
	for i > 0 {
		parent := (i - 1) / 2
		if !less(&h[i], &h[parent]) {
			return
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
}

// Down restores a binary min-heap after h[i] has become larger.
func Down[T any](h []T, i int, less func(a, b *T) bool) {
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if right := child + 1; right < len(h) && less(&h[right], &h[child]) {
			child = right
		}
		if !less(&h[child], &h[i]) {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
