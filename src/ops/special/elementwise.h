#pragma once

#include <ATen/TensorIterator.h>
#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <cstdint>
#include <cstring>
#include <utility>

#include "ops/special/tensor_scalar.h"
#include "ops/tensor/plain.h"

namespace torch::distributions::ops::special {

using at::Tensor;

/// While an instance exists, this thread computes special functions by tensor operations even on
/// the CPU. Tests use it to run the code of other devices.
class TensorOperationsGuard {
 public:
  TensorOperationsGuard() : previous_(std::exchange(active_, true)) {}
  ~TensorOperationsGuard() { active_ = previous_; }
  TensorOperationsGuard(const TensorOperationsGuard&) = delete;
  TensorOperationsGuard& operator=(const TensorOperationsGuard&) = delete;

  static bool active() { return active_; }

 private:
  inline static thread_local bool active_ = false;
  bool previous_;
};

namespace detail {

template <class Scalar, class F, size_t... i>
void elementwise_loop(at::TensorIterator& iterator, const F& f, std::index_sequence<i...>) {
  // An element costs tens to thousands of cycles, so even small chunks are worth a thread.
  constexpr int64_t kGrainSize = 1024;
  constexpr size_t kOperands = 1 + sizeof...(i);
  iterator.for_each(
      [&f](char** data, const int64_t* strides, int64_t columns, int64_t rows) {
        for (int64_t row = 0; row < rows; ++row) {
          const auto address = [&](size_t operand, int64_t column) {
            return data[operand] + row * strides[kOperands + operand] + column * strides[operand];
          };
          const auto load = [&](size_t operand, int64_t column) {
            Scalar element;
            std::memcpy(&element, address(operand, column), sizeof element);
            return static_cast<double>(element);
          };
          for (int64_t column = 0; column < columns; ++column) {
            const auto result = static_cast<Scalar>(f(load(i + 1, column)...));
            std::memcpy(address(0, column), &result, sizeof result);
          }
        }
      },
      kGrainSize);
}

}  // namespace detail

/// Applies `f` to float or double tensors of one dtype, with broadcasting. `f` takes doubles as
/// well as TensorScalars. The computation is in double: on the CPU as a parallel loop over the
/// elements, elsewhere by tensor operations (in the tensors' dtype on MPS, which has no double).
template <class F, class... Tensors>
Tensor elementwise(const F& f, const Tensor& first, const Tensors&... rest) {
  const auto dtype = first.scalar_type();
  if (!(is_plain(first) && ... && is_plain(rest)) || TensorOperationsGuard::active()) {
    const bool has_doubles = !(first.is_mps() || ... || rest.is_mps());
    const auto compute_dtype = has_doubles ? at::kDouble : dtype;
    const auto scalar = [&](const Tensor& x) { return TensorScalar(x.to(compute_dtype)); };
    return f(scalar(first), scalar(rest)...).tensor().to(dtype);
  }
  at::TensorIteratorConfig config;
  config.add_owned_output(Tensor()).add_owned_const_input(first);
  (config.add_owned_const_input(rest), ...);
  auto iterator = config.check_all_same_dtype(true).build();
  constexpr auto kInputs = std::make_index_sequence<1 + sizeof...(rest)>();
  if (dtype == at::kDouble) {
    detail::elementwise_loop<double>(iterator, f, kInputs);
  } else {
    TORCH_INTERNAL_ASSERT(dtype == at::kFloat);
    detail::elementwise_loop<float>(iterator, f, kInputs);
  }
  return iterator.output();
}

}  // namespace torch::distributions::ops::special
