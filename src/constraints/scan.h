#pragma once

#include <ATen/ExpandUtils.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/core/DispatchKeySet.h>
#include <c10/util/SmallVector.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include <torch/distributions/constraints/constraint.h>

#include "core/raise.h"

/// Loops over the memory of CPU tensors for `Constraint::first_violation`: without dispatch and
/// temporaries, and with an early exit.
namespace torch::distributions::constraints::scan {

/// Whether the elements of `tensor` can be read from memory: a strided CPU tensor of a plain dtype
/// without a wrapper (functorch, Python subclass, lazy conjugation ...) around it.
inline bool readable(const Tensor& tensor) {
  using c10::DispatchKey;
  constexpr c10::DispatchKeySet kPlain({DispatchKey::CPU, DispatchKey::ADInplaceOrView,
                                        DispatchKey::AutogradCPU, DispatchKey::AutocastCPU});
  if (!tensor.defined() || (tensor.key_set().raw_repr() & ~kPlain.raw_repr()) != 0) return false;
  return core::holds_numbers(tensor.scalar_type());
}

/// A bound. Its tensor is undefined if the bound is a number.
struct Bound {
  Bound(const Param& param, const Tensor& value)
      : number(param.number()), is_number(param.is_number()), is_integer(param.is_integer()) {
    // Integers are compared with a list as doubles, so that the list keeps its digits.
    if (!is_number) {
      tensor = param.tensor(value.is_floating_point() ? value.options()
                                                      : value.options().dtype(at::kDouble));
    }
  }

  Tensor tensor;
  double number;
  bool is_number, is_integer;
};

/// The dtype in which `comparable(value)` is compared with the bounds, or nullopt if it differs
/// between them.
std::optional<at::ScalarType> common_dtype(const Tensor& value, c10::ArrayRef<Bound> bounds);

/// Copies `n` elements of `dtype`, `stride` elements apart, to `out`.
template <class T>
void gather(const void* data, at::ScalarType dtype, int64_t stride, int64_t n, T* out) {
  const auto copy = [=]<class Source>(const Source* source) {
    for (int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(source[i * stride]);
  };
  switch (dtype) {
    case at::kDouble:
      return copy(static_cast<const double*>(data));
    case at::kFloat:
      return copy(static_cast<const float*>(data));
    case at::kHalf:
      return copy(static_cast<const c10::Half*>(data));
    case at::kBFloat16:
      return copy(static_cast<const c10::BFloat16*>(data));
    case at::kLong:
      return copy(static_cast<const int64_t*>(data));
    case at::kInt:
      return copy(static_cast<const int32_t*>(data));
    case at::kShort:
      return copy(static_cast<const int16_t*>(data));
    case at::kChar:
      return copy(static_cast<const int8_t*>(data));
    case at::kByte:
      return copy(static_cast<const uint8_t*>(data));
    default:
      return copy(static_cast<const bool*>(data));
  }
}

/// `x` rounded to `dtype`.
template <class T>
T rounded(T x, at::ScalarType dtype) {
  switch (dtype) {
    case at::kHalf:
      return static_cast<T>(static_cast<c10::Half>(static_cast<float>(x)));
    case at::kBFloat16:
      return static_cast<T>(static_cast<c10::BFloat16>(static_cast<float>(x)));
    default:
      return x;
  }
}

/// The elements of a tensor or a number, broadcast to a shape, as `T` in row-major order.
template <class T>
class Elements {
 public:
  static constexpr int64_t kBlock = 256;

  Elements(const Tensor& tensor, IntArrayRef shape, at::ScalarType common)
      : data_(static_cast<const char*>(tensor.const_data_ptr())), dtype_(tensor.scalar_type()) {
    if (tensor.numel() == 1) {
      T x;
      gather(data_, dtype_, 0, 1, &x);
      fill(rounded(x, common), c10::multiply_integers(shape));
      return;
    }
    flat_ = dtype_ == c10::CppTypeToScalarType<T>::value && tensor.is_contiguous() &&
            tensor.sizes() == shape;
    if (flat_) return;
    shape_ = shape;
    strides_.resize(shape.size(), 0);
    const auto extra = static_cast<int64_t>(shape.size()) - tensor.dim();
    for (int64_t d = 0; d < tensor.dim(); ++d) {
      if (tensor.size(d) != 1) strides_[static_cast<std::size_t>(d + extra)] = tensor.stride(d);
    }
  }

  Elements(double number, IntArrayRef shape, at::ScalarType common) {
    fill(rounded(static_cast<T>(number), common), c10::multiply_integers(shape));
  }

  static Elements of(const Bound& bound, IntArrayRef shape, at::ScalarType common) {
    return bound.is_number ? Elements(bound.number, shape, common)
                           : Elements(bound.tensor, shape, common);
  }

  /// Elements `start` to `start + n`; `n` is at most `kBlock`.
  const T* block(int64_t start, int64_t n) {
    if (constant_) return buffer_.data();
    if (flat_) return reinterpret_cast<const T*>(data_) + start;
    copy(start, n, buffer_.data());
    return buffer_.data();
  }

  /// Elements `start` to `start + n`, for any `n`. Points into the tensor if they are contiguous
  /// there as `T`, else copies them to `out`.
  template <class Buffer>
  const T* run(int64_t start, int64_t n, Buffer& out) {
    if (flat_) return reinterpret_cast<const T*>(data_) + start;
    out.resize(static_cast<std::size_t>(n));
    if (constant_) {
      std::fill(out.begin(), out.end(), buffer_[0]);
    } else {
      copy(start, n, out.data());
    }
    return out.data();
  }

 private:
  void fill(T x, int64_t numel) {
    constant_ = true;
    std::fill_n(buffer_.begin(), std::clamp<int64_t>(numel, 1, kBlock), x);
  }

  void copy(int64_t start, int64_t n, T* out) const {
    const auto last = static_cast<int64_t>(shape_.size()) - 1;
    const auto element_size = static_cast<int64_t>(c10::elementSize(dtype_));
    while (n > 0) {
      int64_t rest = start, offset = 0;
      for (int64_t d = last; d >= 0; --d) {
        const auto at = static_cast<std::size_t>(d);
        offset += rest % shape_[at] * strides_[at];
        rest /= shape_[at];
      }
      const auto inner = static_cast<std::size_t>(last);
      const int64_t count = std::min(n, shape_[inner] - start % shape_[inner]);
      gather(data_ + offset * element_size, dtype_, strides_[inner], count, out);
      start += count, n -= count, out += count;
    }
  }

  const char* data_ = nullptr;
  at::ScalarType dtype_ = at::kFloat;
  bool constant_ = false, flat_ = false;
  at::DimVector shape_, strides_;
  std::array<T, kBlock> buffer_;
};

/// Calls `pass` with a zero of the C++ type in which numbers of `dtype` are compared.
template <class Pass>
auto with_compute_type(at::ScalarType dtype, Pass pass) {
  switch (dtype) {
    case at::kDouble:
      return pass(double{});
    case at::kFloat:
    case at::kHalf:
    case at::kBFloat16:
      return pass(float{});
    default:
      return pass(int64_t{});
  }
}

/// The first index in `shape` at which `good(value, bounds...)` is false, after broadcasting.
template <class T, class Good, std::size_t... I>
std::optional<int64_t> first_bad(const Tensor& value, const std::array<Bound, sizeof...(I)>& bounds,
                                 IntArrayRef shape, at::ScalarType common, Good good,
                                 std::index_sequence<I...>) {
  Elements<T> values(value, shape, common);
  [[maybe_unused]] std::array<Elements<T>, sizeof...(I)> limits{
      Elements<T>::of(bounds[I], shape, common)...};
  const int64_t numel = c10::multiply_integers(shape);
  for (int64_t start = 0; start < numel; start += Elements<T>::kBlock) {
    const int64_t n = std::min(Elements<T>::kBlock, numel - start);
    const T* const x = values.block(start, n);
    [[maybe_unused]] const std::array<const T*, sizeof...(I)> limit{limits[I].block(start, n)...};
    // Check the whole block without branches, so that the compiler can vectorize the loop.
    std::uint8_t bad = 0;
    for (int64_t i = 0; i < n; ++i) {
      bad = static_cast<std::uint8_t>(bad | !good(x[i], limit[I][i]...));
    }
    if (bad == 0) continue;
    for (int64_t i = 0; i < n; ++i) {
      if (!good(x[i], limit[I][i]...)) return start + i;
    }
  }
  return std::nullopt;
}

/// `constraint.first_violation(value)`, where the set contains x if `good(x, bounds...)`. The
/// bounds broadcast, and are compared as in `compare.h`. Falls back to `constraint.check` if memory
/// cannot be read or the bounds are compared in different dtypes.
template <class Good, std::same_as<Param>... Bounds>
std::optional<int64_t> first_violation(const Constraint& constraint, const Tensor& value, Good good,
                                       const Bounds&... params) {
  const std::array<Bound, sizeof...(params)> bounds{Bound(params, value)...};
  bool direct = readable(value);
  for (const Bound& bound : bounds) direct = direct && (bound.is_number || readable(bound.tensor));
  const auto common = direct ? common_dtype(value, bounds) : std::nullopt;
  if (!common) return constraint.Constraint::first_violation(value);

  at::DimVector shape(value.sizes());
  for (const Bound& bound : bounds) {
    if (bound.is_number || bound.tensor.sizes() == IntArrayRef(shape)) continue;
    shape = at::infer_size_dimvector(shape, bound.tensor.sizes());
  }
  return with_compute_type(*common, [&]<class T>(T) {
    return first_bad<T>(value, bounds, shape, *common, good, std::index_sequence_for<Bounds...>());
  });
}

/// \throws c10::ValueError if `value` has fewer dimensions than an event.
inline void require_event(const Constraint& constraint, const Tensor& value) {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, value.dim() >= constraint.event_dim(), constraint,
                            ": Expected value.dim() >= ", constraint.event_dim(), " but got ",
                            value.dim());
}

/// Calls `pass(i, good(elements))` for each event i of a readable value, until it returns false.
/// `elements` points to the event's elements in row-major order.
template <class Good, class Pass>
void each_event(const Tensor& value, int64_t event_dim, Good good, Pass pass) {
  const IntArrayRef sizes = value.sizes();
  const auto batch_dim = static_cast<std::size_t>(value.dim() - event_dim);
  const int64_t events = c10::multiply_integers(sizes.slice(0, batch_dim));
  const int64_t size = c10::multiply_integers(sizes.slice(batch_dim));
  with_compute_type(value.scalar_type(), [&]<class T>(T) {
    Elements<T> elements(value, sizes, value.scalar_type());
    c10::SmallVector<T, 64> buffer;
    for (int64_t i = 0; i < events; ++i) {
      if (!pass(i, good(elements.run(i * size, size, buffer)))) return;
    }
  });
}

/// `constraint.first_violation(value)`, where the set contains an event if `good(elements)`. An
/// event has `constraint.event_dim()` dimensions.
template <class Good>
std::optional<int64_t> first_violation_of_events(const Constraint& constraint, const Tensor& value,
                                                 Good good) {
  if (value.dim() < constraint.event_dim() || !readable(value))
    return constraint.Constraint::first_violation(value);
  std::optional<int64_t> first;
  each_event(value, constraint.event_dim(), good, [&](int64_t i, bool is_good) {
    if (!is_good) first = i;
    return is_good;
  });
  return first;
}

/// `constraint.check(value)` for a readable value, by `good(elements)` of each event.
template <class Good>
Tensor check_events(const Constraint& constraint, const Tensor& value, Good good) {
  const auto batch_dim = static_cast<std::size_t>(value.dim() - constraint.event_dim());
  Tensor result = at::empty(value.sizes().slice(0, batch_dim), value.options().dtype(at::kBool));
  auto* const to = result.mutable_data_ptr<bool>();
  each_event(value, constraint.event_dim(), good, [to](int64_t i, bool is_good) {
    to[i] = is_good;
    return true;
  });
  return result;
}

/// Whether x is an integer; false for infinities and NaN.
template <class T>
bool is_integer(T x) {
  if constexpr (std::is_integral_v<T>) {
    return true;
  } else {
    // Numbers from kFirst on are integers. Adding kFirst rounds smaller numbers to integers.
    constexpr T kFirst = T{1} / std::numeric_limits<T>::epsilon();
    const T magnitude = std::abs(x);
    return (((magnitude + kFirst) - kFirst == magnitude) | (magnitude >= kFirst)) &
           (magnitude <= std::numeric_limits<T>::max());
  }
}

}  // namespace torch::distributions::constraints::scan
