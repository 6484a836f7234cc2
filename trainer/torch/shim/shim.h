#ifndef CORPUS_SHIM_H
#define CORPUS_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A torch::Tensor*, the same as libtch's tensor.
typedef void *ct_tensor;

// Every function that can fail returns NULL, or a message to be freed.

const char *ct_version(void); // of the headers
char *ct_config(void);        // how the loaded library was built, to be freed
const char *ct_blas_core(void); // what OpenBLAS takes the processor for, or ""
void ct_keep_memory(void);
char *ct_threads(int n);
int ct_grad_mode(int on);

char *ct_zeros(ct_tensor *out, const int64_t *shape, int dims, int device);
void ct_repeatable(void);
char *ct_tf32(int on);
char *ct_autocast(int gpu, int half); // of this thread: 0 float32, 1 bf16, 2 fp16
char *ct_gpu_name(int device); // to be freed; "" when it is not known

int ct_has_attention(void);
// bias may be NULL.
char *ct_attention(ct_tensor *out, ct_tensor q, ct_tensor k, ct_tensor v, ct_tensor bias, int causal, double p, uint64_t key);
char *ct_dropout(ct_tensor *out, ct_tensor x, double p, uint64_t key);
char *ct_gelu(ct_tensor *out, ct_tensor x, int tanh);
char *ct_rms_norm(ct_tensor *out, ct_tensor x, ct_tensor weight, double eps);
// The logits are overwritten when gradients are recorded.
char *ct_cross_entropy(ct_tensor *out, ct_tensor logits, ct_tensor target);

// x without what it was made of, to collect a gradient.
char *ct_leaf(ct_tensor *out, ct_tensor x);
// Backward from x with the gradient that leaf has, if any, which is freed.
char *ct_continue(ct_tensor x, ct_tensor leaf);

char *ct_grad_norm(ct_tensor *params, int n, double *norm);
char *ct_zero_grad(ct_tensor *params, int n);

// One AdamW update; see shim.go for the fields.
typedef struct {
  double lr, beta1, beta2, eps, decay, clip;
  int64_t step;
  int rms_scaled, portable;
} ct_update;

char *ct_adamw(ct_tensor *params, ct_tensor *m, ct_tensor *v,
               const uint8_t *decayed, int n, const ct_update *u);

#ifdef __cplusplus
}
#endif
#endif
