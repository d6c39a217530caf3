/// Every function of every case can be differentiated once and twice, in its value and in every
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
  // nullptr for a function of the parameters
  Tensor (Case::*argument)(std::optional<at::ScalarType> dtype) const;
};

const Differentiated kFunctions[] = {
    {"log_prob", [](const Distribution& d, const Tensor& x) { return d.log_prob(x); },
     &Case::values},
    {"cdf", [](const Distribution& d, const Tensor& x) { return d.cdf(x); }, &Case::values},
    {"log_cdf", [](const Distribution& d, const Tensor& x) { return d.log_cdf(x); }, &Case::values},
    {"survival_function",
     [](const Distribution& d, const Tensor& x) { return d.survival_function(x); }, &Case::values},
    {"log_survival_function",
     [](const Distribution& d, const Tensor& x) { return d.log_survival_function(x); },
     &Case::values},
    {"icdf", [](const Distribution& d, const Tensor& p) { return d.icdf(p); },
     &Case::probabilities},
    {"mean", [](const Distribution& d, const Tensor&) { return d.mean(); }, nullptr},
    {"variance", [](const Distribution& d, const Tensor&) { return d.variance(); }, nullptr},
    {"entropy", [](const Distribution& d, const Tensor&) { return d.entropy(); }, nullptr},
};

bool differentiable_in_value(const Distribution& distribution) {
  // Counts are isolated, and the neighbours of a point of the simplex, or of a matrix with rows of
  // length 1, are outside.
  try {
    const ConstraintPtr support = distribution.support();
    std::ostringstream text;
    text << *support;
    return !support->is_discrete() && text.str().find("Simplex") == std::string::npos &&
           text.str().find("CorrCholesky") == std::string::npos;
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
  for (std::size_t i = 0; i < built.parameters.size(); ++i) {
    const auto& [path, tensor] = built.parameters[i];
    parameters.push_back(tensor);
    symmetric.push_back(path.ends_with("matrix"));
    // That of NegativeBinomial is any number.
    counts.push_back(path.ends_with("total_count") && built.kinds[i] != "intensity");
  }
  int checked = 0;
  for (const auto& [name, function, argument] : kFunctions) {
    SCOPED_TRACE(name);
    const bool in_value = argument == &Case::probabilities ||
                          (argument != nullptr && differentiable_in_value(*built.distribution));
    // The number of differences is quadratic in the number of rows, and three rows are enough.
    constexpr int64_t kRows = 3;
    Tensor value;
    if (argument != nullptr) {
      const Tensor rows = (golden.*argument)(at::kDouble);
      value = in_value ? ordinary_rows(rows, kRows) : rows.to(at::kDouble).slice(0, 0, kRows);
      if (value.size(0) == 0) continue;
    }
    if (!if_implemented([&] { return function(*built.distribution, value); })) continue;
    const auto f = [&](const std::vector<Tensor>& inputs) {
      std::vector<Tensor> replacements(inputs.begin(),
                                       inputs.begin() + static_cast<int64_t>(parameters.size()));
      for (std::size_t i = 0; i < replacements.size(); ++i) {
        if (counts[i]) replacements[i] = parameters[i];  // counts are not differentiable
        if (symmetric[i]) replacements[i] = (replacements[i] + replacements[i].mT()) / 2;
      }
      const Built changed = golden.build(
          {.validate_args = false, .dtype = at::kDouble, .replacements = replacements});
      return function(*changed.distribution, in_value ? inputs.back() : value);
    };
    std::vector<Tensor> inputs = parameters;
    if (in_value) inputs.push_back(value);
    const Tensor result = function(*built.distribution, value);
    if (!result.isfinite().all().item<bool>()) continue;  // an edge, which the golden tests check
    EXPECT_TRUE(gradcheck(f, inputs));
    EXPECT_TRUE(gradgradcheck(f, inputs));
    ++checked;
  }
  EXPECT_GT(checked, 0);
}

INSTANTIATE_TEST_SUITE_P(Ordinary, Gradient, ::testing::ValuesIn(ordinary_densities()), CaseName());

/// A function of one number, and its derivative at a point.
struct Limit {
  const char* name;
  std::function<Tensor(const Tensor&)> function;
  double at, derivative;
};

// At the ends of the support the chain rule may multiply 0 by infinity. Kernels and composed
// operations must both return the limit.
TEST(Gradient, IsTheLimitAtTheEnds) {
  const auto number = [](double x) { return at::full({}, x, at::kDouble); };
  const Tensor inf = number(INFINITY);
  const std::vector<Limit> limits{
      {"Normal.cdf(inf) in scale", [&](const Tensor& s) { return Normal(0., s).cdf(inf); }, 1, 0},
      {"Normal.cdf(-inf) in scale", [&](const Tensor& s) { return Normal(0., s).cdf(-inf); }, 2, 0},
      {"Normal.cdf(inf) in loc", [&](const Tensor& m) { return Normal(m, 3.).cdf(inf); }, 1, 0},
      {"LogNormal.cdf(inf) in scale", [&](const Tensor& s) { return LogNormal(0., s).cdf(inf); }, 1,
       0},
      {"Uniform.cdf(inf) in low", [&](const Tensor& a) { return Uniform(a, 3.).cdf(inf); }, 1, 0},
      {"Uniform.cdf(-inf) in high", [&](const Tensor& b) { return Uniform(0., b).cdf(-inf); }, 1,
       0},
      {"Laplace.cdf(inf) in scale", [&](const Tensor& s) { return Laplace(0., s).cdf(inf); }, 1, 0},
      {"Laplace.cdf(-inf) in loc", [&](const Tensor& m) { return Laplace(m, 3.).cdf(-inf); }, 1, 0},
      {"Laplace.cdf at the mean", [&](const Tensor& x) { return Laplace(2., 4.).cdf(x); }, 2,
       0.125},
      {"Laplace.icdf at 1/2", [&](const Tensor& p) { return Laplace(2., 4.).icdf(p); }, 0.5, 8},
      {"Laplace.icdf at 0", [&](const Tensor& p) { return Laplace(2., 4.).icdf(p); }, 0, INFINITY},
      {"Laplace.log_prob at the mean", [&](const Tensor& x) { return Laplace(2., 4.).log_prob(x); },
       2, 0},
      {"Laplace.log_prob at a distance that underflows",
       [&](const Tensor& x) { return Laplace(number(0), 0x1p+60).log_prob(x); }, 0x1p-1070,
       -0x1p-60},
      {"Exponential.cdf(inf) in rate", [&](const Tensor& r) { return Exponential(r).cdf(inf); }, 2,
       0},
      {"Gamma.cdf(-1) in rate",
       [&](const Tensor& r) { return Gamma(number(0.5), r).cdf(number(-1)); }, 0.8, 0},
      {"Gamma.cdf(-1) in concentration",
       [&](const Tensor& a) { return Gamma(a, 1.).cdf(number(-1)); }, 0.7, 0},
      {"Gamma.log_prob at inf", [&](const Tensor& x) { return Gamma(number(2), 1.).log_prob(x); },
       INFINITY, -1},
      {"LogNormal.log_prob at inf",
       [&](const Tensor& x) { return LogNormal(number(0), 1.).log_prob(x); }, INFINITY, 0},
      {"Binomial.log_prob in large logits",
       [&](const Tensor& l) { return Binomial(1000, logits(l)).log_prob(number(1)); }, 1e6, -999},
      {"Binomial.log_prob in logits far below",
       [&](const Tensor& l) { return Binomial(1000, logits(l)).log_prob(number(1)); }, -1e6, 1},
      {"Bernoulli.stddev at 0", [&](const Tensor& p) { return Bernoulli(p).stddev(); }, 0,
       INFINITY},
      {"Bernoulli.stddev at 1", [&](const Tensor& p) { return Bernoulli(p).stddev(); }, 1,
       -INFINITY},
      {"Exponential.log_prob(-inf) in rate",
       [&](const Tensor& r) { return Exponential(r, false).log_prob(-inf); }, 2, 0},
      {"Bernoulli.log_prob(inf) in probs",
       [&](const Tensor& p) { return Bernoulli(p, false).log_prob(inf); }, 0.3, 0},
      {"Poisson.log_prob(0) in a rate of 0",
       [&](const Tensor& r) { return Poisson(r).log_prob(number(0)); }, 0, -1},
      {"Poisson.log_prob(3) in a rate of 0",
       [&](const Tensor& r) { return Poisson(r).log_prob(number(3)); }, 0, INFINITY},
      {"Poisson.log_prob(3) in an infinite rate",
       [&](const Tensor& r) { return Poisson(r).log_prob(number(3)); }, INFINITY, -1},
      {"Poisson.log_prob(inf) in rate",
       [&](const Tensor& r) { return Poisson(r, false).log_prob(inf); }, 2, 0},
      {"StudentT.log_prob in infinite df",
       [&](const Tensor& v) { return StudentT(v).log_prob(number(3)); }, INFINITY, 0},
      {"StudentT.entropy in infinite df", [&](const Tensor& v) { return StudentT(v).entropy(); },
       INFINITY, 0},
      {"StudentT.log_prob far out",
       [&](const Tensor& x) { return StudentT(2., 0., number(0x1p-900)).log_prob(x); }, 0x1p+200,
       -3 * 0x1p-200},
      {"StudentT.log_prob far out in df",
       [&](const Tensor& v) { return StudentT(v).log_prob(inf); }, 2, -INFINITY},
      {"StudentT.log_prob(inf) in loc",
       [&](const Tensor& m) { return StudentT(2., m).log_prob(inf); }, 1, 0},
      {"StudentT.variance of 2 degrees of freedom",
       [&](const Tensor& v) { return StudentT(v).variance(); }, 2, 0},
      {"StudentT.stddev of 1.5 degrees of freedom in scale",
       [&](const Tensor& s) { return StudentT(1.5, 0., s).stddev(); }, 1, 0},
      {"LogNormal.log_prob(inf) in loc",
       [&](const Tensor& m) { return LogNormal(m, 1.).log_prob(inf); }, 1, INFINITY},
      {"LogNormal.log_prob(inf) in scale",
       [&](const Tensor& s) { return LogNormal(0., s).log_prob(inf); }, 1, INFINITY},
      {"LogNormal.log_prob at the least number",
       [&](const Tensor& x) { return LogNormal(number(-.5), .56).log_prob(x); }, 5e-324, INFINITY},
      {"LogNormal.variance that overflows in loc",
       [&](const Tensor& m) { return LogNormal(m, 1000.).variance(); }, 0.89, INFINITY},
      {"Gamma.entropy in the least concentration",
       [&](const Tensor& a) { return Gamma(a, 1.).entropy(); }, 5e-324, INFINITY},
      {"Beta.entropy in the least shape", [&](const Tensor& a) { return Beta(a, .6).entropy(); },
       5e-324, INFINITY},
      {"Dirichlet.entropy in the least concentration",
       [&](const Tensor& a) {
         return Dirichlet(at::stack({number(20), a, number(2.2)})).entropy();
       },
       5e-324, INFINITY},
      {"Gamma.log_prob(0) in the least concentration",
       [&](const Tensor& a) { return Gamma(a, 1.).log_prob(number(0)); }, 5e-324, -INFINITY},
      {"Beta.log_prob(0) in the least shape",
       [&](const Tensor& a) { return Beta(a, 2.).log_prob(number(0)); }, 5e-324, -INFINITY},
      {"Beta.log_prob(1) in the least shape",
       [&](const Tensor& b) { return Beta(2., b).log_prob(number(1)); }, 5e-324, -INFINITY},
      {"OneHotCategorical.stddev of certainty",
       [&](const Tensor& w) {
         return OneHotCategorical(at::stack({w, number(0)})).stddev().sum();
       },
       1, 0},
      {"Dirichlet.stddev of one category",
       [&](const Tensor& a) { return Dirichlet(a.unsqueeze(0)).stddev().sum(); }, 1.3, 0},
      {"Dirichlet.stddev beside what dwarfs it",
       [&](const Tensor& a) {
         return Dirichlet(at::stack({a, number(1e308)})).stddev().sum();
       },
       1e-20, 0},
      {"Binomial.stddev without trials", [&](const Tensor& n) { return Binomial(n, .4).stddev(); },
       0, 0},
      {"Binomial.stddev of logits without trials",
       [&](const Tensor& n) { return Binomial(n, logits(-2.)).stddev(); }, 0, 0},
      {"Binomial.stddev at 0", [&](const Tensor& p) { return Binomial(9, p).stddev(); }, 0,
       INFINITY},
  };
  for (const Limit& limit : limits) {
    for (const bool create_graph : {false, true}) {
      const Tensor x = number(limit.at).requires_grad_();
      const Tensor slope =
          torch::autograd::grad({limit.function(x)}, {x}, {}, create_graph, create_graph)[0];
      EXPECT_EQ(slope.item<double>(), limit.derivative) << limit.name << ' ' << create_graph;
    }
  }
}

TEST(Gradient, TheModeOfACountHasNoneInTheTrials) {
  const Tensor n = at::full({}, 3.0, at::kDouble).requires_grad_();
  const Tensor mode = Binomial(n, 0.5).mode();
  if (!mode.requires_grad()) return;
  const Tensor slope = torch::autograd::grad({mode}, {n}, {}, {}, false, /*allow_unused=*/true)[0];
  if (slope.defined()) {
    EXPECT_EQ(slope.item<double>(), 0);
  }
}

TEST(Gradient, CoversEveryClass) {
  std::set<std::string> all, covered;
  for (const Case& golden : all_cases()) all.insert(golden.distribution);
  for (const Case& golden : ordinary_cases()) covered.insert(golden.distribution);
  EXPECT_EQ(covered, all);
}

}  // namespace
}  // namespace torch::distributions::test
