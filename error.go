package corpus

import (
	"errors"
	"fmt"
	"strings"
)

// Class says what kind of failure an error is; each class has one exit code.
type Class int

// Classes and their exit codes. 3 is not an error class: it means done, but
// some input was bad.
const (
	Other       Class = 1
	Refused     Class = 4  // a sanity gate refused the result
	Usage       Class = 64 // wrong flags or arguments
	Corrupt     Class = 65 // data that does not match its checksum or format
	NoInput     Class = 66 // nothing to work on
	Network     Class = 69
	Disk        Class = 74 // write error, disk full
	Locked      Class = 75 // another process works here; try later
	BadConfig   Class = 78
	BadInput          = 3   // exit code: done, but some input was bad
	Interrupted       = 130 // exit code after SIGINT
	Terminated        = 143 // exit code after SIGTERM
)

// Error is a failure with its place and the way out.
type Error struct {
	Class  Class
	What   string // what went wrong, lower case
	Path   string // file or source, "" when none
	Offset int64  // byte offset in Path; -1 or 0 with no Path = none
	Err    error  // cause, may be nil
	Next   string // what to run next, "" when nothing helps
}

// Errorf makes an error of a class without a place; it wraps with %w.
func Errorf(c Class, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Error{Class: c, What: err.Error(), Err: errors.Unwrap(err), Offset: -1}
}

// Error is "path: offset n: what: cause; next".
func (e *Error) Error() string {
	var b strings.Builder
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
		if e.Offset > 0 {
			fmt.Fprintf(&b, "offset %d: ", e.Offset)
		}
	}
	b.WriteString(e.What)
	if e.Err != nil && !strings.Contains(e.What, e.Err.Error()) {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Next != "" {
		b.WriteString("; " + e.Next)
	}
	return b.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf is the class of the first *Error in the chain, else Other.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return Other
}
