package fsxtest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"

	"corpus"
	"corpus/internal/fsx"
)

// ErrCrash is what every operation returns after the crash.
var ErrCrash = errors.New("fsxtest: power is off")

// Mem is a file system in memory. The zero value is not ready; use New.
type Mem struct {
	mu      sync.Mutex
	entries map[string]*inode // what a running process sees
	durable map[string]*inode // directory entries that a crash leaves
	dirs    map[string]bool
	locks   map[string]string
	shares  map[string]int
	log     []string
	writes  int
	// FailAt is the number of the write operation (create, write, sync, rename,
	// remove, truncate, mkdir, syncdir; from 1) that fails; 0 = none.
	FailAt int
	// Fail is the error of operation FailAt. ErrCrash also fails all later ones.
	Fail error
	dead bool
}

type inode struct {
	data   []byte
	synced []byte // content that a crash leaves
}

var _ fsx.FS = (*Mem)(nil)

// New is an empty file system.
func New() *Mem {
	return &Mem{
		entries: map[string]*inode{}, durable: map[string]*inode{},
		dirs: map[string]bool{".": true, "/": true}, locks: map[string]string{}, shares: map[string]int{},
	}
}

// Log is every write operation so far, one a line; Writes is their number.
func (m *Mem) Log() string { return strings.Join(m.log, "\n") + "\n" }

// Writes is the number of write operations so far.
func (m *Mem) Writes() int { return m.writes }

// ClearLog forgets the operations so far; the numbering for FailAt starts again.
func (m *Mem) ClearLog() { m.log, m.writes = nil, 0 }

// Crash is the file system after a power cut: synced content under synced
// names. With keep, unsynced content survives under the synced names, as it may.
func (m *Mem) Crash(keep bool) *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	after := New()
	for name, node := range m.durable {
		data := node.synced
		if keep {
			data = node.data
		}
		data = append([]byte(nil), data...)
		after.entries[name] = &inode{data: data, synced: data}
		after.durable[name] = after.entries[name]
	}
	for d := range m.dirs {
		after.dirs[d] = true
	}
	return after
}

// op counts and records a write operation and says whether it fails.
func (m *Mem) op(format string, args ...any) error {
	if m.dead {
		return ErrCrash
	}
	m.writes++
	m.log = append(m.log, fmt.Sprintf(format, args...))
	if m.writes == m.FailAt {
		m.dead = errors.Is(m.Fail, ErrCrash)
		return m.Fail
	}
	return nil
}

func missing(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist} }

// Create makes an empty file.
func (m *Mem) Create(name string) (fsx.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = path.Clean(name)
	if err := m.op("create %s", name); err != nil {
		return nil, err
	}
	if !m.dirs[path.Dir(name)] {
		return nil, missing("create", name)
	}
	node := &inode{}
	m.entries[name] = node
	return &memFile{m: m, name: name, node: node, write: true}, nil
}

// Append opens a log at its end.
func (m *Mem) Append(name string) (fsx.File, error) {
	m.mu.Lock()
	node, ok := m.entries[path.Clean(name)]
	dead := m.dead
	m.mu.Unlock()
	if dead {
		return nil, ErrCrash
	}
	if !ok {
		return m.Create(name)
	}
	return &memFile{m: m, name: path.Clean(name), node: node, write: true}, nil
}

// Open opens for reading.
func (m *Mem) Open(name string) (fsx.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return nil, ErrCrash
	}
	node, ok := m.entries[path.Clean(name)]
	if !ok {
		return nil, missing("open", name)
	}
	return &memFile{m: m, name: path.Clean(name), node: node}, nil
}

// Size is the length of a file.
func (m *Mem) Size(name string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	node, ok := m.entries[path.Clean(name)]
	if !ok {
		return 0, missing("stat", name)
	}
	return int64(len(node.data)), nil
}

// Rename replaces to by from.
func (m *Mem) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	from, to = path.Clean(from), path.Clean(to)
	if err := m.op("rename %s -> %s", from, to); err != nil {
		return err
	}
	if m.dirs[from] {
		m.renameDir(from, to)
		return nil
	}
	node, ok := m.entries[from]
	if !ok {
		return missing("rename", from)
	}
	delete(m.entries, from)
	m.entries[to] = node
	return nil
}

// renameDir moves a directory; its files keep their own durability, and a crash
// before the parent's sync may show either name: the old one is kept.
func (m *Mem) renameDir(from, to string) {
	for name, node := range m.entries {
		if strings.HasPrefix(name, from+"/") {
			delete(m.entries, name)
			m.entries[to+strings.TrimPrefix(name, from)] = node
		}
	}
	for d := range m.dirs {
		if d == from || strings.HasPrefix(d, from+"/") {
			m.dirs[to+strings.TrimPrefix(d, from)] = true
			delete(m.dirs, d)
		}
	}
}

// Remove removes a file or an empty directory.
func (m *Mem) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = path.Clean(name)
	if err := m.op("remove %s", name); err != nil {
		return err
	}
	if m.dirs[name] {
		for other := range m.entries {
			if strings.HasPrefix(other, name+"/") {
				return fmt.Errorf("remove %s: directory not empty", name)
			}
		}
		delete(m.dirs, name)
		return nil
	}
	if _, ok := m.entries[name]; !ok {
		return missing("remove", name)
	}
	delete(m.entries, name)
	return nil
}

// Truncate cuts a file.
func (m *Mem) Truncate(name string, size int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.op("truncate %s %d", path.Clean(name), size); err != nil {
		return err
	}
	node, ok := m.entries[path.Clean(name)]
	if !ok {
		return missing("truncate", name)
	}
	node.data = append([]byte(nil), node.data[:size]...)
	return nil
}

// MkdirAll makes directories, durably.
func (m *Mem) MkdirAll(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dirs[path.Clean(dir)] {
		return nil
	}
	if err := m.op("mkdir %s", path.Clean(dir)); err != nil {
		return err
	}
	for d := path.Clean(dir); !m.dirs[d]; d = path.Dir(d) {
		m.dirs[d] = true
	}
	return nil
}

// ReadDir lists a directory in order.
func (m *Mem) ReadDir(dir string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir = path.Clean(dir)
	if !m.dirs[dir] {
		return nil, missing("readdir", dir)
	}
	var names []string
	for name := range m.entries {
		if path.Dir(name) == dir {
			names = append(names, path.Base(name))
		}
	}
	for d := range m.dirs {
		if d != dir && path.Dir(d) == dir {
			names = append(names, path.Base(d)+"/")
		}
	}
	sort.Strings(names)
	return names, nil
}

// SyncDir makes the names in dir durable.
func (m *Mem) SyncDir(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir = path.Clean(dir)
	if err := m.op("syncdir %s", dir); err != nil {
		return err
	}
	for name := range m.durable {
		if below(name, dir) && m.entries[name] == nil {
			delete(m.durable, name)
		}
	}
	for name, node := range m.entries {
		if path.Dir(name) == dir || m.durableElsewhere(node, dir, name) {
			m.durable[name] = node
		}
	}
	return nil
}

func below(name, dir string) bool { return path.Dir(name) == dir || strings.HasPrefix(name, dir+"/") }

// durableElsewhere says whether a file moved with its directory into dir, whose
// own entry was durable under the old name.
func (m *Mem) durableElsewhere(node *inode, dir, name string) bool {
	return strings.HasPrefix(name, dir+"/") && node.synced != nil
}

// Map is the content of a file.
func (m *Mem) Map(name string) (*fsx.Mapping, error) {
	f, err := m.Open(name)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return fsx.NewMapping(append([]byte(nil), f.(*memFile).node.data...), nil), nil
}

// Lock takes a lock.
func (m *Mem) Lock(name, holder string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	held, ok := m.locks[name]
	if !ok && m.shares[name] > 0 {
		held, ok = "a reader", true
	}
	if ok {
		return nil, &corpus.Error{Class: corpus.Locked, What: "in use by " + held, Path: name, Offset: -1}
	}
	m.locks[name] = holder
	return unlock(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.locks, name)
	}), nil
}

// Share takes a lock beside others.
func (m *Mem) Share(name string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if held, ok := m.locks[name]; ok {
		return nil, &corpus.Error{Class: corpus.Locked, What: "in use by " + held, Path: name, Offset: -1}
	}
	m.shares[name]++
	return unlock(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.shares[name]--
	}), nil
}

type unlock func()

func (u unlock) Close() error {
	u()
	return nil
}

// Flip inverts one bit of a file's content, as a failing disk does.
func (m *Mem) Flip(name string, bit int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries[path.Clean(name)].data[bit/8] ^= 1 << (bit % 8)
}

// Names are all files in order.
func (m *Mem) Names() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for n := range m.entries {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

type memFile struct {
	m     *Mem
	name  string
	node  *inode
	off   int64
	write bool
}

func (f *memFile) Read(p []byte) (int, error) {
	n, err := f.ReadAt(p, f.off)
	f.off += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if off >= int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.node.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) Write(p []byte) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.m.op("write %s %d", f.name, len(p)); err != nil {
		return 0, err
	}
	if !f.write {
		return 0, errors.New("fsxtest: file is open for reading")
	}
	f.node.data = append(f.node.data, p...)
	return len(p), nil
}

func (f *memFile) Sync() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.m.op("sync %s", f.name); err != nil {
		return err
	}
	f.node.synced = append([]byte{}, f.node.data...)
	return nil
}

func (f *memFile) Close() error { return nil }
