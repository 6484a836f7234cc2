//go:build torch

package torch

import (
	"errors"
	"unsafe"

	"corpus/trainer/torch/shim"

	"github.com/sugarme/gotch/libtch"
)

// Codes of c10/core/ScalarType.h.
const (
	kindInt64   = 4
	kindFloat32 = 6
)

var errSize = errors.New("data has another size than its shape")

// ints copies integers to the device, in the given shape.
func (s *scope) ints(data []int64, dims ...int64) tensor {
	if !s.ok(len(data), dims) {
		return nil
	}
	return s.upload(unsafe.Pointer(unsafe.SliceData(data)), 8, kindInt64, dims)
}

// floats copies numbers to the device, in the given shape.
func (s *scope) floats(data []float32, dims ...int64) tensor {
	if !s.ok(len(data), dims) {
		return nil
	}
	return s.upload(unsafe.Pointer(unsafe.SliceData(data)), 4, kindFloat32, dims)
}

// ok guards libtch, which takes the address of the first element.
func (s *scope) ok(n int, dims []int64) bool {
	size := int64(1)
	for _, d := range dims {
		size *= d
	}
	if int64(n) != size || n == 0 || len(dims) == 0 {
		s.fail("upload", errSize)
	}
	return s.err == nil
}

func (s *scope) upload(data unsafe.Pointer, size uint, kind int, dims []int64) tensor {
	shape, n := s.shape(dims...)
	s.slots[0] = libtch.AtTensorOfData(data, shape, uint(n), size, kind)
	t := s.took("upload")
	if s.device < 0 || t == nil {
		return t
	}
	libtch.AtgTo(s.slot(), t, int32(s.device))
	return s.took("to")
}

// download copies a tensor of len(dst) float32 to dst.
func (s *scope) download(t tensor, dst []float32) {
	if s.err != nil || len(dst) == 0 {
		return
	}
	libtch.AtCopyData(t, unsafe.Pointer(unsafe.SliceData(dst)), uint(len(dst)), 4)
	s.fail("download", lastError())
}

// item is the value of a tensor with one element.
func (s *scope) item(t tensor) float64 {
	var v [1]float32
	s.download(t, v[:])
	return float64(v[0])
}

func (s *scope) view(x tensor, dims ...int64) tensor {
	if s.err != nil {
		return nil
	}
	d, n := s.shape(dims...)
	libtch.AtgReshape(s.slot(), x, d, n)
	return s.took("reshape")
}

func (s *scope) permute(x tensor, dims ...int64) tensor {
	if s.err != nil {
		return nil
	}
	d, n := s.shape(dims...)
	libtch.AtgPermute(s.slot(), x, d, n)
	return s.took("permute")
}

func (s *scope) transpose(x tensor, a, b int64) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgTranspose(s.slot(), x, a, b)
	return s.took("transpose")
}

// unfold gives the windows of a dimension, with their elements as the last one.
func (s *scope) unfold(x tensor, dim, size, step int64) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgUnfold(s.slot(), x, dim, size, step)
	return s.took("unfold")
}

// flip copies x with a dimension turned round.
func (s *scope) flip(x tensor, dim int64) tensor {
	if s.err != nil {
		return nil
	}
	d, n := s.shape(dim)
	libtch.AtgFlip(s.slot(), x, d, n)
	return s.took("flip")
}

func (s *scope) contiguous(x tensor) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgContiguous(s.slot(), x)
	return s.took("contiguous")
}

func (s *scope) selectAt(x tensor, dim, index int64) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgSelect(s.slot(), x, dim, index)
	return s.took("select")
}

func (s *scope) narrow(x tensor, dim, start, length int64) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgNarrow(s.slot(), x, dim, start, length)
	return s.took("narrow")
}

// rows picks rows of a matrix.
func (s *scope) rows(x, index tensor) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgIndexSelect(s.slot(), x, 0, index)
	return s.took("index_select")
}

func (s *scope) add(a, b tensor) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgAdd(s.slot(), a, b)
	return s.took("add")
}

// addTo is add in a's memory; a must not be needed by backward.
func (s *scope) addTo(a, b tensor) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgAdd_(s.slot(), a, b)
	return s.took("add_")
}

func (s *scope) mul(a, b tensor) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgMul(s.slot(), a, b)
	return s.took("mul")
}

func (s *scope) scale(x tensor, by float64) tensor {
	if s.err != nil {
		return nil
	}
	c := libtch.AtsFloat(by)
	defer libtch.AtsFree(c)
	libtch.AtgMulScalar(s.slot(), x, c)
	return s.took("mul")
}

func (s *scope) matmul(a, b tensor) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgMatmul(s.slot(), a, b)
	return s.took("matmul")
}

// linear is x·Wᵀ + b with W out × in; b may be nil.
func (s *scope) linear(x, w, b tensor) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgLinear(s.slot(), x, w, b)
	return s.took("linear")
}

// conv1d is x·W + b with W in × out and x a matrix: GPT-2's layer of that name.
func (s *scope) conv1d(x, w, b tensor) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgAddmm(s.slot(), b, x, w)
	return s.took("addmm")
}

func (s *scope) embedding(table, ids tensor) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgEmbedding(s.slot(), table, ids, -1, 0, 0)
	return s.took("embedding")
}

func (s *scope) layerNorm(x tensor, n norm, size int64, eps float64) tensor {
	if s.err != nil {
		return nil
	}
	d, k := s.shape(size)
	libtch.AtgLayerNorm(s.slot(), x, d, k, n.weight, n.bias, eps, 1)
	return s.took("layer_norm")
}

func (s *scope) rmsNorm(x, weight tensor, eps float64) tensor {
	if s.err != nil {
		return nil
	}
	return s.made("rms_norm", shim.RMSNorm(s.slot(), x, weight, eps))
}

func (s *scope) softmax(x tensor) tensor {
	if s.err != nil {
		return nil
	}
	libtch.AtgSoftmax(s.slot(), x, -1, kindFloat32)
	return s.took("softmax")
}

// activate applies "relu", "gelu" or "gelu_new".
func (s *scope) activate(x tensor, name string) tensor {
	switch {
	case s.err != nil:
		return nil
	case name == "relu":
		libtch.AtgRelu(s.slot(), x)
		return s.took("relu")
	case name == "gelu" || name == "gelu_new":
		return s.made("gelu", shim.Gelu(s.slot(), x, name == "gelu_new"))
	}
	s.fail("activation", errors.New("unknown: "+name))
	return nil
}

// drop is dropout while training, else x. Each call of a scope has a mask of its own.
func (s *scope) drop(x tensor, p float64) tensor {
	if s.err != nil || !s.dropout || p == 0 {
		return x
	}
	return s.made("dropout", shim.Dropout(s.slot(), x, p, s.nextKey()))
}

// nextKey is that of a dropout mask.
func (s *scope) nextKey() uint64 {
	s.drawn++
	return splitmix(s.key + s.drawn*goldenStep)
}

// goldenStep is 2⁶⁴ divided by the golden ratio, the step of SplitMix64.
const goldenStep = 0x9e3779b97f4a7c15

// splitmix is the output function of SplitMix64 (Steele, Lea, Flood 2014).
func splitmix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// crossEntropy is the sum of -log softmax(logits)[target] over rows.
func (s *scope) crossEntropy(logits, target tensor) tensor {
	if s.err != nil {
		return nil
	}
	return s.made("cross_entropy", shim.CrossEntropy(s.slot(), logits, target))
}

func (s *scope) zeros(dims ...int64) tensor {
	if s.err != nil {
		return nil
	}
	d, _ := s.shape(dims...)
	return s.made("zeros", shim.Zeros(s.slot(), d, s.device))
}

// copyTo writes src over dst, which no backward may need.
func (s *scope) copyTo(dst, src tensor) {
	if s.err == nil {
		libtch.AtCopy_(dst, src)
		s.fail("copy_", lastError())
	}
}

// backward adds the gradients of t to those of the parameters.
func (s *scope) backward(t tensor) {
	if s.err == nil {
		libtch.AtBackward(t, 0, 0)
		s.fail("backward", lastError())
	}
}
