// Package fsxtest is a file system in memory for tests: it records operations,
// fails the one it is told to, and forgets at a crash what was not synced.
package fsxtest
