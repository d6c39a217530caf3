#include "ops/vectors/softmax.h"

#include <ATen/Functions.h>
#include <ATen/OpMathType.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "ops/special/constants.h"
#include "ops/tensor/holds_for_all.h"
#include "ops/tensor/kernel_or_composed.h"
#include "ops/tensor/path.h"
#include "ops/tensor/plain.h"
#include "ops/vectors/rows.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;
using engine::RowKernels;

/// Whether the gradient of a function y(x) is computed from x or from y.
enum class GradientIn : char { kX, kY };

struct Function {
  const char* name;
  RowKernels::Run (RowKernels::*forward)[2];
  RowKernels::Run (RowKernels::*backward)[2];
  Tensor (*composed)(const Tensor& x);
  Tensor (*composed_backward)(const Tensor& gradient, const Tensor& x_or_y);
  GradientIn gradient_in;
};

constexpr Function kLogSoftmax{"LogSoftmax",
                               &RowKernels::log_softmax,
                               &RowKernels::log_softmax_backward,
                               [](const Tensor& x) { return x.log_softmax(-1); },
                               [](const Tensor& gradient, const Tensor& y) {
                                 return at::_log_softmax_backward_data(gradient, y, -1,
                                                                       y.scalar_type());
                               },
                               GradientIn::kY};

constexpr Function kSoftmax{"Softmax",
                            &RowKernels::softmax,
                            &RowKernels::softmax_backward,
                            [](const Tensor& x) { return x.softmax(-1); },
                            [](const Tensor& gradient, const Tensor& y) {
                              return at::_softmax_backward_data(gradient, y, -1, y.scalar_type());
                            },
                            GradientIn::kY};

Tensor wide(const Tensor& x) { return x.to(at::toOpMathType(x.scalar_type())); }

/// Weights with a finite sum.
struct Summed {
  Tensor x, sum;
  Tensor scale;  // the power of 2 by which they were multiplied, or undefined
};

Summed with_finite_sum(const Tensor& x) {
  const Tensor sum = x.sum(-1, /*keepdim=*/true);
  if (holds_for_all(sum, [](double s) { return std::isfinite(s); })) return {x, sum, {}};
  const Tensor scale = at::ones_like(sum).masked_fill(sum == kInfinity, 0x1p-64);
  const Tensor scaled = x * scale;
  return {scaled, scaled.sum(-1, /*keepdim=*/true), scale};
}

/// Adding a constant to the gradient of a vector has no effect. The gradient of the largest weight
/// is subtracted first, so that little cancels when the mean is subtracted.
Tensor normalize_backward(const Tensor& given_gradient, const Tensor& given) {
  if (given.numel() == 0) return at::zeros_like(given);
  const Tensor gradient = wide(given_gradient);
  const auto [x, sum, scale] = with_finite_sum(wide(given));
  const Tensor others = gradient - gradient.gather(-1, x.argmax(-1, /*keepdim=*/true));
  const Tensor mean = (x / sum * others).sum(-1, /*keepdim=*/true);
  const Tensor slope = ((others - mean) / sum).masked_fill(sum == 0, 0);
  return (scale.defined() ? slope * scale : slope).to(given.scalar_type());
}

constexpr Function kNormalize{
    "Normalize",
    &RowKernels::normalize,
    &RowKernels::normalize_backward,
    [](const Tensor& x) { return divided_by_sum(wide(x)).to(x.scalar_type()); },
    normalize_backward,
    GradientIn::kX};

/// `saved` holds x or y, as `gradient_in` says.
struct RowGradient {
  const Function* function;
  Tensor empty;  // a mask of the rows whose gradient is 0; undefined if there are none

  const char* name() const { return function->name; }

  variable_list by_kernel(at::TensorList saved, const Tensor& gradient, Wanted) const {
    if (!engine::has_row_kernel(saved[0])) return {};
    return {filled(engine::run_rows(function->backward, gradient.contiguous(), saved[0]))};
  }
  variable_list composed(at::TensorList saved, const Tensor& gradient, Wanted) const {
    return {filled(function->composed_backward(gradient, saved[0]))};
  }

 private:
  Tensor filled(const Tensor& result) const {
    return empty.defined() ? result.masked_fill(empty, 0) : result;
  }
};

/// A mask of the vectors of -inf alone.
Tensor is_empty(const Tensor& x) { return (x.detach() == -kInfinity).all(-1, /*keepdim=*/true); }

Tensor evaluate(const Function& function, const Tensor& x) {
  const bool is_of_y = function.gradient_in == GradientIn::kY;
  const bool records = requires_graph({&x});
  const auto recorded = [&](Tensor y, const Tensor& empty) {
    if (records) record(y, {&x}, /*saved=*/{is_of_y ? &y : &x}, RowGradient{&function, empty});
    return y;
  };
  return kernel_or_composed(
      [&]() -> Tensor {
        if (!engine::has_row_kernel(x)) return {};
        bool has_empty_row = false;
        Tensor y = engine::run_rows(function.forward, x, {}, &has_empty_row);
        return recorded(std::move(y), has_empty_row && records ? is_empty(x) : Tensor());
      },
      [&] {
        // Leave the gradient to LibTorch if `composed` is LibTorch's own function, or if a function
        // transform or forward-mode autograd needs to see the operations.
        if (!records || is_of_y || !is_unobserved() || x._fw_grad(/*level=*/0).defined())
          return function.composed(x);
        Tensor y;
        {
          const at::NoGradGuard no_grad;
          y = function.composed(x);
        }
        return recorded(std::move(y), /*empty=*/{});
      });
}

}  // namespace

Tensor log_softmax(const Tensor& x, bool may_be_empty) {
  if (!may_be_empty || engine::has_row_kernel(x) || !x.requires_grad() ||
      !at::GradMode::is_enabled()) {
    return evaluate(kLogSoftmax, x);
  }
  const Tensor empty = is_empty(x);
  return evaluate(kLogSoftmax, x.masked_fill(empty, 0)).masked_fill(empty, kNaN);
}

Tensor softmax(const Tensor& x) { return evaluate(kSoftmax, x); }

Tensor normalize(const Tensor& x) { return evaluate(kNormalize, x); }

Tensor divided_by_sum(const Tensor& x) {
  const Summed weights = with_finite_sum(x);
  return weights.x / weights.sum;
}

}  // namespace torch::distributions::ops
