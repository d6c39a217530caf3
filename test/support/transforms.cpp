#include "support/transforms.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <tuple>
#include <vector>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/joint.h>
#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/constraints/simplex.h>
#include <torch/distributions/utils.h>

#include "core/float_limits.h"
#include "support/families.h"
#include "support/gradcheck.h"
#include "support/test_dir.h"

namespace torch::distributions::test {
namespace {

using nlohmann::json;

constexpr double kEpsilons = 8;

at::ScalarType dtype_of(const json& golden) {
  return golden.at("dtype") == "float32" ? at::kFloat : at::kDouble;
}

Tensor numbers(const json& list) {
  std::vector<double> values;
  for (const json& number : list) {
    values.push_back(number.is_string() ? std::stod(number.get<std::string>())
                                        : number.get<double>());
  }
  return at::tensor(values, at::kDouble);
}

Param param(const json& value, at::ScalarType dtype) {
  if (value.is_array()) return numbers(value).to(dtype);
  return value.is_number_integer() ? Param(value.get<int64_t>()) : Param(value.get<double>());
}

Arguments arguments_of(const json& arguments, at::ScalarType dtype) {
  const auto nested = [dtype](const json& pair) {
    return make_transform(pair.at(0), arguments_of(pair.at(1), dtype));
  };
  Arguments given;
  for (const auto& [key, value] : arguments.items()) {
    if (key == "parts" || key == "tseq") {
      std::vector<TransformPtr> parts;
      for (const json& part : value) parts.push_back(nested(part));
      given.emplace(key, std::move(parts));
    } else if (key == "base_transform") {
      given.emplace(key, nested(value));
    } else if (key == "distribution") {
      given.emplace(key, make(value.at(0), arguments_of(value.at(1), dtype)));
    } else if (key.ends_with("_shape")) {
      given.emplace(key, value.get<std::vector<int64_t>>());
    } else {
      given.emplace(key, param(value, dtype));
    }
  }
  return given;
}

using Shape = std::vector<int64_t>;

/// Compares `function(golden["of"])` with `golden["value"]`, element by element.
/// \param shape The shape of the points.
template <class Function>
void expect_values(const json& golden, const Shape& shape, at::ScalarType dtype,
                   Function function) {
  const Tensor points = numbers(golden.at("of")).to(dtype).view(shape),
               want = numbers(golden.at("value"));
  const Tensor result = function(points);
  EXPECT_EQ(result.scalar_type(), dtype);
  ASSERT_EQ(result.numel(), want.numel());
  const Tensor got = result.to(at::kDouble).reshape(-1),
               magnitude = numbers(golden.at("magnitude"));
  const FloatLimits limits = float_limits(dtype);
  for (int64_t i = 0; i < want.numel(); ++i) {
    const double expected = want[i].item<double>(), actual = got[i].item<double>();
    if (actual == expected) continue;
    const double unit = limits.epsilon * magnitude[i].item<double>() + limits.least;
    EXPECT_LE(std::abs(actual - expected) / unit, kEpsilons)
        << "got " << actual << ", not " << expected << ", of " << points;
  }
}

void expect_case(const json& golden) {
  const at::ScalarType dtype = dtype_of(golden);
  const TransformPtr t =
      make_transform(golden.at("transform"), arguments_of(golden.at("arguments"), dtype));
  EXPECT_EQ(format_as(t), golden.at("repr"));
  EXPECT_EQ(format_as(t->inv()), golden.at("inverse_repr"));
  EXPECT_EQ(format_as(t->domain()), golden.at("domain"));
  EXPECT_EQ(format_as(t->codomain()), golden.at("codomain"));
  EXPECT_EQ(format_as(t->inv()->domain()), golden.at("codomain"));
  EXPECT_EQ(t->bijective(), golden.at("bijective"));
  EXPECT_EQ(t->inv()->bijective(), golden.at("bijective"));
  if (golden.at("sign").is_null()) {
    EXPECT_THROW(t->sign(), c10::NotImplementedError);
  } else {
    EXPECT_EQ(t->sign().item<double>(), golden.at("sign"));
    EXPECT_EQ(t->inv()->sign().item<double>(), golden.at("sign"));
  }
  const auto before = golden.at("forward_shape")[0].get<Shape>(),
             after = golden.at("inverse_shape")[0].get<Shape>();
  EXPECT_EQ(t->forward_shape(before), golden.at("forward_shape")[1].get<Shape>());
  EXPECT_EQ(t->inverse_shape(after), golden.at("inverse_shape")[1].get<Shape>());
  EXPECT_EQ(t->inv()->forward_shape(after), golden.at("inverse_shape")[1].get<Shape>());
  EXPECT_EQ(t->inv()->inverse_shape(before), golden.at("forward_shape")[1].get<Shape>());

  expect_values(golden.at("y"), before, dtype, [&](const Tensor& x) { return t(x); });
  expect_values(golden.at("x"), after, dtype, [&](const Tensor& y) { return t->inv()(y); });
  if (!t->bijective()) {
    const Tensor x = at::zeros(before);
    EXPECT_THROW(t->log_abs_det_jacobian(x, t(x)), c10::NotImplementedError);
    return;
  }
  expect_values(golden.at("ladj"), before, dtype,
                [&](const Tensor& x) { return t->log_abs_det_jacobian(x, t(x)); });
  expect_values(golden.at("ladj"), before, dtype,
                [&](const Tensor& x) { return t->inv()->log_abs_det_jacobian(t(x), x).neg(); });
}

}  // namespace

void expect_golden(const std::string& transform) {
  const std::string path = test_dir() / "transforms/transforms.json";
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  const json golden_data = json::parse(file);
  int count = 0;
  for (const json& golden : golden_data.at("cases")) {
    if (golden.at("transform") != transform) continue;
    SCOPED_TRACE(golden.at("dtype").get<std::string>() + ", " + golden.at("arguments").dump());
    expect_case(golden);
    ++count;
  }
  EXPECT_GE(count, 2) << "no golden case of " << transform;
}

void expect_differentiable(const Transform& transform, const Tensor& x) {
  const Tensor y = transform(x.to(at::kDouble)).detach();
  const auto forward = [&](const std::vector<Tensor>& in) { return transform(in[0]); };
  EXPECT_TRUE(gradcheck(forward, {x})) << transform;
  EXPECT_TRUE(gradgradcheck(forward, {x})) << transform;
  const TransformPtr inverse = transform.inv();
  const auto backward = [&](const std::vector<Tensor>& in) { return inverse(in[0]); };
  EXPECT_TRUE(gradcheck(backward, {y})) << *inverse;
  EXPECT_TRUE(gradgradcheck(backward, {y})) << *inverse;
  if (!transform.bijective()) return;
  const auto ladj = [&](const std::vector<Tensor>& in) {
    return transform.log_abs_det_jacobian(in[0], transform(in[0]));
  };
  EXPECT_TRUE(gradcheck(ladj, {x})) << transform;
  EXPECT_TRUE(gradgradcheck(ladj, {x})) << transform;
}

Tensor independent_elements(const Constraint& set, const Tensor& y) {
  if (const auto* batch = dynamic_cast<const constraints::IndependentConstraint*>(&set))
    return independent_elements(batch->base_constraint(), y);
  if (const auto* cat = dynamic_cast<const constraints::Cat*>(&set)) {
    std::vector<Tensor> parts = y.split_with_sizes(cat->lengths(), cat->dim());
    for (std::size_t i = 0; i < parts.size(); ++i)
      parts[i] = independent_elements(cat->cseq()[i], parts[i]);
    return at::cat(parts, cat->dim());
  }
  if (const auto* stack = dynamic_cast<const constraints::Stack*>(&set)) {
    std::vector<Tensor> parts = y.unbind(stack->dim());
    for (std::size_t i = 0; i < parts.size(); ++i)
      parts[i] = independent_elements(stack->cseq()[i], parts[i]);
    return at::stack(parts, stack->dim());
  }
  if (dynamic_cast<const constraints::Simplex*>(&set) != nullptr)
    return y.slice(-1, 0, y.size(-1) - 1);
  if (dynamic_cast<const constraints::CorrCholesky*>(&set) != nullptr)
    return tril_matrix_to_vec(y, -1);
  return y;
}

void expect_bijection(const Transform& transform, const Tensor& x) {
  const int64_t event_dim = transform.domain()->event_dim();
  const Tensor input = x.detach().to(at::kDouble).requires_grad_();
  const Tensor y = transform(input);
  EXPECT_TRUE(transform.codomain()->check(y).all().item<bool>()) << transform;
  EXPECT_EQ(y.sizes().vec(), transform.forward_shape(input.sizes()));
  EXPECT_EQ(input.sizes().vec(), transform.inverse_shape(y.sizes()));

  const Tensor ladj = transform.log_abs_det_jacobian(input, y);
  const auto batch = input.sizes().slice(0, static_cast<std::size_t>(input.dim() - event_dim));
  ASSERT_EQ(ladj.sizes(), batch) << transform;
  const Tensor back = transform.inv()(y);
  Tensor tolerance = 1e-10 * (1 + input.abs());
  // One rounding of y, which may be large beside its change by x.
  if (y.sizes() == ladj.sizes()) tolerance = tolerance + 0x1p-52 * y.abs() * ladj.neg().exp();
  EXPECT_TRUE((back - input).abs().le(tolerance).all().item<bool>())
      << transform << ": " << back << " instead of " << input;
  const int64_t count = c10::multiply_integers(batch), size = input.numel() / count;
  const Tensor independent = independent_elements(transform.codomain(), y);
  ASSERT_EQ(independent.numel(), input.numel()) << transform;
  const Tensor events = independent.reshape({count, size});
  for (int64_t event = 0; event < count; ++event) {
    std::vector<Tensor> rows{input.new_empty({0, size})};
    for (int64_t i = 0; i < size; ++i) {
      const auto gradient = autograd::grad({events[event][i]}, {input}, {}, /*retain_graph=*/true);
      rows.push_back(gradient[0].reshape({count, size}).narrow(0, event, 1));
    }
    const double want = std::get<1>(at::linalg_slogdet(at::cat(rows))).item<double>();
    EXPECT_NEAR(ladj.reshape(-1)[event].item<double>(), want, 1e-9) << transform << " at " << input;
  }
}

}  // namespace torch::distributions::test
