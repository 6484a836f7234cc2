// Command demo is the main job on real text: it makes a raw pool with some
// prose in it, lets corpus carry it to three trained models, and checks on the
// way that the right documents were dropped for the right reasons. `make demo`
// runs it; every command of corpus is printed before it runs.
package main
