/// Every function of every case is differentiable, once and twice, in its value and in every
/// parameter.

#include <gmock/gmock.h>

#include <functional>
#include <set>
#include <sstream>

#include <torch/csrc/autograd/autograd.h>

#include "laws/laws.h"
#include "support/gradcheck.h"

namespace torch::distributions::test {
namespace {

using Function = std::function<Tensor(const Distribution&, const Tensor&)>;

struct Differentiated {
  const char* name;
  Function function;
  Tensor (Case::*argument)() const;  // nullptr for a function of the parameters
};

const Differentiated kFunctions[] = {
    {"log_prob", [](const Distribution& d, const Tensor& x) { return d.log_prob(x); },
     &Case::values},
    {"cdf", [](const Distribution& d, const Tensor& x) { return d.cdf(x); }, &Case::values},
    {"icdf", [](const Distribution& d, const Tensor& p) { return d.icdf(p); },
     &Case::probabilities},
    {"mean", [](const Distribution& d, const Tensor&) { return d.mean(); }, nullptr},
    {"variance", [](const Distribution& d, const Tensor&) { return d.variance(); }, nullptr},
    {"entropy", [](const Distribution& d, const Tensor&) { return d.entropy(); }, nullptr},
};

bool differentiable_in_value(const Distribution& distribution) {
  // A count has no neighbours, and a point's neighbours are off the simplex.
  try {
    const ConstraintPtr support = distribution.support();
    std::ostringstream text;
    text << *support;
    return !support->is_discrete() && text.str().find("Simplex") == std::string::npos;
  } catch (const c10::NotImplementedError&) {
    return false;
  }
}

class Gradient : public ::testing::TestWithParam<Case> {};

TEST_P(Gradient, MatchesFiniteDifferencesOnceAndTwice) {
  const Case& golden = GetParam();
  const Built built = golden.build({.validate_args = false, .dtype = at::kDouble});
  std::vector<Tensor> parameters;
  std::vector<bool> symmetric;
  std::vector<bool> counts;
  for (const auto& [path, tensor] : built.parameters) {
    parameters.push_back(tensor);
    symmetric.push_back(path.ends_with("matrix"));
    counts.push_back(path.ends_with("total_count"));
  }
  int checked = 0;
  for (const auto& [name, function, argument] : kFunctions) {
    SCOPED_TRACE(name);
    const bool in_value = argument == &Case::probabilities ||
                          (argument != nullptr && differentiable_in_value(*built.distribution));
    // Three arguments are as good as all, in a quadratic number of differences.
    constexpr int64_t kRows = 3;
    Tensor value;
    if (argument != nullptr) {
      const Tensor rows = (golden.*argument)();
      value = in_value ? ordinary_rows(rows, kRows) : rows.to(at::kDouble).slice(0, 0, kRows);
      if (value.size(0) == 0) continue;
    }
    if (!if_implemented([&] { return function(*built.distribution, value); })) continue;
    const auto f = [&](const std::vector<Tensor>& inputs) {
      std::vector<Tensor> replacements(inputs.begin(),
                                       inputs.begin() + static_cast<int64_t>(parameters.size()));
      for (std::size_t i = 0; i < replacements.size(); ++i) {
        if (counts[i]) replacements[i] = parameters[i];  // a count has no neighbours
        if (symmetric[i]) replacements[i] = (replacements[i] + replacements[i].mT()) / 2;
      }
      const Built changed = golden.build(
          {.validate_args = false, .dtype = at::kDouble, .replacements = replacements});
      return function(*changed.distribution, in_value ? inputs.back() : value);
    };
    std::vector<Tensor> inputs = parameters;
    if (in_value) inputs.push_back(value);
    const Tensor result = function(*built.distribution, value);
    if (!result.isfinite().all().item<bool>()) continue;  // an edge, of which golden tests speak
    EXPECT_TRUE(gradcheck(f, inputs));
    EXPECT_TRUE(gradgradcheck(f, inputs));
    ++checked;
  }
  EXPECT_GT(checked, 0);
}

INSTANTIATE_TEST_SUITE_P(Ordinary, Gradient, ::testing::ValuesIn(ordinary_cases()), CaseName());

TEST(Gradient, CoversEveryClass) {
  std::set<std::string> all, covered;
  for (const Case& golden : all_cases()) all.insert(golden.distribution);
  for (const Case& golden : ordinary_cases()) covered.insert(golden.distribution);
  EXPECT_EQ(covered, all);
}

}  // namespace
}  // namespace torch::distributions::test
