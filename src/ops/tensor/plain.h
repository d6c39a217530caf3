#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/core/DispatchKeySet.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace torch::distributions::ops {

/// The dispatch keys of an ordinary dense CPU tensor. Tensors with other keys (function transforms,
/// other devices, quantized ...) are left to LibTorch's dispatcher.
inline const c10::DispatchKeySet kPlainKeys({c10::DispatchKey::CPU, c10::DispatchKey::AutogradCPU,
                                             c10::DispatchKey::ADInplaceOrView,
                                             c10::DispatchKey::AutocastCPU,
                                             c10::DispatchKey::BackendSelect});

inline bool is_plain(c10::DispatchKeySet keys) {
  // Compare raw bits, because operator- of DispatchKeySet keeps backend bits.
  return (keys.raw_repr() & ~kPlainKeys.raw_repr()) == 0;
}
inline bool is_plain(const at::Tensor& t) { return is_plain(t.key_set()); }

/// `t` as a contiguous tensor without lazy negation or conjugation, which `contiguous()` would
/// keep. Code that reads memory must check `is_plain`, or read the result of this function.
inline at::Tensor dense(const at::Tensor& t) {
  return is_plain(t) ? t.contiguous() : at::empty(t.sizes(), t.options()).copy_(t);
}

/// Whether no function transform, tracer or the like intercepts this thread's operations.
inline bool is_unobserved() { return is_plain(c10::impl::tls_local_dispatch_key_set().included_); }

}  // namespace torch::distributions::ops
