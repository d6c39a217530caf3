#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <torch/distributions/kl.h>

#include "support/data.h"

// Values and gradients of every built-in rule against the tables of divergences in test/data.

namespace torch::distributions::test {
namespace {

class KlGolden : public ::testing::TestWithParam<Family> {};

/// The largest error of `actual` in units of `unit * max(floor, |want| + scale)`, and a description
/// of it. Where `want` is NaN, any finite number is accepted.
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

/// The column of a table with the divergence or with its gradient in one input.
struct Column {
  std::vector<double> numbers, scales;

  Column(const Table& table, const std::string& name) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      for (std::size_t c = 0; c < table.columns().size(); ++c) {
        if (without_index(table.columns()[c]) != name) continue;
        const auto cell = table.cell(row, c);
        numbers.push_back(cell->number);
        scales.push_back(cell->unit);
      }
    }
  }
};

TEST_P(KlGolden, ValuesAndGradients) {
  for (const Table& table : tables_of(GetParam(), "divergences")) {
    const DistributionPtr p = table.make("p"), q = table.make("q");
    const std::string kind = table.data().at("kind");
    std::ostringstream name;
    name << kind << ' ' << *p << ' ' << *q;
    const Tensor kl = kl_divergence(p, q);

    const bool is_double = table.dtype() == at::kDouble;
    const double eps =
        is_double ? std::numeric_limits<double>::epsilon() : std::numeric_limits<float>::epsilon();
    const Column want(table, "kl");
    EXPECT_EQ(kl.scalar_type(), table.dtype()) << name.str();
    EXPECT_EQ(kl.numel(), static_cast<int64_t>(table.rows())) << name.str();
    EXPECT_EQ(static_cast<std::size_t>(kl.dim()), p->batch_shape().size()) << name.str();
    EXPECT_GE(kl.min().item<double>(), 0) << name.str();
    // Between different families the divergence is a difference of entropies: its error is absolute
    // below 1.
    const double floor = p->type() == q->type() ? 0 : 1;
    const Error value(kl, want.numbers, want.scales, floor, eps);
    const double budget = kind == "ordinary" ? 8 : 128;
    EXPECT_LE(value.units, budget) << name.str() << ": " << value.text;
    // A Categorical normalises its parameters, and so rounds them, before the divergence is
    // computed.
    if (kind == "near" && !family(p->type().name).has("draws indices")) {
      const Error near(kl, want.numbers, std::vector<double>(want.numbers.size()), 0,
                       is_double ? 1e-8 : 1e-4);
      EXPECT_LE(near.units, 1) << name.str() << ": " << near.text;
    }

    const auto finite = at::where(kl.isfinite(), kl, 0.0).sum();
    for (const auto& [input, parameter] : table.inputs()) {
      const Column slopes(table, "kl/" + input);
      if (slopes.numbers.empty()) continue;  // counts have no gradient
      const Tensor gradient =
          torch::autograd::grad({finite}, {parameter}, {}, /*retain_graph=*/true)[0];
      ASSERT_EQ(gradient.sizes(), parameter.sizes());
      // The unit of a gradient's error is its scale (the effect of rounding the parameters), plus
      // the unit of the divergence's error divided by the parameter.
      std::vector<double> scales = slopes.scales;
      const Tensor at = parameter.detach().to(at::kDouble).flatten();
      const std::size_t of_one = scales.size() / table.rows();
      for (std::size_t i = 0; i < scales.size(); ++i) {
        const std::size_t k = i / of_one;
        const double x = std::abs(at[static_cast<int64_t>(i)].item<double>());
        if (x > 0 && std::isfinite(want.numbers[k]))
          scales[i] += (want.numbers[k] + want.scales[k] + floor) / x;
      }
      const double smallest = is_double ? 1e-60 : 1e-30;
      const Error error(gradient, slopes.numbers, scales, smallest, eps);
      EXPECT_LE(error.units, budget)
          << name.str() << ", gradient in " << input << ": " << error.text;
    }
  }
}

std::vector<Family> with_divergences() {
  std::vector<Family> found;
  for (const Family& f : families()) {
    if (!tables_of(f, "divergences").empty()) found.push_back(f);
  }
  return found;
}

INSTANTIATE_TEST_SUITE_P(, KlGolden, ::testing::ValuesIn(with_divergences()),
                         [](const auto& of) { return of.param.file; });

// Every pair of classes with a rule has tables, unless the divergence is infinite.
TEST(KlGoldenData, CoversEveryRule) {
  for (const Family& f : with_divergences()) {
    std::set<std::string> partners;
    for (const Table& table : tables_of(f, "divergences"))
      partners.insert(table.make("q")->type().name);
    EXPECT_EQ(partners, f.data->at("kl").at("finite").get<std::set<std::string>>()) << f;
  }
}

}  // namespace
}  // namespace torch::distributions::test
