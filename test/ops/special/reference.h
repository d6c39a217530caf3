#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ops/special/elementwise.h"
#include "ops/special/tensor_scalar.h"
#include "support/test_dir.h"

/// Checks special functions against data.json, which generate.py writes.

namespace torch::distributions::ops::special::test {

using at::Tensor;
using Function = std::function<Tensor(const std::vector<Tensor>&)>;

/// The largest errors allowed, in units of epsilon times max(1, |reference|), or times |reference|
/// if relative.
struct Limits {
  double value;
  double gradient;
  bool relative = false;
  bool relative_gradient = false;
  /// Units added for each unit of |log |reference||, for probabilities: they are exponentials of
  /// numbers of that size.
  double value_per_log = 0;
  double gradient_per_log = 0;
};

/// The columns of a function's table: arguments, value, first derivatives, and for some functions a
/// second derivative.
inline std::vector<Tensor> reference_columns(const std::string& name) {
  static const auto data = [] {
    std::ifstream file(distributions::test::test_dir() / "ops/special/data.json");
    return nlohmann::json::parse(file);
  }();
  const auto rows = data.at(name).get<std::vector<std::vector<double>>>();
  const auto width = static_cast<int64_t>(rows.at(0).size());
  std::vector<double> flat;
  for (const auto& row : rows) flat.insert(flat.end(), row.begin(), row.end());
  return at::tensor(flat, at::kDouble).view({-1, width}).t().contiguous().unbind();
}

/// Expects `actual` to be within `limit` units of `expected`.
inline void expect_close(const std::string& what, const Tensor& actual, const Tensor& expected,
                         const std::vector<Tensor>& args, double epsilon, double limit,
                         bool relative, double per_log) {
  ASSERT_EQ(actual.sizes(), expected.sizes()) << what;
  const Tensor got = actual.detach().to(at::kDouble);
  const Tensor size = expected.abs();
  const Tensor unit = epsilon * (relative ? size : size.clamp_min(1));
  const Tensor allowed = limit + per_log * size.log().abs();
  const Tensor error = ((got - expected).abs() / unit / allowed)
                           .masked_fill(got == expected, 0)
                           .nan_to_num(INFINITY);
  const double worst = error.max().item<double>();
  if (worst <= 1) return;
  const auto i = error.argmax();
  auto message = testing::Message() << what << " at (";
  for (const auto& arg : args) message << arg[i.item<int64_t>()].item<double>() << " ";
  ADD_FAILURE() << message << "): " << got[i.item<int64_t>()].item<double>() << " instead of "
                << expected[i.item<int64_t>()].item<double>() << ", " << worst
                << " times the error allowed";
}

/// Checks value and gradients in double, and in float for the rows whose arguments are floats; then
/// both again by tensor operations.
inline void expect_accurate(const std::string& name, size_t arity, const Function& f,
                            const Limits& limits) {
  const auto columns = reference_columns(name);
  const std::vector<Tensor> all_args(columns.begin(),
                                     columns.begin() + static_cast<int64_t>(arity));

  const auto check = [&](const std::string& how, at::ScalarType dtype, const Tensor& rows) {
    const double epsilon = dtype == at::kDouble ? std::numeric_limits<double>::epsilon()
                                                : std::numeric_limits<float>::epsilon();
    std::vector<Tensor> args, leaves;
    for (const auto& arg : all_args) args.push_back(arg.index({rows}));
    for (const auto& arg : args)
      leaves.push_back(arg.to(dtype, false, /*copy=*/true).requires_grad_());
    const auto expected = [&](size_t k) { return columns[arity + k].index({rows}); };
    const Tensor value = f(leaves);
    ASSERT_EQ(value.scalar_type(), dtype);
    expect_close(name + how, value, expected(0), args, epsilon, limits.value, limits.relative,
                 limits.value_per_log);
    const auto gradients = autograd::grad({value.sum()}, leaves);
    for (size_t i = 0; i < arity; ++i) {
      expect_close(name + how + ", derivative in argument " + std::to_string(i), gradients[i],
                   expected(i + 1), args, epsilon, limits.gradient, limits.relative_gradient,
                   limits.gradient_per_log);
    }
  };

  const Tensor all_rows = at::arange(all_args[0].numel());
  Tensor are_floats = at::ones({all_args[0].numel()}, at::kBool);
  const float largest = 1e37f, smallest = 1e-36f;
  for (size_t k = 0; k < columns.size(); ++k) {
    const auto& column = columns[k];
    if (k < arity)
      are_floats = are_floats.logical_and(column.to(at::kFloat).to(at::kDouble) == column);
    are_floats =
        are_floats.logical_and((column.abs() < largest).logical_and(column.abs() > smallest));
  }
  const Tensor float_rows = are_floats.nonzero().flatten();
  ASSERT_GE(float_rows.numel(), 5);

  check("", at::kDouble, all_rows);
  check(" in float", at::kFloat, float_rows);
  TensorOperationsGuard guard;
  check(" by tensor operations", at::kDouble, all_rows);
  check(" in float by tensor operations", at::kFloat, float_rows);
}

}  // namespace torch::distributions::ops::special::test
