#pragma once

#include <ATen/ATen.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/transforms/transform.h>

#include <string>
#include <vector>

/// For tests of CatTransform and StackTransform.

namespace torch::distributions::test {

/// A tensor of different numbers between -2 and 2.
inline Tensor numbers(IntArrayRef shape) {
  const auto n = static_cast<double>(c10::multiply_integers(shape));
  return (at::arange(n, at::kDouble) * 0.37).sin().mul(2).view(shape);
}

/// The message of the ValueError that a call throws.
template <class Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const c10::ValueError& error) {
    return error.what_without_backtrace();
  }
  return "no ValueError";
}

/// Maps a vector x to exp(x) as a matrix of one column: the event of y has one dimension more than that of x.
class ColumnTransform final : public ImplementsTransform<ColumnTransform> {
 public:
  bool bijective() const override { return true; }
  ConstraintPtr domain() const override { return constraints::real_vector; }
  ConstraintPtr codomain() const override {
    return constraints::independent(constraints::positive, 2);
  }
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override {
    std::vector<int64_t> longer = shape.vec();
    longer.push_back(1);
    return longer;
  }
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override {
    return shape.slice(0, shape.size() - 1).vec();
  }

 private:
  Tensor do_forward(const Tensor& x) const override { return x.exp().unsqueeze(-1); }
  Tensor do_inverse(const Tensor& y) const override { return y.squeeze(-1).log(); }
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& /*y*/) const override {
    return x.sum(-1);
  }
};

}  // namespace torch::distributions::test
