#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/beta.h>
#include <torch/distributions/binomial.h>
#include <torch/distributions/categorical.h>
#include <torch/distributions/chi2.h>
#include <torch/distributions/dirichlet.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/laplace.h>
#include <torch/distributions/log_normal.h>
#include <torch/distributions/multivariate_normal.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/one_hot_categorical.h>
#include <torch/distributions/poisson.h>
#include <torch/distributions/uniform.h>

#include "support/gradcheck.h"

// What holds for every pair of classes that has a rule, whatever the parameters.

namespace torch::distributions::test {
namespace {

using Values = std::vector<double>;

const Values kPositive{1e-6, 1e-3, 0.5, 1, 30, 1e8};
const Values kRates{0, 1e-6, 0.5, 1, 30, 1e8};
const Values kScales{1e-6, 0.5, 1, 30, 1e6};
const Values kReal{-1e6, -1, 0, 1e-3, 2, 1e6};
const Values kProbabilities{0, 1e-30, 1e-7, 0.25, 0.5, 1 - 1e-7, 1};
const Values kLogits{-1000, -30, -0.5, 0, 1e-3, 20, 1000};

/// A class, made of one or two columns of parameters.
struct Family {
  const char* name;
  std::vector<Values> hostile;  ///< of each column; all combinations are taken
  std::vector<Values> smooth;   ///< columns of equal length, away from every edge
  std::function<DistributionPtr(const std::vector<Tensor>&)> make;
};

const std::vector<Family>& families() {
  using Columns = const std::vector<Tensor>&;
  static const std::vector<Family> all{
      {"Normal",
       {kReal, kScales},
       {{-0.5, 1, 2}, {0.5, 1, 3}},
       [](Columns c) -> DistributionPtr { return Normal(c[0], c[1]); }},
      {"LogNormal",
       {kReal, kScales},
       {{-0.5, 1, 2}, {0.5, 1, 3}},
       [](Columns c) -> DistributionPtr { return LogNormal(c[0], c[1]); }},
      {"Laplace",
       {kReal, kScales},
       {{-0.5, 1, 2}, {0.5, 1, 3}},
       [](Columns c) -> DistributionPtr { return Laplace(c[0], c[1]); }},
      {"Poisson",
       {kRates},
       {{0.5, 3, 14}},
       [](Columns c) -> DistributionPtr { return Poisson(c[0]); }},
      {"Uniform",
       {{-1e3, -1, 0, 1e-6, 0.25}, {1e-3, 0.75, 1, 1e6}},
       {{0.1, 0.2, 0.3}, {0.5, 0.25, 0.6}},
       [](Columns c) -> DistributionPtr { return Uniform(c[0], c[0] + c[1]); }},
      {"Exponential",
       {kPositive},
       {{0.5, 1.5, 4}},
       [](Columns c) -> DistributionPtr { return Exponential(c[0]); }},
      {"Gamma",
       {kPositive, kPositive},
       {{0.5, 3, 14}, {0.5, 1, 3}},
       [](Columns c) -> DistributionPtr { return Gamma(c[0], c[1]); }},
      {"Chi2",
       {kPositive},
       {{0.5, 3, 14}},
       [](Columns c) -> DistributionPtr { return Chi2(c[0]); }},
      {"Beta",
       {kPositive, kPositive},
       {{0.5, 3, 14}, {0.7, 1.5, 3}},
       [](Columns c) -> DistributionPtr { return Beta(c[0], c[1]); }},
      {"Bernoulli",
       {kProbabilities},
       {{0.2, 0.5, 0.9}},
       [](Columns c) -> DistributionPtr { return Bernoulli(c[0]); }},
      {"Bernoulli_logits",
       {kLogits},
       {{-2, 0.5, 1}},
       [](Columns c) -> DistributionPtr { return Bernoulli({.logits = c[0]}); }},
      {"Binomial",
       {kProbabilities},
       {{0.2, 0.5, 0.9}},
       [](Columns c) -> DistributionPtr { return Binomial(10, c[0]); }},
      {"Binomial_logits",
       {kLogits},
       {{-2, 0.5, 1}},
       [](Columns c) -> DistributionPtr { return Binomial(10, {.logits = c[0]}); }},
      {"Categorical",
       {kProbabilities, kProbabilities},
       {{0.2, 0.5, 3}, {0.5, 1, 0.25}},
       [](Columns c) -> DistributionPtr {
         return Categorical(at::stack({c[0], c[1], 0 * c[0] + 0.5}, -1));
       }},
      {"Categorical_logits",
       {kLogits, kLogits},
       {{-2, 0.5, 1}, {0, 1, 0.25}},
       [](Columns c) -> DistributionPtr {
         return Categorical({.logits = at::stack({c[0], c[1], 0 * c[0]}, -1)});
       }},
      {"OneHotCategorical",
       {kProbabilities},
       {{0.2, 0.5, 3}},
       [](Columns c) -> DistributionPtr {
         return OneHotCategorical(at::stack({c[0], 0 * c[0] + 0.5}, -1));
       }},
      {"Dirichlet",
       {kPositive, kPositive},
       {{0.5, 3, 14}, {0.7, 1.5, 3}},
       [](Columns c) -> DistributionPtr {
         return Dirichlet(at::stack({c[0], c[1], 0 * c[0] + 2}, -1));
       }},
      {"MultivariateNormal",
       {kReal, kScales},
       {{-0.5, 1, 2}, {0.5, 1, 3}},
       [](Columns c) -> DistributionPtr {
         const Tensor below =
             at::stack({at::stack({c[1], 0 * c[0]}, -1), at::stack({c[0], 1 + 0 * c[0]}, -1)}, -2);
         return MultivariateNormal(at::stack({c[0], c[1]}, -1), {.scale_tril = below});
       }},
      {"Independent",
       {kReal, kScales},
       {{-0.5, 1, 2}, {0.5, 1, 3}},
       [](Columns c) -> DistributionPtr {
         return Independent(
             Normal(at::stack({c[0], 0 * c[0]}, -1), at::stack({c[1], 1 + 0 * c[1]}, -1)), 1);
       }}};
  return all;
}

/// Columns of all combinations of the hostile values.
std::vector<Tensor> hostile(const Family& family, at::ScalarType dtype) {
  std::vector<Tensor> axes;
  for (const auto& values : family.hostile) axes.push_back(at::tensor(values, dtype));
  std::vector<Tensor> columns;
  for (const Tensor& grid : at::meshgrid(axes, "ij")) columns.push_back(grid.flatten().clone());
  return columns;
}

std::vector<Tensor> smooth(const Family& family) {
  std::vector<Tensor> columns;
  for (const auto& values : family.smooth) columns.push_back(at::tensor(values, at::kDouble));
  return columns;
}

struct Pair {
  const Family *p, *q;
  std::string name() const { return std::string(p->name) + "__" + q->name; }
};

/// The pairs that have a rule.
std::vector<Pair> pairs() {
  std::vector<Pair> found;
  for (const Family& p : families()) {
    for (const Family& q : families()) {
      try {
        kl_divergence(p.make(smooth(p)), q.make(smooth(q)));
        found.push_back({&p, &q});
      } catch (const c10::NotImplementedError&) {
      }
    }
  }
  return found;
}

class KlLaws : public ::testing::TestWithParam<Pair> {
 protected:
  const Family& p() const { return *GetParam().p; }
  const Family& q() const { return *GetParam().q; }
};

// 19 by themselves; Beta, Chi2, Exponential, Gamma and Uniform with each other (20) and with Normal
// (5), and Normal and Laplace with them (10) and with each other (2); the forms of Bernoulli,
// Binomial and Categorical (6); Poisson with Bernoulli and Binomial (4), and Bernoulli with it (2);
// Independent with MultivariateNormal (2).
TEST(KlLawsTest, CoverAllPairs) { EXPECT_EQ(pairs().size(), 70u); }

/// Never negative, never NaN, and 0 where the parameters are equal, at all combinations of hostile
/// parameters.
TEST_P(KlLaws, IsNotNegative) {
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    std::vector<Tensor> of_p = hostile(p(), dtype), of_q = hostile(q(), dtype);
    for (Tensor& column : of_p) column = column.unsqueeze(-1).requires_grad_();
    for (Tensor& column : of_q) column.requires_grad_();
    const Tensor kl = kl_divergence(p().make(of_p), q().make(of_q));
    ASSERT_EQ(kl.sizes(), IntArrayRef({of_p[0].size(0), of_q[0].size(0)}));
    EXPECT_TRUE(kl.ge(0).all().item<bool>()) << kl.min();
    if (&p() == &q()) {
      EXPECT_TRUE(kl.diagonal().eq(0).all().item<bool>()) << kl.diagonal();
    }
    if (!kl.requires_grad()) continue;  // a constant

    // An infinite divergence leaves no NaN in the gradients of the others.
    const Tensor finite = at::where(kl < 1e30, kl, 0.0).sum();
    std::vector<Tensor> inputs(of_p);
    inputs.insert(inputs.end(), of_q.begin(), of_q.end());
    for (const Tensor& gradient : torch::autograd::grad({finite}, inputs)) {
      EXPECT_FALSE(gradient.isnan().any().item<bool>()) << gradient;
    }
  }
}

TEST_P(KlLaws, IsTwiceDifferentiable) {
  const std::size_t of_p = p().smooth.size();
  const auto kl = [&](const std::vector<Tensor>& t) {
    const auto middle = t.begin() + static_cast<std::ptrdiff_t>(of_p);
    return kl_divergence(p().make({t.begin(), middle}), q().make({middle, t.end()}));
  };
  std::vector<Tensor> inputs = smooth(p()), others = smooth(q());
  if (kl_divergence(p().make(inputs), q().make(others)).isinf().any().item<bool>())
    return;            // KlInfiniteTest
  if (&p() == &q()) {  // also where the first derivatives vanish
    std::vector<Tensor> twice(inputs);
    twice.insert(twice.end(), inputs.begin(), inputs.end());
    if (std::string(p().name) != "Uniform") {
      EXPECT_TRUE(gradcheck(kl, twice));
      EXPECT_TRUE(gradgradcheck(kl, twice));
    }
    // Away from there, on the side on which a uniform distribution is covered.
    for (Tensor& other : others) other = other.flip(0).contiguous();
    if (std::string(p().name) == "Uniform") others = {inputs[0] - 1, inputs[1] + 2};
  }
  inputs.insert(inputs.end(), others.begin(), others.end());
  EXPECT_TRUE(gradcheck(kl, inputs));
  EXPECT_TRUE(gradgradcheck(kl, inputs));
}

TEST_P(KlLaws, TakesAnyDtypeAndDevice) {
  const auto make = [](const Family& family, at::ScalarType dtype) {
    std::vector<Tensor> columns;
    for (const Tensor& column : smooth(family)) columns.push_back(column.to(at::kHalf).to(dtype));
    return family.make(columns);
  };
  const auto kl = [&](at::ScalarType of_p, at::ScalarType of_q) {
    return kl_divergence(make(p(), of_p), make(q(), of_q));
  };
  const Tensor doubles = kl(at::kDouble, at::kDouble), floats = kl(at::kFloat, at::kFloat);
  EXPECT_EQ(floats.scalar_type(), at::kFloat);
  EXPECT_TRUE(floats.to(at::kDouble).allclose(doubles, 1e-5, 1e-6));
  EXPECT_EQ(kl(at::kFloat, at::kDouble).scalar_type(), at::kDouble);
  EXPECT_TRUE(kl(at::kFloat, at::kDouble).allclose(doubles, 1e-6, 1e-6));
  EXPECT_TRUE(kl(at::kDouble, at::kFloat).allclose(doubles, 1e-6, 1e-6));
  const Tensor halves = kl(at::kHalf, at::kHalf);
  EXPECT_EQ(halves.scalar_type(), at::kHalf);
  EXPECT_TRUE(halves.to(at::kDouble).allclose(doubles, 4e-3, 4e-3)) << halves << doubles;

  // LibTorch has no meta kernels of what these two need.
  const auto has_meta = [](const Family& family) {
    return std::string(family.name) != "Dirichlet" &&
           std::string(family.name) != "MultivariateNormal";
  };
  if (!has_meta(p()) || !has_meta(q())) return;
  const auto make_meta = [](const Family& family) {
    std::vector<Tensor> columns;
    for (const Tensor& column : smooth(family)) columns.push_back(column.to(at::kMeta));
    const ValidateArgsGuard unchecked(false);
    return family.make(columns);
  };
  const Tensor meta = kl_divergence(make_meta(p()), make_meta(q()));
  EXPECT_TRUE(meta.is_meta());
  EXPECT_EQ(meta.sizes(), doubles.sizes());
}

TEST_P(KlLaws, TakesEmptyBatches) {
  const auto make = [](const Family& family) {
    std::vector<Tensor> columns;
    for (const Tensor& column : smooth(family)) columns.push_back(column.narrow(0, 0, 0));
    return family.make(columns);
  };
  EXPECT_EQ(kl_divergence(make(p()), make(q())).sizes(), IntArrayRef({0}));
}

INSTANTIATE_TEST_SUITE_P(, KlLaws, ::testing::ValuesIn(pairs()),
                         [](const auto& of) { return of.param.name(); });

}  // namespace
}  // namespace torch::distributions::test
