#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/core/DispatchKeySet.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace torch::distributions::ops {

/// Dispatch keys of a dense tensor on the CPU about which nothing is special. What has another (a
/// tensor of a function transform, of another device, quantised ...) is for LibTorch to dispatch.
inline const c10::DispatchKeySet kPlainKeys({c10::DispatchKey::CPU, c10::DispatchKey::AutogradCPU,
                                             c10::DispatchKey::ADInplaceOrView,
                                             c10::DispatchKey::AutocastCPU,
                                             c10::DispatchKey::BackendSelect});

inline bool is_plain(c10::DispatchKeySet keys) {
  // The bits themselves: the set's own difference keeps those of backends.
  return (keys.raw_repr() & ~kPlainKeys.raw_repr()) == 0;
}
inline bool is_plain(const at::Tensor& t) { return is_plain(t.key_set()); }

/// The tensor, so that its elements lie in memory one behind the other: `contiguous()` leaves a
/// lazy negation or conjugation to be carried out by the reader. Whatever reads memory asks
/// `is_plain` first, or reads what comes from here.
inline at::Tensor dense(const at::Tensor& t) {
  return is_plain(t) ? t.contiguous() : at::empty(t.sizes(), t.options()).copy_(t);
}

/// Whether nothing watches the operations of this thread: a function transform, tracing, ...
inline bool is_unobserved() { return is_plain(c10::impl::tls_local_dispatch_key_set().included_); }

}  // namespace torch::distributions::ops
