#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/beta.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/laplace.h>
#include <torch/distributions/mixture_same_family.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/one_hot_categorical.h>
#include <torch/distributions/pareto.h>
#include <torch/distributions/philox.h>
#include <torch/distributions/poisson.h>
#include <torch/distributions/student_t.h>
#include <torch/distributions/uniform.h>

#include "support/data.h"
#include "support/tensors.h"

// Compares every divergence with the mean of log p(x) - log q(x) over draws from p.

namespace torch::distributions::test {
namespace {

constexpr int64_t kDraws = 100'000;
/// Allowed error in standard deviations. One of some 300 means exceeds it by chance with
/// probability 1e-6.
constexpr double kDeviations = 6;

/// The elements for which draws of p determine the mean of log p(x) - log q(x). If concentration0 <
/// 1/2, a Beta has mass closer to 1 than the nearest double. A Pareto variable x has a variance if
/// alpha > 2, and x^2, as in the density of a normal distribution, if alpha > 4.
Tensor determined(const Distribution& p, const Distribution& q) {
  const auto is_of = [](const Distribution& d, const std::type_info& type) {
    return d.type().distance_to(type) >= 0;
  };
  if (is_of(p, typeid(Beta))) return static_cast<const Beta&>(p).concentration0() >= 0.5;
  if (!is_of(p, typeid(Pareto)) || is_of(q, typeid(Pareto)))
    return at::ones(p.batch_shape(), at::kBool);
  return static_cast<const Pareto&>(p).alpha() > (is_of(q, typeid(Normal)) ? 4.5 : 2.5);
}

class KlMonteCarlo : public ::testing::TestWithParam<Family> {};

TEST_P(KlMonteCarlo, IsTheMeanLogRatio) {
  at::manual_seed(0);
  int64_t compared = 0;
  for (const Table& table : tables_of(GetParam(), "divergences")) {
    if (table.data().at("kind") != "ordinary" || table.dtype() != at::kDouble) continue;
    const at::NoGradGuard no_grad;
    const DistributionPtr p = table.make("p", /*validate_args=*/false);
    const DistributionPtr q = table.make("q", /*validate_args=*/false);
    const Tensor x = p->sample({kDraws});
    const Tensor ratios = p->log_prob(x) - q->log_prob(x);
    const Tensor kl = kl_divergence(p, q);
    // An almost constant ratio has almost no deviation: hence the 1e-12.
    const Tensor deviation = ratios.std(0) / std::sqrt(double(kDraws)) + 1e-12;
    const Tensor z = (ratios.mean(0) - kl) / deviation;
    const Tensor chosen = determined(*p, *q).logical_and(kl.isfinite());
    EXPECT_TRUE(z.abs().masked_select(chosen).lt(kDeviations).all().item<bool>())
        << *p << ' ' << *q << z << kl;
    compared += chosen.sum().item<int64_t>();
  }
  EXPECT_GT(compared, 0);
}

INSTANTIATE_TEST_SUITE_P(, KlMonteCarlo, ::testing::ValuesIn([] {
                           std::vector<Family> found;
                           for (const Family& f : families()) {
                             if (!tables_of(f, "divergences").empty()) found.push_back(f);
                           }
                           return found;
                         }()),
                         [](const auto& of) { return of.param.file; });

/// A pair of distributions with the parameters that require a gradient.
struct Pair {
  const char* name;
  std::function<std::pair<DistributionPtr, DistributionPtr>(const std::vector<Tensor>&)> make;
  std::vector<double> parameters;
};

class EstimateOfKl : public ::testing::TestWithParam<Pair> {};

TEST_P(EstimateOfKl, HasTheValueAndTheGradientOfTheClosedForm) {
  constexpr int64_t kSamples = 400'000;
  std::vector<Tensor> parameters;
  for (const double each : GetParam().parameters)
    parameters.push_back(at::full({}, each, at::kDouble).requires_grad_());
  const auto [p, q] = GetParam().make(parameters);
  const Tensor exact = kl_divergence(p, q);
  auto generator = at::make_generator<at::CPUGeneratorImpl>(1);
  const auto [estimate, error] = kl_divergence_monte_carlo(p, q, kSamples, generator);
  EXPECT_LT((estimate - exact).abs().item<double>(), kDeviations * error.item<double>());
  EXPECT_LT(error.item<double>(), 0.01);
  EXPECT_FALSE(error.requires_grad());
  const auto want = torch::autograd::grad({exact}, parameters, {}, /*retain_graph=*/true);
  const auto got = torch::autograd::grad({estimate}, parameters);
  for (std::size_t i = 0; i < want.size(); ++i)
    EXPECT_NEAR(got[i].item<double>(), want[i].item<double>(), 0.02) << "parameter " << i;
}

INSTANTIATE_TEST_SUITE_P(
    , EstimateOfKl,
    ::testing::Values(
        Pair{"Normal",
             [](const auto& x) { return std::pair(Normal(x[0], x[1]), Normal(x[2], x[3])); },
             {0.3, 1.2, -0.2, 0.8}},
        Pair{"Gamma",
             [](const auto& x) { return std::pair(Gamma(x[0], x[1]), Gamma(x[2], x[3])); },
             {2.5, 1.5, 2, 1}},
        Pair{"NormalLaplace",
             [](const auto& x) { return std::pair(Normal(x[0], x[1]), Laplace(x[2], x[3])); },
             {0.3, 1.2, -0.2, 0.8}},
        Pair{"Independent",
             [](const auto& x) {
               return std::pair(Independent(Normal(x[0].expand({2}), x[1]), 1),
                                Independent(Normal(x[2].expand({2}), x[3]), 1));
             },
             {0.3, 1.2, -0.2, 0.8}},
        // Without rsample: the score function.
        Pair{
            "Bernoulli",
            [](const auto& x) { return std::pair(Bernoulli(probs(x[0])), Bernoulli(probs(x[1]))); },
            {0.3, 0.6}},
        Pair{"OneHotCategoricalStraightThrough",
             [](const auto& x) {
               return std::pair(OneHotCategoricalStraightThrough(logits(at::stack({x[0], x[1]}))),
                                OneHotCategorical(logits(at::stack({x[2], x[3]}))));
             },
             {0.3, -0.4, 0.6, 0.1}},
        Pair{"Poisson",
             [](const auto& x) { return std::pair(Poisson(x[0]), Poisson(x[1])); },
             {2, 3}}),
    [](const auto& of) { return std::string(of.param.name); });

TEST(KlMonteCarloTest, BothDensitiesAreThoseOfTheRoundedDraw) {
  at::manual_seed(0);
  const Normal p(1e6, 1e-2);  // floats near 1e6 are 0.06 apart
  EXPECT_EQ(kl_divergence_monte_carlo(p, p, 1000).estimate.item<double>(), 0);
}

/// There is no density above `end`, and the gradient of its logarithm is NaN there.
class Rooted final : public Implements<Rooted, Normal> {
 public:
  Rooted(const Tensor& loc, double end) : Implements(loc, 1.0, false), end_(end) {}
  static const Signature<Rooted>& signature() {
    static const Signature<Rooted> s{.name = "Rooted", .has_rsample = true};
    return s;
  }

 private:
  Tensor do_log_prob(const Tensor& value) const override {
    const Tensor is_inside = (value < end_).to(value.dtype());
    return -0.5 * (value - loc()).square() + ((end_ - value) * is_inside).pow(0.75) +
           is_inside.log();
  }
  std::pair<Tensor, Tensor> do_rsample_with_log_prob(
      IntArrayRef shape, std::optional<Generator> generator) const override {
    const Tensor x = rsample(sample_shape(shape), std::move(generator));
    return {x, (x - loc()).neg().exp()};
  }

  double end_;
};

TEST(KlMonteCarloTest, ADrawIsTakenOnceWhateverItsDensityIs) {
  const Normal q(0.0, 1.0);
  const Philox some(7), all(7);
  kl_divergence_monte_carlo(Rooted(at::zeros({}), 0), q, 100, some);
  kl_divergence_monte_carlo(Rooted(at::zeros({}), 100), q, 100, all);
  EXPECT_TRUE(some.state().equal(all.state()));
}

TEST(KlMonteCarloTest, AnInfiniteGradientOfADensityIsNotUsed) {
  // Half of the draws x = loc + z have no density of p, so that before rounding is used, exp(loc - x).
  // Its gradient in loc is 0. That of the other half is |x|^(3/4) - z^2 / 2.
  at::manual_seed(0);
  const Tensor loc = at::zeros({}).requires_grad_(), other = at::ones({}).requires_grad_();
  const Normal wide(other, 1.0);
  const auto [estimate, error] = kl_divergence_monte_carlo(Rooted(loc, 0), wide, kDraws);
  // The mean of that + (x - 1)^2 / 2 + log(2 pi) / 2, and of its gradient. E |z|^a is
  // 2^(a/2) Gamma((a + 1) / 2) / sqrt(pi).
  const auto half_moment = [](double a) {
    return 0.5 * std::pow(2, a / 2) * std::tgamma((a + 1) / 2) / std::sqrt(M_PI);
  };
  const double above = std::exp(0.5) * 0.5 * std::erfc(std::sqrt(0.5)),
               below = half_moment(0.75) - 0.25;
  EXPECT_NEAR(estimate.item<double>(), above + below + 1 + 0.5 * std::log(2 * M_PI),
              kDeviations * error.item<double>());
  const auto gradients = torch::autograd::grad({estimate}, {loc, other});
  EXPECT_NEAR(gradients[0].item<double>(), -1 - 0.75 * half_moment(-0.25), 0.05);
  EXPECT_NEAR(gradients[1].item<double>(), 1, 0.05);

  // Outside the support of the first q the divergence is infinite; the second one is far inside.
  const Tensor ends = at::tensor({0.0, 100.0});
  const Tensor locs = at::zeros({2}).requires_grad_();
  const auto [both, unused] =
      kl_divergence_monte_carlo(Normal(locs, 1.0), Uniform(-ends, ends + 1), 100);
  EXPECT_TRUE(both.isinf().equal(at::tensor({1, 0}).to(at::kBool)));
  EXPECT_TRUE(torch::autograd::grad({both.sum()}, {locs})[0].isfinite().all().item<bool>());
  const auto [infinite, none] = kl_divergence_monte_carlo(Normal(loc, 1.0), Rooted(other, 0), 100);
  EXPECT_EQ(infinite.item<double>(), INFINITY);
  for (const Tensor& gradient : torch::autograd::grad({infinite}, {loc, other}))
    EXPECT_TRUE(gradient.isfinite().item<bool>()) << gradient;
}

/// Counts without a density at 0.
class Positive final : public Implements<Positive, Poisson> {
 public:
  explicit Positive(const Tensor& rate) : Implements(rate, false) {}
  static const Signature<Positive>& signature() {
    static const Signature<Positive> s{.name = "Positive"};
    return s;
  }

 private:
  Tensor do_log_prob(const Tensor& value) const override {
    return Poisson::do_log_prob(value).masked_fill(value == 0, -INFINITY);
  }
};

TEST(KlMonteCarloTest, AScoreIsNotThatOfAnInfiniteRatio) {
  at::manual_seed(0);
  const Tensor rate = at::ones({}).requires_grad_();
  const auto [estimate, error] = kl_divergence_monte_carlo(Positive(rate), Poisson(1.0), 100);
  EXPECT_EQ(estimate.item<double>(), -INFINITY);
  EXPECT_TRUE(torch::autograd::grad({estimate}, {rate})[0].isfinite().item<bool>());
}

TEST(KlMonteCarloTest, PairsWithoutARuleAreEstimated) {
  const MixtureSameFamily p(Categorical({0.3, 0.7}), Normal({-1.0, 1.0}, {1.0, 0.5}));
  const Normal q(0.5, 1.5);
  EXPECT_THROW(kl_divergence(p, q), c10::NotImplementedError);
  at::manual_seed(0);
  const auto estimate = kl_divergence_monte_carlo(p, q, kDraws);
  // The integral, by the midpoint rule.
  const Tensor x = (at::arange(20000) + 0.5) * 1e-3 - 10;
  const double exact =
      (p.log_prob(x).exp() * (p.log_prob(x) - q.log_prob(x))).sum().item<double>() * 1e-3;
  EXPECT_NEAR(estimate.estimate.item<double>(), exact,
              kDeviations * estimate.standard_error.item<double>());
}

TEST(KlMonteCarloTest, IsInfiniteOutsideTheSupport) {
  const ValidateArgsGuard on(true);
  const Tensor scale = at::ones({}).requires_grad_();
  const auto [estimate, error] =
      kl_divergence_monte_carlo(Normal(0.0, scale), Gamma(1.0, 1.0), 100);
  EXPECT_EQ(estimate.item<double>(), INFINITY);
  // Draws without a gradient.
  const Tensor p = at::full({}, 0.5).requires_grad_();
  const auto counts = kl_divergence_monte_carlo(Poisson(p), Bernoulli(probs(0.5)), 1000);
  EXPECT_EQ(counts.estimate.item<double>(), INFINITY);
  EXPECT_TRUE(torch::autograd::grad({counts.estimate}, {p})[0].isfinite().item<bool>());
}

TEST(KlMonteCarloTest, TheShapeIsThatOfBothBatches) {
  const Normal p(at::zeros({3, 1}), 1.0), q(at::zeros({4}), 2.0);
  const auto [estimate, error] = kl_divergence_monte_carlo(p, q, 10);
  EXPECT_EQ(estimate.sizes(), at::IntArrayRef({3, 4}));
  EXPECT_EQ(error.sizes(), at::IntArrayRef({3, 4}));
  // Batches of q with more dimensions than those of p, and as many draws as elements.
  const Normal larger(at::arange(6, at::kDouble).view({2, 3}), 2.0);
  for (const Normal& smaller :
       {Normal(at::zeros({}, at::kDouble), 1.0), Normal(at::zeros({3}, at::kDouble), 1.0)}) {
    for (const int64_t draws : {2, 3, 4000}) {
      at::manual_seed(0);
      const auto broadcast = kl_divergence_monte_carlo(smaller, larger, draws);
      EXPECT_EQ(broadcast.estimate.sizes(), at::IntArrayRef({2, 3}));
      const Tensor exact = kl_divergence(smaller, larger);
      EXPECT_TRUE(((broadcast.estimate - exact).abs() <
                   5 * broadcast.standard_error + 10.0 / static_cast<double>(draws))
                      .all()
                      .item<bool>())
          << broadcast.estimate << exact;
    }
  }
  const auto single = kl_divergence_monte_carlo(p, q, 1);
  EXPECT_TRUE(single.estimate.isfinite().all().item<bool>());
  EXPECT_TRUE(single.standard_error.isnan().all().item<bool>());
}

/// A handler that fails the test.
c10::WarningHandler& refuse_warnings() {
  struct Refusing final : c10::WarningHandler {
    void process(const c10::Warning& warning) override { ADD_FAILURE() << warning.msg(); }
  };
  static Refusing handler;
  return handler;
}

TEST(KlMonteCarloTest, AnEmptyBatchIsNoReasonForAWarning) {
  const c10::WarningUtils::WarningHandlerGuard guard(&refuse_warnings());
  const c10::WarningUtils::WarnAlways always;
  const Normal p(at::zeros({0, 3}), 1.0), q(at::zeros({3}), 2.0);
  const auto [estimate, error] = kl_divergence_monte_carlo(p, q, 4);
  EXPECT_EQ(estimate.sizes(), at::IntArrayRef({0, 3}));
  EXPECT_EQ(error.sizes(), at::IntArrayRef({0, 3}));
}

TEST(KlMonteCarloTest, MetaTensorsHaveTheirShapes) {
  const Tensor m = at::ones({3}, at::TensorOptions(at::kMeta));
  const auto [estimate, error] =
      kl_divergence_monte_carlo(Normal(m, m), StudentT(m, m.view({3, 1}), m), 4);
  for (const Tensor& t : {estimate, error}) {
    EXPECT_TRUE(t.is_meta());
    EXPECT_EQ(t.sizes(), at::IntArrayRef({3, 3}));
  }
}

TEST(KlMonteCarloTest, RefusesBatchesThatDoNotBroadcastBeforeItDraws) {
  const Normal two(at::zeros({2}), 1.0);
  const Laplace three(at::zeros({4, 3}), 1.0);
  const Generator stream = Philox(5);
  const std::string message = refusal([&] { kl_divergence_monte_carlo(two, three, 10, stream); });
  EXPECT_THAT(message,
              testing::HasSubstr(
                  "p type Normal has torch.Size([2]) and q type Laplace has torch.Size([4, 3])"));
  EXPECT_EQ(stream.get_offset(), 0);
}

TEST(KlMonteCarloTest, RefusesWhatHasNoDivergence) {
  const Normal p(0.0, 1.0);
  EXPECT_THROW(kl_divergence_monte_carlo(p, p, 0), c10::ValueError);
  EXPECT_THROW(kl_divergence_monte_carlo(p, Independent(Normal(at::zeros({2}), 1.0), 1), 10),
               c10::ValueError);
}

}  // namespace
}  // namespace torch::distributions::test
