// Package engine runs the passes of a stage over the parts of datasets with
// workers on this machine, resumes what a killed run left, and commits.
package engine
