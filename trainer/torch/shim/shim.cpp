//go:build torch

#include "fit.h" // written by trainer/torch/fit; run `make` when it is missing

#include "shim.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <cmath>
#include <cstring>
#include <dlfcn.h>
#include <mutex>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __SSE2__
#include <immintrin.h>
#endif
#include <torch/csrc/autograd/custom_function.h>
#include <torch/version.h>

// Nothing here asks for floating-point exceptions; without this, loops that choose
// between numbers are not vectorised.
#pragma GCC optimize("no-trapping-math")

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

// A function compiled twice, of which the one for this processor runs. Without
// fused multiply-add both give the same bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

// scaled_dot_product_attention with a scale, and the setting beside it.
#define HAS_FUSED_ATTENTION (TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
// autocast told by the type of the device.
#define HAS_AUTOCAST (TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)

namespace {

// Elements per thread below which more threads cost more than they bring.
constexpr int64_t kGrain = 16384;

// guarded runs f and turns what it throws into a message.
template <typename F> char *guarded(F f) {
  try {
    f();
    return nullptr;
  } catch (const std::exception &e) {
    return strdup(e.what());
  } catch (...) {
    return strdup("unknown C++ exception");
  }
}

const Tensor &ref(ct_tensor t) { return *static_cast<Tensor *>(t); }

void give(ct_tensor *out, Tensor t) { *out = new Tensor(std::move(t)); }

bool plain(const Tensor &t) {
  return t.device().is_cpu() && t.scalar_type() == at::kFloat;
}

// mix is the finalizer of MurmurHash3 (public domain, A. Appleby): every bit of
// the result depends on every bit of x.
inline uint32_t mix(uint32_t x) {
  x ^= x >> 16;
  x *= 0x85ebca6bu;
  x ^= x >> 13;
  x *= 0xc2b2ae35u;
  return x ^ (x >> 16);
}

// dropped scales what it keeps of x by 1/(1-p). Whether element i is kept is a
// function of (key, i) alone, so that backward needs no stored mask and the
// number of threads does not matter.
WIDE void drop_range(const float *__restrict src, float *__restrict dst, uint32_t n, uint32_t first,
                     uint32_t lo, uint32_t hi, uint32_t limit, float scale) {
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t h = mix(mix((first + i) ^ lo) + hi);
    const float kept = src[i] * scale;
    dst[i] = h >= limit ? kept : 0.f;
  }
}

Tensor dropped_cpu(const Tensor &x, double p, uint64_t key) {
  Tensor in = x.contiguous(), out = at::empty_like(in);
  const float *src = in.data_ptr<float>();
  float *dst = out.data_ptr<float>();
  const uint32_t lo = mix(uint32_t(key)), hi = mix(uint32_t(key >> 32) ^ lo);
  const uint32_t limit = uint32_t(std::min(p * 4294967296.0, 4294967295.0));
  at::parallel_for(0, in.numel(), kGrain, [&](int64_t a, int64_t b) {
    for (int64_t n; a < b; a += n) { // indices of 32 bits are vectorised, of 64 they are not
      n = std::min({b - a, (a | 0xffffffff) + 1 - a, int64_t(1) << 30});
      drop_range(src + a, dst + a, uint32_t(n), uint32_t(a), lo, hi + uint32_t(a >> 32), limit, float(1 / (1 - p)));
    }
  });
  return out;
}

// seed makes what libtorch draws next on x's device a function of key.
void seed(const Tensor &x, uint64_t key) {
  at::Generator gen = at::globalContext().defaultGenerator(x.device());
  std::lock_guard<std::mutex> lock(gen.mutex());
  gen.set_current_seed(key);
}

// Where the pass above is not for, libtorch's own draws and scales in one kernel.
// Its mask is kept: that of a gradient with other strides would be another one.
struct Dropout : public Function<Dropout> {
  static Tensor forward(AutogradContext *ctx, Tensor x, double p, int64_t key) {
    ctx->saved_data["p"] = p;
    ctx->saved_data["key"] = key;
    if (plain(x))
      return dropped_cpu(x, p, uint64_t(key));
    seed(x, uint64_t(key));
    auto [out, mask] = at::native_dropout(x, p, true);
    ctx->save_for_backward({mask});
    return out;
  }
  static tensor_list backward(AutogradContext *ctx, tensor_list grads) {
    const double p = ctx->saved_data["p"].toDouble();
    auto saved = ctx->get_saved_variables();
    Tensor grad = saved.empty() ? dropped_cpu(grads[0], p, uint64_t(ctx->saved_data["key"].toInt()))
                                : at::native_dropout_backward(grads[0], saved[0], 1 / (1 - p));
    return {grad, Tensor(), Tensor()};
  }
};

// Logits handled at a time by the loss: 4 MB on a CPU, which caches hold; 256 MB
// on a GPU, which would mostly wait for the starts of kernels with less.
int64_t loss_chunk(const Tensor &logits) { return logits.is_cpu() ? 1 << 20 : 1 << 26; }

// CrossEntropy makes the gradient in the memory of the logits while it computes
// the loss, where the obvious way holds four matrices of that size.
struct CrossEntropy : public Function<CrossEntropy> {
  static Tensor forward(AutogradContext *ctx, Tensor logits, Tensor target, bool train) {
    const auto exact = logits.options().dtype(at::kFloat);
    Tensor loss = at::zeros({}, exact), column = target.unsqueeze(1), minus = at::full({}, -1, exact);
    const int64_t rows = std::max<int64_t>(1, loss_chunk(logits) / logits.size(1));
    for (int64_t i = 0; i < logits.size(0); i += rows) {
      const int64_t n = std::min(rows, logits.size(0) - i);
      Tensor part = logits.narrow(0, i, n), want = column.narrow(0, i, n);
      Tensor log = at::log_softmax(part, -1, at::kFloat);
      loss.sub_(log.gather(1, want).sum());
      if (!train)
        continue;
      const bool same = part.scalar_type() == at::kFloat;
      Tensor grad = same ? at::exp_out(part, log) : log.exp_();
      grad.scatter_add_(1, want, minus.expand({n, 1}));
      if (!same) // rounded once, behind the subtraction
        part.copy_(grad);
    }
    ctx->saved_data["grad"] = logits.detach();
    return loss;
  }
  static tensor_list backward(AutogradContext *ctx, tensor_list grads) {
    return {ctx->saved_data["grad"].toTensor().mul_(grads[0]), Tensor(), Tensor()};
  }
};

// Rates are the coefficients of one tensor's update.
struct Rates {
  float before, step, root, after; // p = (p*before - step*m/(sqrt(v)*root+eps))*after
};

// rates are AdamW's (torch.optim.AdamW: decay first, eps beside the corrected
// root), or for rms_scaled those of nanoT5's AdamWScale: the step times
// max(1e-3, RMS of the weight), eps beside the uncorrected root, decay last.
Rates rates(const ct_update &u, bool decayed, double rms) {
  const double fix1 = 1 - std::pow(u.beta1, double(u.step));
  const double fix2 = 1 - std::pow(u.beta2, double(u.step));
  const float keep = float(1 - (decayed ? u.lr * u.decay : 0));
  if (!u.rms_scaled)
    return {keep, float(u.lr / fix1), float(1 / std::sqrt(fix2)), 1.f};
  return {1.f, float(u.lr * std::sqrt(fix2) / fix1 * std::max(1e-3, rms)), 1.f, keep};
}

struct Moments {
  float b1, c1, b2, c2, eps, clip;
};

// roots_of is a loop that compilers leave as it is, for the errno of sqrt.
void roots_of(const float *v, float *root, int64_t n) {
  int64_t i = 0;
#ifdef __SSE2__
  for (; i + 4 <= n; i += 4)
    _mm_storeu_ps(root + i, _mm_sqrt_ps(_mm_loadu_ps(v + i)));
#endif
  for (; i < n; i++)
    root[i] = std::sqrt(v[i]);
}

WIDE void update_range(float *__restrict p, const float *__restrict g, float *__restrict m, float *__restrict v,
                       int64_t n, const Rates r, const Moments k) {
  float root[1024];
  for (int64_t a = 0; a < n; a += 1024) {
    const int64_t b = std::min<int64_t>(n, a + 1024);
    for (int64_t i = a; i < b; i++) {
      const float x = g[i] * k.clip;
      m[i] = m[i] * k.b1 + k.c1 * x;
      v[i] = v[i] * k.b2 + k.c2 * x * x;
    }
    roots_of(v + a, root, b - a);
    for (int64_t i = a; i < b; i++)
      p[i] = (p[i] * r.before - r.step * m[i] / (root[i - a] * r.root + k.eps)) * r.after;
  }
}

void update_cpu(Tensor p, Tensor grad, Tensor m, Tensor v, const Rates &r, const ct_update &u) {
  Tensor g = grad.contiguous();
  float *P = p.data_ptr<float>(), *M = m.data_ptr<float>(), *V = v.data_ptr<float>();
  const float *G = g.data_ptr<float>();
  const Moments k{float(u.beta1), float(1 - u.beta1), float(u.beta2), float(1 - u.beta2), float(u.eps), float(u.clip)};
  at::parallel_for(0, p.numel(), kGrain, [&](int64_t a, int64_t b) {
    update_range(P + a, G + a, M + a, V + a, b - a, r, k);
  });
}

// Updated are the tensors that have a gradient.
struct Updated {
  std::vector<Tensor> p, g, m, v;
  std::vector<Rates> rates;

  std::vector<at::Scalar> each(float Rates::*field, float sign) const {
    std::vector<at::Scalar> out;
    for (const Rates &r : rates)
      out.push_back(sign * r.*field);
    return out;
  }
};

// update_any is update_cpu for all tensors at once, with kernels that take lists.
void update_any(const Updated &t, const ct_update &u) {
  auto g = at::_foreach_mul(t.g, u.clip);
  at::_foreach_mul_(t.m, u.beta1);
  at::_foreach_add_(t.m, g, 1 - u.beta1);
  at::_foreach_mul_(t.v, u.beta2);
  at::_foreach_addcmul_(t.v, g, g, 1 - u.beta2);
  auto root = at::_foreach_sqrt(t.v);
  if (!u.rms_scaled) { // else these are 1
    at::_foreach_mul_(root, t.each(&Rates::root, 1));
    at::_foreach_mul_(t.p, t.each(&Rates::before, 1));
  }
  at::_foreach_add_(root, u.eps);
  at::_foreach_addcdiv_(t.p, t.m, root, t.each(&Rates::step, -1));
  if (u.rms_scaled)
    at::_foreach_mul_(t.p, t.each(&Rates::after, 1));
}

// norms are the 2-norms of tensors; they come from the device in one piece.
Tensor norms(const std::vector<Tensor> &t) { return at::stack(at::_foreach_norm(t)); }

// roots are the root mean squares of tensors.
std::vector<double> roots(const std::vector<Tensor> &t) {
  Tensor host = norms(t).cpu();
  std::vector<double> out;
  for (size_t i = 0; i < t.size(); i++)
    out.push_back(double(host.data_ptr<float>()[i]) / std::sqrt(double(t[i].numel())));
  return out;
}

} // namespace

const char *ct_version(void) { return TORCH_VERSION; }

char *ct_config(void) { return strdup(at::show_config().c_str()); }

// Freed memory stays with the process: tensors of the same sizes come again and
// again, and zeroed pages fresh from the kernel cost up to a fifth of a step.
const char *ct_blas_core(void) {
  auto core = reinterpret_cast<const char *(*)()>(
      dlsym(RTLD_DEFAULT, "openblas_get_corename"));
  return core == nullptr ? "" : core();
}

void ct_keep_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20); // the most glibc allows
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

// OpenBLAS with its own threads does not follow at::set_num_threads.
char *ct_threads(int n) {
  return guarded([&] {
    at::set_num_threads(n);
    auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (set)
      set(n);
  });
}

int ct_grad_mode(int on) {
  bool was = at::GradMode::is_enabled();
  at::GradMode::set_enabled(on != 0);
  return was;
}

char *ct_zeros(ct_tensor *out, const int64_t *shape, int dims, int device) {
  return guarded([&] {
    auto where = device < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, c10::DeviceIndex(device));
    give(out, at::zeros(at::IntArrayRef(shape, dims), at::TensorOptions().device(where).dtype(at::kFloat)));
  });
}

// On a GPU several kernels add in whatever order threads come; libtorch takes
// others when asked, and throws where it has none.
void ct_repeatable(void) {
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0); // which older libtorchs insist on
  at::globalContext().setDeterministicAlgorithms(true, false);
#if HAS_FUSED_ATTENTION
  at::globalContext().setDeterministicFillUninitializedMemory(false); // only slow
#endif
}

// On a GPU; for the whole process.
char *ct_tf32(int on) {
  return guarded([&] { at::globalContext().setFloat32MatmulPrecision(on ? "high" : "highest"); });
}

char *ct_autocast(int gpu, int half) {
  return guarded([&] {
#if HAS_AUTOCAST
    const auto device = gpu ? at::kCUDA : at::kCPU;
    at::autocast::set_autocast_dtype(device, half == 2 ? at::kHalf : at::kBFloat16);
    at::autocast::set_autocast_enabled(device, half != 0);
    at::autocast::clear_cache(); // of cast weights, which an update changes
#else
    if (half)
      throw std::runtime_error(half == 2 ? "fp16 needs libtorch 2.4 or newer" : "bf16 needs libtorch 2.4 or newer");
#endif
  });
}

int ct_has_attention(void) { return HAS_FUSED_ATTENTION; }

char *ct_attention(ct_tensor *out, ct_tensor q, ct_tensor k, ct_tensor v, ct_tensor bias, int causal, double p, uint64_t key) {
  return guarded([&] {
#if HAS_FUSED_ATTENTION
    if (p > 0)
      seed(ref(q), key);
    auto mask = bias ? std::optional<Tensor>(ref(bias)) : std::nullopt;
    give(out, at::scaled_dot_product_attention(ref(q), ref(k), ref(v), mask, p, causal != 0, 1.0));
#else
    throw std::runtime_error("this libtorch has no fused attention");
#endif
  });
}

// The driver is asked, whose interface needs no headers of CUDA.
char *ct_gpu_name(int device) {
  char name[256] = "";
  if (void *cuda = dlopen("libcuda.so.1", RTLD_LAZY)) {
    auto init = reinterpret_cast<int (*)(unsigned)>(dlsym(cuda, "cuInit"));
    auto get = reinterpret_cast<int (*)(char *, int, int)>(dlsym(cuda, "cuDeviceGetName"));
    if (!init || !get || init(0) != 0 || get(name, sizeof name, device) != 0)
      name[0] = 0;
  }
  return strdup(name);
}

char *ct_dropout(ct_tensor *out, ct_tensor x, double p, uint64_t key) {
  return guarded([&] { give(out, Dropout::apply(ref(x), p, int64_t(key))); });
}

char *ct_gelu(ct_tensor *out, ct_tensor x, int tanh) {
  return guarded([&] { give(out, at::gelu(ref(x), tanh ? "tanh" : "none")); });
}

char *ct_rms_norm(ct_tensor *out, ct_tensor x, ct_tensor weight, double eps) {
  return guarded([&] {
    const Tensor &t = ref(x);
    give(out, t * t.square().mean(-1, true).add_(eps).rsqrt_() * ref(weight));
  });
}

char *ct_cross_entropy(ct_tensor *out, ct_tensor logits, ct_tensor target) {
  return guarded([&] {
    give(out, CrossEntropy::apply(ref(logits), ref(target), at::GradMode::is_enabled()));
  });
}

char *ct_leaf(ct_tensor *out, ct_tensor x) {
  return guarded([&] { give(out, ref(x).detach().requires_grad_(true)); });
}

char *ct_continue(ct_tensor x, ct_tensor leaf) {
  return guarded([&] {
    Tensor grad = ref(leaf).grad();
    if (!grad.defined())
      return;
    static_cast<Tensor *>(leaf)->mutable_grad().reset();
    ref(x).backward(grad.to(ref(x).scalar_type()));
  });
}

char *ct_grad_norm(ct_tensor *params, int n, double *norm) {
  return guarded([&] {
    std::vector<Tensor> grads;
    for (int i = 0; i < n; i++)
      if (ref(params[i]).grad().defined())
        grads.push_back(ref(params[i]).grad());
    *norm = grads.empty() ? 0 : norms(grads).norm(2).item<double>();
  });
}

char *ct_zero_grad(ct_tensor *params, int n) {
  return guarded([&] {
    for (int i = 0; i < n; i++)
      static_cast<Tensor *>(params[i])->mutable_grad().reset();
  });
}

char *ct_adamw(ct_tensor *params, ct_tensor *m, ct_tensor *v, const uint8_t *decayed, int n, const ct_update *u) {
  return guarded([&] {
    at::NoGradGuard off;
    Updated t;
    std::vector<bool> decays;
    for (int i = 0; i < n; i++) {
      if (!ref(params[i]).grad().defined())
        continue;
      t.p.push_back(ref(params[i]));
      t.g.push_back(ref(params[i]).grad());
      t.m.push_back(ref(m[i]));
      t.v.push_back(ref(v[i]));
      decays.push_back(decayed[i] != 0);
    }
    if (t.p.empty())
      return;
    auto rms = u->rms_scaled ? roots(t.p) : std::vector<double>(t.p.size());
    for (size_t i = 0; i < t.p.size(); i++)
      t.rates.push_back(rates(*u, decays[i], rms[i]));
    if (!plain(t.p[0]) || u->portable)
      return update_any(t, *u);
    for (size_t i = 0; i < t.p.size(); i++)
      update_cpu(t.p[i], t.g[i], t.m[i], t.v[i], t.rates[i], *u);
  });
}
