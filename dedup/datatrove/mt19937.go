package datatrove

// twister is the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), which
// NumPy's RandomState draws from.
type twister struct {
	state [624]uint32
	next  int
}

// newTwister seeds it as init_genrand does, and so RandomState(seed).
func newTwister(seed uint32) *twister {
	t := &twister{next: len(twister{}.state)}
	t.state[0] = seed
	for i := 1; i < len(t.state); i++ {
		before := t.state[i-1]
		t.state[i] = 1812433253*(before^before>>30) + uint32(i)
	}
	return t
}

func (t *twister) uint32() uint32 {
	if t.next == len(t.state) {
		t.twist()
	}
	y := t.state[t.next]
	t.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

func (t *twister) twist() {
	const middle = 397
	n := len(t.state)
	for i := range t.state {
		y := t.state[i]&(1<<31) | t.state[(i+1)%n]&(1<<31-1)
		t.state[i] = t.state[(i+middle)%n] ^ y>>1 ^ y&1*0x9908b0df
	}
	t.next = 0
}

// below is a number from 0 to most < 2^61, as RandomState.randint draws them: the
// lowest bits of two outputs, the first of them the higher, until they are in range.
func (t *twister) below(most uint64) uint64 {
	for {
		high := uint64(t.uint32())
		if x := (high<<32 | uint64(t.uint32())) & (1<<61 - 1); x <= most {
			return x
		}
	}
}

// Prime is what values are taken modulo: the Mersenne prime 2^61-1.
const Prime = 1<<61 - 1

// Permutations are a and b of n values.
func Permutations(n int) (a, b []uint64) {
	t := newTwister(1)
	for range n {
		a = append(a, 1+t.below(Prime-2))
	}
	for range n {
		b = append(b, t.below(Prime-1))
	}
	return a, b
}
