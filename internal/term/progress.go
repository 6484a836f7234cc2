package term

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// quiet is how often a line is written where there is no terminal.
const quiet = time.Minute

// Progress shows one line about work under way. On a terminal it is rewritten
// in place; elsewhere a line is added every minute.
type Progress struct {
	mu    sync.Mutex
	w     io.Writer
	live  bool
	last  time.Time
	shown bool
}

// NewProgress writes to w; a nil w is silent.
func NewProgress(w io.Writer) *Progress {
	f, ok := w.(*os.File)
	return &Progress{w: w, live: ok && IsTerminal(f), last: time.Now()}
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
	every := quiet
	if p.live {
		every = 200 * time.Millisecond
	}
	if p.w == nil || time.Since(p.last) < every {
		return
	}
	p.last = time.Now()
	line := fmt.Sprintf(format, args...)
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
