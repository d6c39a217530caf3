#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <string>
#include <vector>

#include <torch/distributions/kl.h>

#include "support/data.h"
#include "support/gradcheck.h"

// Properties of the KL divergence, for every pair of classes that has a rule.

namespace torch::distributions::test {
namespace {

using Law = Family::Law;

struct Pair {
  Law p, q;
  std::string name() const { return p.name + "__" + q.name; }
  bool is_one() const { return p.name == q.name; }
};

/// Every pair of forms of all classes.
std::vector<Pair> all_pairs() {
  std::vector<Law> laws;
  for (const Family& f : families()) {
    for (const Law& law : f.laws()) laws.push_back(law);
  }
  std::vector<Pair> found;
  for (const Law& p : laws) {
    for (const Law& q : laws) found.push_back({p, q});
  }
  return found;
}

/// The pairs that have a rule according to the oracle.
std::vector<Pair> pairs() {
  std::vector<Pair> found;
  for (const Pair& pair : all_pairs()) {
    if (pair.p.family->has_divergence_to(*pair.q.family)) found.push_back(pair);
  }
  return found;
}

Tensor divergence(const Law& p, const Inputs& of_p, const Law& q, const Inputs& of_q) {
  return kl_divergence(p.make(of_p), q.make(of_q));
}

/// Names of the inputs that have a gradient.
std::vector<std::string> differentiable(const Law& law) {
  std::vector<std::string> names;
  for (const auto& [name, column] : law.ordinary(at::kDouble)) {
    if (name != "total_count") names.push_back(name);
  }
  return names;
}

/// Numbers of trials or failures without which a pair has no rule: those of q are made those of p.
void share_counts(const Pair& pair, const Inputs& of_p, Inputs& of_q) {
  const bool need_equal = pair.p.family->has("equal counts") && pair.p.family == pair.q.family;
  if (need_equal) of_q["total_count"] = of_p.at("total_count");
}

class KlLaws : public ::testing::TestWithParam<Pair> {
 protected:
  const Law& p() const { return GetParam().p; }
  const Law& q() const { return GetParam().q; }
};

TEST(KlLawsTest, CoverAllPairsWithARule) {
  const Tensor undrawn = at::detail::getDefaultCPUGenerator().get_state();
  for (const Pair& pair : all_pairs()) {
    bool has_rule = true;
    try {
      divergence(pair.p, pair.p.ordinary(at::kDouble), pair.q, pair.q.ordinary(at::kDouble));
    } catch (const c10::NotImplementedError&) {
      has_rule = false;
    }
    const bool is_equal = pair.is_one() && pair.p.family->has("equals only");
    EXPECT_EQ(has_rule, is_equal || pair.p.family->has_divergence_to(*pair.q.family))
        << pair.name();
    // No rule draws, in no form, and a pair without a rule is not estimated by draws.
    ASSERT_TRUE(at::detail::getDefaultCPUGenerator().get_state().equal(undrawn)) << pair.name();
  }
  // There are at least those of Beta, Chi2, Exponential, Gamma, Normal, Pareto and Uniform with each
  // other (49), and of 24 other classes with themselves.
  EXPECT_GE(pairs().size(), 73u);
}

/// At all combinations of hostile parameters, the divergence is neither negative nor NaN, and it is
/// 0 if both sides have the same parameters.
TEST_P(KlLaws, IsNotNegative) {
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    Inputs of_p = p().hostile(dtype), of_q = q().hostile(dtype);
    for (auto& [name, column] : of_p) column = column.unsqueeze(1);
    share_counts(GetParam(), of_p, of_q);
    std::vector<Tensor> inputs;
    for (const auto& name : differentiable(p())) inputs.push_back(of_p.at(name).requires_grad_());
    for (const auto& name : differentiable(q())) inputs.push_back(of_q.at(name).requires_grad_());
    const Tensor kl = divergence(p(), of_p, q(), of_q);
    ASSERT_EQ(kl.sizes(), IntArrayRef({inputs.front().size(0), inputs.back().size(0)}));
    EXPECT_TRUE(kl.ge(0).all().item<bool>()) << kl.min();
    if (GetParam().is_one()) {
      EXPECT_TRUE(kl.diagonal().eq(0).all().item<bool>()) << kl.diagonal();
    }
    if (!kl.requires_grad()) continue;  // a constant

    // An infinite divergence causes no NaN in the gradients of the others.
    const Tensor finite = at::where(kl < 1e30, kl, 0.0).sum();
    for (const Tensor& gradient : torch::autograd::grad({finite}, inputs)) {
      EXPECT_FALSE(gradient.isnan().any().item<bool>()) << gradient;
    }
  }
}

TEST_P(KlLaws, IsTwiceDifferentiable) {
  const auto of_p = differentiable(p()), of_q = differentiable(q());
  const Inputs smooth_p = p().ordinary(at::kDouble), smooth_q = q().ordinary(at::kDouble);
  const auto kl = [&](const std::vector<Tensor>& t) {
    Inputs changed_p = smooth_p, changed_q = smooth_q;
    for (std::size_t i = 0; i < of_p.size(); ++i) changed_p[of_p[i]] = t[i];
    for (std::size_t i = 0; i < of_q.size(); ++i) changed_q[of_q[i]] = t[of_p.size() + i];
    return kl_divergence(p().make(changed_p, false), q().make(changed_q, false));
  };
  if (divergence(p(), smooth_p, q(), smooth_q).isinf().any().item<bool>() && !GetParam().is_one())
    return;  // see KlInfiniteTest
  std::vector<Tensor> inputs, others;
  for (const auto& name : of_p) inputs.push_back(smooth_p.at(name));
  for (const auto& name : of_q) others.push_back(smooth_q.at(name));
  const bool jumps = p().family->has("jumps");
  if (GetParam().is_one()) {  // also where the first derivatives vanish
    std::vector<Tensor> twice(inputs);
    twice.insert(twice.end(), inputs.begin(), inputs.end());
    if (!jumps) {
      EXPECT_TRUE(gradcheck(kl, twice));
      EXPECT_TRUE(gradgradcheck(kl, twice));
    }
    // Then with other parameters for q. If p has jumps, the support of q must contain that of p.
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (!jumps) {
        others[i] = others[i].flip(0).contiguous();
      } else {
        const std::string kind = q().family->kind_of(of_q[i]);
        others[i] = kind == "low"           ? others[i] - 1
                    : kind == "least value" ? others[i] / 2
                                            : others[i] + 2;
      }
    }
  }
  inputs.insert(inputs.end(), others.begin(), others.end());
  EXPECT_TRUE(gradcheck(kl, inputs));
  EXPECT_TRUE(gradgradcheck(kl, inputs));
}

TEST_P(KlLaws, TakesAnyDtypeAndDevice) {
  const auto make = [](const Law& law, at::ScalarType dtype) {
    Inputs inputs = law.ordinary(at::kHalf);
    for (auto& [name, column] : inputs) column = column.to(dtype);
    return law.make(inputs);
  };
  const auto kl = [&](at::ScalarType of_p, at::ScalarType of_q) {
    return kl_divergence(make(p(), of_p), make(q(), of_q));
  };
  const Tensor doubles = kl(at::kDouble, at::kDouble), floats = kl(at::kFloat, at::kFloat);
  EXPECT_FALSE(doubles.requires_grad());
  EXPECT_EQ(floats.scalar_type(), at::kFloat);
  EXPECT_TRUE(floats.to(at::kDouble).allclose(doubles, 1e-5, 1e-6));
  EXPECT_EQ(kl(at::kFloat, at::kDouble).scalar_type(), at::kDouble);
  EXPECT_TRUE(kl(at::kFloat, at::kDouble).allclose(doubles, 1e-6, 1e-6));
  EXPECT_TRUE(kl(at::kDouble, at::kFloat).allclose(doubles, 1e-6, 1e-6));
  const Tensor halves = kl(at::kHalf, at::kHalf);
  EXPECT_EQ(halves.scalar_type(), at::kHalf);
  EXPECT_TRUE(halves.to(at::kDouble).allclose(doubles, 4e-3, 4e-3)) << halves << doubles;

  if (p().family->has("no meta") || q().family->has("no meta")) return;
  const auto make_meta = [](const Law& law) {
    Inputs inputs = law.ordinary(at::kDouble);
    for (auto& [name, column] : inputs) column = column.to(at::kMeta);
    const ValidateArgsGuard unchecked(false);
    return law.make(inputs);
  };
  const Tensor meta = kl_divergence(make_meta(p()), make_meta(q()));
  EXPECT_TRUE(meta.is_meta());
  EXPECT_EQ(meta.sizes(), doubles.sizes());
}

TEST_P(KlLaws, TakesEmptyBatches) {
  const auto make = [](const Law& law) {
    Inputs inputs = law.ordinary(at::kDouble);
    for (auto& [name, column] : inputs) column = column.narrow(0, 0, 0);
    return law.make(inputs);
  };
  EXPECT_EQ(kl_divergence(make(p()), make(q())).sizes(), IntArrayRef({0}));
}

INSTANTIATE_TEST_SUITE_P(, KlLaws, ::testing::ValuesIn(pairs()),
                         [](const auto& of) { return of.param.name(); });

}  // namespace
}  // namespace torch::distributions::test
