// The same seed gives the same samples as in Python, and rsample the same gradients.

#include <ATen/Context.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "support/data.h"

namespace torch::distributions::test {
namespace {

using nlohmann::json;

/// Tolerance in epsilons: our arithmetic may have another order.
constexpr double kRoundings = 16;
/// LibTorch promises three digits for the gradient of a gamma draw in its concentration.
constexpr double kGammaGradient = 1e-3;

double epsilon_of(at::ScalarType dtype) {
  return dtype == at::kDouble  ? std::numeric_limits<double>::epsilon()
         : dtype == at::kFloat ? static_cast<double>(std::numeric_limits<float>::epsilon())
                               : 0;
}

void expect_near(const Tensor& actual, const json& expected, double tolerance,
                 const std::string& what) {
  const auto want = numbers_of(expected);
  const Tensor flat = actual.detach().to(at::kDouble).reshape({-1}).contiguous();
  ASSERT_EQ(static_cast<std::size_t>(flat.numel()), want.size()) << what;
  const double* got = flat.const_data_ptr<double>();
  for (std::size_t i = 0; i < want.size(); ++i) {
    ASSERT_NEAR(got[i], want[i], tolerance * std::max(1.0, std::abs(want[i])))
        << what << ", element " << i;
  }
}

void expect_draw(const Tensor& draw, const json& expected, const std::string& what) {
  ASSERT_EQ(draw.sizes(), IntArrayRef(expected.at("shape").get<std::vector<int64_t>>())) << what;
  ASSERT_EQ(draw.scalar_type(), dtype_of(expected.at("result"))) << what;
  const double tolerance = kRoundings * epsilon_of(draw.scalar_type());
  if (expected.contains("value")) return expect_near(draw, expected["value"], tolerance, what);

  const Tensor x = draw.detach().to(at::kDouble).reshape({-1});
  const auto count_of = [&](const char* end) {
    return static_cast<int64_t>(expected.at(end).size());
  };
  expect_near(x.slice(0, 0, count_of("first")), expected["first"], tolerance,
              what + ", first draws");
  expect_near(x.slice(0, -count_of("last")), expected["last"], tolerance, what + ", last draws");
  const auto expect_sum = [&](const Tensor& terms, const char* name) {
    const double slack = (tolerance + 1e-14) * terms.abs().sum().item<double>();
    EXPECT_NEAR(terms.sum().item<double>(), expected.at(name), slack) << what << ", " << name;
  };
  expect_sum(x, "sum");
  expect_sum(x * x, "sum_of_squares");
  expect_sum(x * (at::arange(x.numel(), at::kDouble).remainder(97) + 1), "weighted_sum");
}

class Stream : public ::testing::TestWithParam<Case> {};

TEST_P(Stream, IsPythons) {
  for (const json& expected : GetParam().data->at("draws")) {
    const Built built =
        GetParam().build({.requires_grad = true, .dtype = dtype_of(expected.at("dtype"))});
    const Distribution& d = *built.distribution;
    const int64_t count = expected.at("count");
    const std::string what = GetParam().text + ", " + expected.at("dtype").get<std::string>() +
                             ", " + std::to_string(count) + " draws";
    at::manual_seed(expected.at("seed"));
    const Tensor sample = d.sample({count});
    EXPECT_FALSE(sample.requires_grad()) << what;
    expect_draw(sample, expected, "sample of " + what);
    if (!d.has_rsample()) continue;

    at::manual_seed(expected.at("seed"));
    const Tensor draw = d.rsample({count});
    expect_draw(draw, expected.contains("rsample") ? expected["rsample"] : expected,
                "rsample of " + what);
    if (!expected.contains("gradients")) continue;
    const double tolerance = GetParam().has("implicit gradient")
                                 ? kGammaGradient
                                 : 4 * kRoundings * epsilon_of(draw.scalar_type());
    const Tensor weighted = (draw * weights_of(draw)).sum();
    for (const auto& [path, gradient] : expected["gradients"].items()) {
      const Tensor leaf = built.parameter(path);
      Tensor found = torch::autograd::grad({weighted}, {leaf}, {}, /*retain_graph=*/true,
                                           /*create_graph=*/false,
                                           /*allow_unused=*/true)[0];
      if (!found.defined()) found = at::zeros_like(leaf);
      expect_near(found, gradient, tolerance * std::sqrt(static_cast<double>(draw.numel())),
                  "gradient of rsample in " + path + " of " + what);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Stream, ::testing::ValuesIn(cases_of("streams")), CaseName());

}  // namespace
}  // namespace torch::distributions::test
