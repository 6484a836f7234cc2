// Package fsx makes files durable: every write of the program goes through its
// FS, so that a test can record the operations, fail any of them, or cut the
// power at each.
package fsx
