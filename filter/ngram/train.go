package ngram

// Order is the longest n-gram, in tokens.
const Order = 3

// Room is how many n-grams of all orders models may have together. Trainers that
// share one stop learning when it is used up.
type Room struct{ left int }

// MaxGrams is the n-grams that a NewRoom has: those of some 40 MB of prose.
// Training takes some 100 bytes for each, a model up to 48.
const MaxGrams = 4 << 20

// NewRoom is room for MaxGrams.
func NewRoom() *Room { return &Room{MaxGrams} }

// Full says whether text was left out.
func (r *Room) Full() bool { return r.left < 0 }

// gram is an n-gram while it is counted.
type gram struct {
	key     uint64
	context int32 // the n-gram without its last token, among those one shorter
	suffix  int32 // and without its first
	count   uint32
	left    float64 // of count when the discount is off
}

// Trainer counts n-grams.
type Trainer struct {
	room   *Room
	reader reader
	grams  [Order + 1][]gram // by length; of length 0 one, empty
	index  [Order + 1]index
	last   [Order]uint64    // tokens before this one, the latest first
	at     [Order + 1]int32 // the n-gram that ended with the token before, by length; -1: none
	n      int              // tokens of the sentence so far, <s> included
}

// NewTrainer is a trainer that takes from room.
func NewTrainer(room *Room) *Trainer {
	t := &Trainer{room: room}
	t.grams[0] = []gram{{}}
	t.grams[1] = []gram{{key: begin}} // <s>, which is never predicted
	t.index[1].put(begin, 0, t.grams[1])
	return t
}

// Add learns from a text, unless the room is full.
func (t *Trainer) Add(text string) {
	t.n, t.last[0] = 1, begin
	t.at = [Order + 1]int32{}
	for n := 2; n <= Order; n++ {
		t.at[n] = -1
	}
	t.reader.each(text, t.token)
}

// token counts the n-grams that end with a token. The count of the longest is how
// often it was seen, as is that of one that begins the sentence; that of all
// others is how many different tokens were seen before them.
func (t *Trainer) token(token uint64) {
	if t.room.left < Order { // a token's n-grams are learnt together or not at all
		t.room.left = -1
		return
	}
	top := min(Order, t.n+1)
	keys := t.keys(token, top)
	now := [Order + 1]int32{}
	var fresh [Order + 2]bool
	for n := 1; n <= top; n++ {
		i, ok := t.index[n].get(keys[n], t.grams[n])
		if !ok {
			i, fresh[n] = int32(len(t.grams[n])), true
			t.grams[n] = append(t.grams[n], gram{key: keys[n], context: t.at[n-1], suffix: now[n-1]})
			t.index[n].put(keys[n], i, t.grams[n])
			t.room.left--
		}
		now[n] = i
	}
	for n := 1; n <= top; n++ {
		if g := &t.grams[n][now[n]]; (n == top || fresh[n+1]) && g.count < 1<<32-1 {
			g.count++
		}
	}
	for n := top + 1; n <= Order; n++ {
		now[n] = -1
	}
	copy(t.last[1:], t.last[:])
	t.last[0], t.at, t.n = token, now, t.n+1
}

// keys are the keys of the n-grams up to length top that end with a token.
func (t *Trainer) keys(token uint64, top int) (keys [Order + 1]uint64) {
	keys[1] = token
	for n := 2; n <= top; n++ {
		keys[n] = longer(keys[n-1], t.last[n-2])
	}
	return keys
}

// index finds n-grams by key: an open-addressing table of their numbers plus one.
type index struct{ slots []uint32 }

func (x *index) get(key uint64, grams []gram) (int32, bool) {
	if len(x.slots) == 0 {
		return 0, false
	}
	mask := uint64(len(x.slots) - 1)
	for i := key & mask; x.slots[i] != 0; i = (i + 1) & mask {
		if n := int32(x.slots[i] - 1); grams[n].key == key {
			return n, true
		}
	}
	return 0, false
}

// put adds the last of grams, or the number n of them, which must be new.
func (x *index) put(key uint64, n int32, grams []gram) {
	if 2*len(grams) > len(x.slots) {
		x.slots = make([]uint32, max(1024, 2*len(x.slots)))
		for i, g := range grams {
			x.place(g.key, int32(i))
		}
		return
	}
	x.place(key, n)
}

func (x *index) place(key uint64, n int32) {
	mask := uint64(len(x.slots) - 1)
	i := key & mask
	for x.slots[i] != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = uint32(n + 1)
}
