//go:build torch

package shim

// #cgo CXXFLAGS: -std=gnu++20 -O3 -w
// #cgo CXXFLAGS: -I${SRCDIR}/../../../.libtorch -I${SRCDIR}/../../../.libtorch/include -I${SRCDIR}/../../../.libtorch/include/torch/csrc/api/include
// #cgo LDFLAGS: -L${SRCDIR}/../../../.libtorch/lib -ltorch_cpu -lc10 -lstdc++ -ldl
// #include "shim.h"
// #include <stdlib.h>
import "C"

import (
	"errors"
	"strings"
	"unsafe"

	"github.com/sugarme/gotch/libtch"
)

// Tensor is a torch::Tensor*.
type Tensor = libtch.Ctensor

// Slot is one tensor pointer in C memory, where native calls leave a result.
type Slot = *Tensor

// failed takes over a message of the native side. Its first line says what is
// wrong; a C++ backtrace follows.
func failed(msg *C.char) error {
	if msg == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(msg))
	line, _, _ := strings.Cut(C.GoString(msg), "\n")
	return errors.New(line)
}

// Version is that of the libtorch that is loaded, as it tells itself; where it
// does not, that of the headers.
func Version() string {
	config := C.ct_config()
	defer C.free(unsafe.Pointer(config))
	if _, after, ok := strings.Cut(C.GoString(config), "TORCH_VERSION="); ok {
		return after[:strings.IndexAny(after+",", ", \n")]
	}
	return C.GoString(C.ct_version())
}

// BLASCore is the processor that OpenBLAS chose its kernels for, "" where
// libtorch multiplies with something else.
func BLASCore() string { return C.GoString(C.ct_blas_core()) }

// TakeError copies a message of libtch's GetAndResetLastErr and frees it.
func TakeError(msg unsafe.Pointer) error { return failed((*C.char)(msg)) }

// KeepMemory makes the allocator keep what tensors free for the next ones.
func KeepMemory() { C.ct_keep_memory() }

// SetThreads sets how many threads one operation uses, in libtorch and OpenBLAS.
func SetThreads(n int) error { return failed(C.ct_threads(C.int(n))) }

// SetGrad turns recording for backward on or off on this OS thread, and returns
// what it was.
func SetGrad(on bool) bool {
	return C.ct_grad_mode(flag(on)) != 0
}

// NewArray returns n tensor slots in C memory, all nil.
func NewArray(n int) []Tensor {
	p := (*Tensor)(C.calloc(C.size_t(max(n, 1)), C.size_t(unsafe.Sizeof(Tensor(nil)))))
	return unsafe.Slice(p, max(n, 1))[:n]
}

// FreeArray frees the memory of NewArray, not the tensors.
func FreeArray(a []Tensor) {
	if cap(a) > 0 {
		C.free(unsafe.Pointer(unsafe.SliceData(a)))
	}
}

// Zeros makes a float32 tensor of zeros; device -1 is the CPU, else a GPU's number.
func Zeros(out Slot, shape []int64, device int) error {
	return failed(C.ct_zeros(slot(out), (*C.int64_t)(unsafe.SliceData(shape)), C.int(len(shape)), C.int(device)))
}

// Repeatable makes the same operations on a GPU give the same bits again, in the
// whole process; an operation that cannot is an error.
func Repeatable() { C.ct_repeatable() }

// TF32 lets GPUs round the factors of float32 products to 10 bits, in the whole
// process.
func TF32(on bool) error { return failed(C.ct_tf32(flag(on))) }

// Half is a type of 16 bits that products may be done in.
type Half int

// The types of products.
const (
	Float32 Half = iota
	BF16
	FP16
)

// Autocast makes products on this OS thread those of a type of 16 bits, from copies
// of the float32 weights, or those of float32 again; sums over many numbers stay in
// float32. 16 bits need libtorch 2.4.
func Autocast(gpu bool, h Half) error { return failed(C.ct_autocast(flag(gpu), C.int(h))) }

// Leaf is x without what it was made of, to collect a gradient for Continue.
func Leaf(out Slot, x Tensor) error {
	return failed(C.ct_leaf(slot(out), C.ct_tensor(unsafe.Pointer(x))))
}

// Continue goes backward from x with the gradient that leaf has collected, if any,
// and frees it.
func Continue(x, leaf Tensor) error {
	return failed(C.ct_continue(C.ct_tensor(unsafe.Pointer(x)), C.ct_tensor(unsafe.Pointer(leaf))))
}

// GPUName is what the driver calls a GPU, "" where there is none.
func GPUName(device int) string {
	name := C.ct_gpu_name(C.int(device))
	defer C.free(unsafe.Pointer(name))
	return C.GoString(name)
}

// HasAttention says whether this libtorch has Attention: from 2.1 on.
func HasAttention() bool { return C.ct_has_attention() != 0 }

// Attention is dropout(softmax(q·kᵀ + bias))·v of [rows, heads, positions, dim],
// as one kernel where libtorch has one for this device. bias may be nil; causal
// hides later keys, and then there is none.
func Attention(out Slot, q, k, v, bias Tensor, causal bool, p float64, key uint64) error {
	return failed(C.ct_attention(slot(out), C.ct_tensor(unsafe.Pointer(q)), C.ct_tensor(unsafe.Pointer(k)),
		C.ct_tensor(unsafe.Pointer(v)), C.ct_tensor(unsafe.Pointer(bias)), flag(causal), C.double(p), C.uint64_t(key)))
}

func flag(b bool) C.int {
	if b {
		return 1
	}
	return 0
}

// Dropout zeroes elements with probability p and scales the others by 1/(1-p).
// What it keeps is a function of key, position and, on a GPU, its type.
func Dropout(out Slot, x Tensor, p float64, key uint64) error {
	return failed(C.ct_dropout(slot(out), C.ct_tensor(unsafe.Pointer(x)), C.double(p), C.uint64_t(key)))
}

// Gelu is x·Φ(x), or its tanh approximation (gelu_new).
func Gelu(out Slot, x Tensor, tanh bool) error {
	return failed(C.ct_gelu(slot(out), C.ct_tensor(unsafe.Pointer(x)), flag(tanh)))
}

// RMSNorm is x / sqrt(mean(x²)+eps) · weight over the last dimension.
func RMSNorm(out Slot, x, weight Tensor, eps float64) error {
	return failed(C.ct_rms_norm(slot(out), C.ct_tensor(unsafe.Pointer(x)), C.ct_tensor(unsafe.Pointer(weight)), C.double(eps)))
}

// CrossEntropy is the sum over rows of -log softmax(logits)[target]. It uses the
// memory of the logits up when gradients are recorded.
func CrossEntropy(out Slot, logits, target Tensor) error {
	return failed(C.ct_cross_entropy(slot(out), C.ct_tensor(unsafe.Pointer(logits)), C.ct_tensor(unsafe.Pointer(target))))
}

// GradNorm is the 2-norm of all gradients as one vector.
func GradNorm(params []Tensor) (float64, error) {
	var norm C.double
	err := failed(C.ct_grad_norm(slot(unsafe.SliceData(params)), C.int(len(params)), &norm))
	return float64(norm), err
}

// ZeroGrad frees all gradients.
func ZeroGrad(params []Tensor) error {
	return failed(C.ct_zero_grad(slot(unsafe.SliceData(params)), C.int(len(params))))
}

// Update is one AdamW step.
type Update struct {
	LR, Beta1, Beta2, Eps float64
	Decay                 float64 // weight decay of the parameters marked for it
	Clip                  float64 // factor on every gradient
	Step                  int64   // from 1
	RMSScaled             bool    // nanoT5's AdamWScale instead of torch.optim.AdamW
	Portable              bool    // by ATen operations, as on a GPU, also on the CPU
}

// AdamW updates params and the moments m and v in place from the gradients.
// decayed marks the parameters that weight decay applies to.
func AdamW(params, m, v []Tensor, decayed []uint8, u Update) error {
	cu := C.ct_update{
		lr: C.double(u.LR), beta1: C.double(u.Beta1), beta2: C.double(u.Beta2), eps: C.double(u.Eps),
		decay: C.double(u.Decay), clip: C.double(u.Clip), step: C.int64_t(u.Step),
		rms_scaled: flag(u.RMSScaled), portable: flag(u.Portable),
	}
	return failed(C.ct_adamw(slot(unsafe.SliceData(params)), slot(unsafe.SliceData(m)), slot(unsafe.SliceData(v)),
		(*C.uint8_t)(unsafe.SliceData(decayed)), C.int(len(params)), &cu))
}

func slot(p *Tensor) *C.ct_tensor { return (*C.ct_tensor)(unsafe.Pointer(p)) }
