#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <torch/distributions/kl.h>

#include "kl/golden.h"

// Values and gradients of every built-in rule against test/kl/golden, which generate.py there wrote
// with mpmath.

namespace torch::distributions::test {
namespace {

class KlGolden : public ::testing::TestWithParam<const char*> {};

/// The largest error of `actual` in units of `unit` times the size of a number and of what rounding
/// the parameters changes it by, and where. `want` holds NaN where no more is asked than a finite
/// number.
struct Error {
  double units = 0;
  std::string text;

  Error(const Tensor& actual, const std::vector<double>& want, const std::vector<double>& scales,
        double floor, double unit) {
    const Tensor flat = actual.detach().to(at::kDouble).flatten().contiguous();
    TORCH_CHECK(flat.numel() == static_cast<int64_t>(want.size()) && want.size() == scales.size());
    for (std::size_t i = 0; i < want.size(); ++i) {
      const double got = flat.const_data_ptr<double>()[i];
      double error = 0;
      if (std::isnan(want[i]) ? !std::isfinite(got)
                              : (std::isnan(got) || std::isinf(got) != std::isinf(want[i]))) {
        error = std::numeric_limits<double>::infinity();
      } else if (std::isfinite(want[i]) && got != want[i]) {
        error = std::abs(got - want[i]) / (unit * std::max(floor, std::abs(want[i]) + scales[i]));
      }
      if (!(error <= units)) {
        units = error;
        text =
            c10::str("element ", i, " is ", got, ", not ", want[i], ", off by ", error, " units");
      }
    }
  }
};

TEST_P(KlGolden, ValuesAndGradients) {
  const auto cases = kl_golden::cases(GetParam());
  ASSERT_GE(cases.size(), 4u);
  for (const auto& golden : cases) {
    const std::string name = golden.at("name");
    const Case p_case = kl_golden::side(golden, "p"), q_case = kl_golden::side(golden, "q");
    const Built p = p_case.build({.requires_grad = true}),
                q = q_case.build({.requires_grad = true});
    const Tensor kl = kl_divergence(p.distribution, q.distribution);

    const bool is_double = p_case.dtype == at::kDouble;
    const double eps =
        is_double ? std::numeric_limits<double>::epsilon() : std::numeric_limits<float>::epsilon();
    EXPECT_EQ(kl.scalar_type(), p_case.dtype) << name;
    EXPECT_EQ(kl.sizes(), IntArrayRef(golden.at("shape").get<std::vector<int64_t>>())) << name;
    EXPECT_GE(kl.min().item<double>(), 0) << name;
    const std::vector<double> want = numbers_of(golden.at("kl"));
    // A divergence between families is a difference of entropies, which keeps their absolute
    // accuracy.
    const double floor = p_case.distribution == q_case.distribution ? 0 : 1;
    const std::vector<double> value_scales = numbers_of(golden.at("scales"));
    const Error value(kl, want, value_scales, floor, eps);
    const double budget = golden.at("kind") == "ordinary" ? 8 : 128;
    EXPECT_LE(value.units, budget) << name << ": " << value.text;
    // Normalising rounds the parameters of a Categorical before there is a divergence.
    if (golden.at("kind") == "near" && p_case.distribution != "Categorical") {
      const Error near(kl, want, std::vector<double>(want.size()), 0, is_double ? 1e-8 : 1e-4);
      EXPECT_LE(near.units, 1) << name << ": " << near.text;
    }

    const auto finite = at::where(kl.isfinite(), kl, 0.0).sum();
    for (const auto& [path, slopes] : golden.at("gradients").items()) {
      const Tensor& parameter = (path[0] == 'p' ? p : q).parameter(path.substr(2));
      const Tensor gradient =
          torch::autograd::grad({finite}, {parameter}, {}, /*retain_graph=*/true)[0];
      ASSERT_EQ(gradient.sizes(), parameter.sizes());
      // What rounding the parameters changes the slope by; and it is no better than the divergence
      // over the parameter.
      std::vector<double> scales = numbers_of(golden.at("gradient_scales").at(path));
      const Tensor at = parameter.detach().to(at::kDouble).flatten();
      for (std::size_t i = 0; i < scales.size(); ++i) {
        const std::size_t k = want.size() == scales.size() ? i : 0;
        const double x = std::abs(at[static_cast<int64_t>(i)].item<double>());
        if (x > 0 && std::isfinite(want[k])) scales[i] += (want[k] + value_scales[k] + floor) / x;
      }
      const double smallest = is_double ? 1e-60 : 1e-30;
      const Error error(gradient, numbers_of(slopes), scales, smallest, eps);
      EXPECT_LE(error.units, budget) << name << ", gradient in " << path << ": " << error.text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, KlGolden, ::testing::ValuesIn(kl_golden::kClasses),
                         [](const auto& of) { return std::string(of.param); });

}  // namespace
}  // namespace torch::distributions::test
