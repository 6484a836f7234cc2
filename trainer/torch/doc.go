// Package torch runs the models of package trainer on libtorch, through gotch's
// libtch and a small C++ shim; without the build tag torch it is empty.
//
// A Model has one OS thread, which makes all its native calls. Tensors belong to
// a scope and are freed when it closes, never by the garbage collector; a scope
// remembers its first failure and does nothing after it. Gradients, moments and
// weights are float32. Dropout is a function of Hyper.Seed and of the position,
// so that a step repeats bit for bit with the same number of threads.
//
// Command fit, in the folder of that name, makes libtch buildable against the
// libtorch of the machine; `make libtorch` runs it.
package torch
