#pragma once

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <torch/csrc/autograd/autograd.h>

#include <limits>
#include <string>
#include <vector>

// Short forms of what many tests write.

namespace torch::distributions::test {

using at::Tensor;

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

inline const at::TensorOptions kDoubles(at::kDouble);

inline Tensor doubles(std::vector<double> values) { return at::tensor(values, at::kDouble); }
inline Tensor number(double x) { return at::full({}, x, at::kDouble); }

/// The gradient of the sum of `y` with respect to `x`. Keeps the graph.
inline Tensor gradient(const Tensor& y, const Tensor& x, bool create_graph = false) {
  return autograd::grad({y.sum()}, {x}, {}, /*retain_graph=*/true, create_graph)[0];
}

/// The message of the c10::ValueError that `f` throws, or "accepted".
template <class F>
std::string refusal(F&& f) {
  try {
    f();
  } catch (const c10::ValueError& e) {
    return e.what_without_backtrace();
  }
  return "accepted";
}

}  // namespace torch::distributions::test
