package term

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Progress shows one line about work under way, and the memory of the process.
// On a terminal the line is there at once and rewritten in place; elsewhere one
// is added every minute.
type Progress struct {
	mu    sync.Mutex
	w     io.Writer
	live  bool
	every time.Duration // between lines
	last  time.Time
	shown bool
}

// NewProgress writes to w; a nil w is silent.
func NewProgress(w io.Writer) *Progress {
	if f, ok := w.(*os.File); ok && IsTerminal(f) {
		return &Progress{w: w, live: true, every: 200 * time.Millisecond}
	}
	return &Progress{w: w, every: time.Minute, last: time.Now()}
}

// IsTerminal says whether a person may be looking at f.
func IsTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil && os.Getenv("TERM") != "dumb"
}

// Update shows the line, unless one was shown a moment ago.
func (p *Progress) Update(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil || time.Since(p.last) < p.every {
		return
	}
	p.last = time.Now()
	line := fmt.Sprintf(format, args...)
	if n := Resident(); n > 0 {
		line += ", " + Bytes(n) + " of memory"
	}
	if p.live {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
		p.shown = true
		return
	}
	fmt.Fprintln(p.w, line)
}

// Done removes the live line.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// Resident is the memory of this process in bytes, 0 where it cannot be told.
func Resident() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(b), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
