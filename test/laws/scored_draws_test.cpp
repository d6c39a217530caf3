/// `rsample_with_log_prob` draws as `rsample` does, and its log_prob is that of the draw before it
/// was rounded. No transform is inverted.

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "laws/laws.h"
#include "support/tensors.h"

namespace torch::distributions::test {
namespace {

constexpr int64_t kDraws = 50;
constexpr int64_t kSeed = 20;

/// A draw with other roundings. Of a matrix the diagonal alone is changed, since a multiple of it has
/// the same small eigenvalues beside the large ones.
Tensor neighbour(const Distribution& d, const Tensor& draw) {
  if (d.event_shape().size() != 2) return draw * (1 - 0x1p-50);
  return draw - 0x1p-50 * draw.diagonal(0, -2, -1).diag_embed();
}

class ScoredDraws : public ::testing::TestWithParam<Case> {
 protected:
  const DistributionPtr distribution_ =
      GetParam().build({.validate_args = false, .dtype = at::kDouble}).distribution;
};

TEST_P(ScoredDraws, AreThoseOfRsampleWithTheirLogProb) {
  if (!distribution_->has_rsample()) {
    try {
      distribution_->rsample_with_log_prob();
      FAIL();
    } catch (const c10::NotImplementedError& error) {
      EXPECT_EQ(
          std::string(error.what_without_backtrace()),
          std::string(distribution_->type().name) + "::rsample_with_log_prob is not implemented");
    }
    return;
  }
  at::manual_seed(kSeed);
  const Tensor draws = distribution_->rsample({kDraws});
  at::manual_seed(kSeed);
  const auto [same, log_prob] = distribution_->rsample_with_log_prob({kDraws});
  EXPECT_TRUE(agrees(same, draws, 64, at::kDouble));
  // An inverse loses digits where the transform saturates, and there the log_prob of the draw is
  // that of a rounded value. A perturbed draw shows where.
  const Tensor of_draw = distribution_->log_prob(same);
  ASSERT_EQ(log_prob.sizes(), of_draw.sizes());
  const bool is_discrete = distribution_->support()->is_discrete();
  const Tensor of_neighbour =
      is_discrete ? of_draw : distribution_->log_prob(neighbour(*distribution_, same));
  const Tensor error = 1e3 * (of_neighbour - of_draw).abs() + 1e-9 * (1 + of_draw.abs());
  const Tensor comparable = of_draw.isfinite() & of_neighbour.isfinite();
  EXPECT_TRUE(((log_prob - of_draw).abs() <= error).masked_select(comparable).all().item<bool>())
      << core::repr(log_prob) << core::repr(of_draw);
  EXPECT_GT(comparable.sum().item<int64_t>(), 0);
}

/// With each parameter in turn replaced by numbers that may not be parameters.
TEST_P(ScoredDraws, AreNaNWithTheirLogProb) {
  if (!distribution_->has_rsample() || !is_scalar_event(*distribution_)) return;
  const BuildOptions options{.validate_args = false, .dtype = at::kDouble};
  const auto parameters = GetParam().build(options).parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    for (const double extreme : {kInfinity, -kInfinity, -1.0, 0.0}) {
      BuildOptions replaced = options;
      for (const auto& [path, tensor] : parameters) replaced.replacements.push_back(tensor);
      replaced.replacements[i] = at::full_like(parameters[i].second, extreme);
      const DistributionPtr d = GetParam().build(replaced).distribution;
      for (const Generator& generator : {Generator(), Generator(Philox(kSeed))}) {
        const auto [x, log_prob] = d->rsample_with_log_prob({kDraws}, generator);
        EXPECT_TRUE(log_prob.masked_select(x.isnan()).isnan().all().item<bool>())
            << parameters[i].first << ' ' << *d << core::repr(log_prob);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ordinary, ScoredDraws, ::testing::ValuesIn(ordinary_densities()),
                         CaseName());

/// A distribution in float whose draws lose the digits that the density needs.
struct Extreme {
  const char* name;
  DistributionPtr distribution;
};

void PrintTo(const Extreme& extreme, std::ostream* out) { *out << extreme.distribution; }

std::vector<Extreme> extremes() {
  const Tensor eye = at::eye(2);
  const double far = 1e6, narrow = 1e-3, small = 1e-3, large = 1e6;
  return {
      {"BetaOfLargeShapes", Beta(large, large)},
      {"CauchyFarOut", Cauchy(far, narrow)},
      {"Chi2OfLargeShape", Chi2(large)},
      {"ContinuousBernoulliAtZero", ContinuousBernoulli(logits(-1e8))},
      {"ContinuousBernoulliAtOne", ContinuousBernoulli(logits(1e8))},
      {"ExponentialFast", Exponential(large)},
      {"ExponentialSlow", Exponential(small)},
      {"GammaOfLargeShape", Gamma(large, 1.0)},
      {"GeneralizedParetoBounded", GeneralizedPareto(0.0, 1.0, -3.0)},
      {"GeneralizedParetoFarOut", GeneralizedPareto(far, narrow, 0.5)},
      {"GeneralizedParetoOfHeavyTail", GeneralizedPareto(0.0, 1.0, 100.0)},
      {"GumbelFarOut", Gumbel(far, narrow)},
      {"HalfCauchyNarrow", HalfCauchy(small)},
      {"HalfNormalNarrow", HalfNormal(small)},
      {"InverseGammaOfLargeShape", InverseGamma(large, 1.0)},
      {"KumaraswamyAtOne", Kumaraswamy(1.0, 0.1)},
      {"KumaraswamyOfSmallShapes", Kumaraswamy(small, small)},
      {"KumaraswamyOfLargeShapes", Kumaraswamy(large, large)},
      {"KumaraswamyOfSmallAndLargeShape", Kumaraswamy(small, large)},
      {"KumaraswamyOfLargeAndSmallShape", Kumaraswamy(large, small)},
      {"LaplaceFarOut", Laplace(far, narrow)},
      {"LogNormalNarrow", LogNormal(0.0, 1e-6)},
      {"LogNormalNarrowFarOut", LogNormal(80.0, 1e-6)},
      {"LogNormalWide", LogNormal(0.0, 300.0)},
      {"LowRankMultivariateNormalFarOut",
       LowRankMultivariateNormal(at::full({2}, far), at::full({2, 1}, narrow),
                                 at::full({2}, narrow * narrow))},
      {"MultivariateNormalFarOut",
       MultivariateNormal(at::full({2}, far), scale_tril(narrow * eye))},
      {"NormalFarOut", Normal(far, narrow)},
      {"ParetoOfSmallShape", Pareto(1.0, small)},
      {"ParetoOfLargeShape", Pareto(1.0, 1e8)},
      {"StudentTFarOut", StudentT(2.0, far, narrow)},
      {"StudentTOfLargeShape", StudentT(large)},
      {"UniformFarOut", Uniform(far, far + 1)},
      {"WeibullOfSmallShape", Weibull(1.0, small)},
      {"WeibullOfLargeShape", Weibull(1.0, 1e8)},
      {"WishartOfLargeShape", Wishart(large, covariance_matrix(eye))},
  };
}

class ScoredExtremes : public ::testing::TestWithParam<Extreme> {};

/// The mean of the log density is minus the entropy.
TEST_P(ScoredExtremes, HaveTheLogDensityBeforeTheyAreRounded) {
  constexpr int64_t kMany = 40000;
  constexpr double kErrors = 5;  // standard errors
  const DistributionPtr& d = GetParam().distribution;
  at::manual_seed(kSeed);
  const Tensor log_prob = d->rsample_with_log_prob({kMany}).second;
  ASSERT_EQ(log_prob.scalar_type(), at::kFloat);
  const Tensor wide = log_prob.to(at::kDouble);
  const double want = -d->to(at::kDouble)->entropy().item<double>(),
               error = wide.std().item<double>() / std::sqrt(double{kMany});
  EXPECT_NEAR(wide.mean().item<double>(), want, kErrors * error + 1e-6 * (1 + std::abs(want)));
}

INSTANTIATE_TEST_SUITE_P(, ScoredExtremes, ::testing::ValuesIn(extremes()),
                         [](const auto& test) { return std::string(test.param.name); });

/// A family, and its log density as a function of the noise that a draw is made of, in double.
struct Scored {
  const char* name;
  std::vector<double> parameters;
  std::function<DistributionPtr(const std::vector<Tensor>&)> make;
  std::function<Tensor()> noise;  // of kDraws draws in float, with the generator's state
  std::function<Tensor(const Tensor&, const std::vector<Tensor>&)> log_density;
};

void PrintTo(const Scored& scored, std::ostream* out) { *out << scored.name; }

Tensor uniform_noise() { return at::rand({kDraws}); }
Tensor exponential_noise() { return at::empty({kDraws}).exponential_(); }

/// The logarithm y of a draw of Gamma(a, 1) as a function of a along which the cdf stays the same, by
/// a difference quotient.
Tensor implicit(const Tensor& y, const Tensor& a) {
  const Tensor b = a.detach(), x = y.exp(), h = 1e-4 * b;
  const Tensor slope = (at::special_gammainc(b + h, x) - at::special_gammainc(b - h, x)) / (2 * h);
  return y - (a - b) * slope / (b * y - x - b.lgamma()).exp();
}

/// The logarithms of draws of Gamma(a, 1), in double.
Tensor log_gammas(double a) {
  return at::_standard_gamma(at::full({kDraws}, static_cast<float>(a)).to(at::kDouble)).log();
}

Tensor log1p_exp(const Tensor& x) { return x.clamp_min(0) + (-x.abs()).exp().log1p(); }

/// log(1 - e^x) for x < 0
Tensor log_complement(const Tensor& x) { return x.expm1().neg().log(); }

std::vector<Scored> scored() {
  using Tensors = std::vector<Tensor>;
  const auto kumaraswamy = [](const Tensors& p) { return Kumaraswamy(p[0], p[1]); };
  // 1 - x^a is u^(1/b).
  const auto of_kumaraswamy = [](const Tensor& u, const Tensors& p) {
    const Tensor &a = p[0], &b = p[1], log_rest = u.log() / b, log_x = log_complement(log_rest) / a;
    return a.log() + b.log() + (a - 1) * log_x + (b - 1) * log_rest;
  };
  const auto pareto = [](const Tensors& p) { return Pareto(p[0], p[1]); };
  // log(x / m) is t / a.
  const auto of_pareto = [](const Tensor& t, const Tensors& p) {
    return p[1].log() - p[0].log() - (p[1] + 1) * (t / p[1]);
  };
  const auto weibull = [](const Tensors& p) { return Weibull(p[0], p[1]); };
  // (x / s)^k is t.
  const auto of_weibull = [](const Tensor& t, const Tensors& p) {
    return p[1].log() - p[0].log() + (p[1] - 1) * (t.log() / p[1]) - t;
  };
  const auto generalized_pareto = [](const Tensors& p) {
    return GeneralizedPareto(p[0], p[1], p[2]);
  };
  // 1 + c z is (1 - u)^-c for z = (x - m) / s.
  const auto of_generalized_pareto = [](const Tensor& u, const Tensors& p) {
    const Tensor log_power = -p[2] * (-u).log1p();
    return -p[1].log() - (1 + 1 / p[2]) * log_power;
  };
  const auto continuous_bernoulli = [](const Tensors& p) {
    return ContinuousBernoulli(logits(p[0]));
  };
  // For t > 0, t (x - 1) is log(u + (1 - u) e^-t). The density is symmetric.
  const auto of_continuous_bernoulli = [](const Tensor& noise, const Tensors& p) {
    const bool falls = p[0].item<double>() < 0;
    const Tensor t = p[0].abs(), u = falls ? 1 - noise : noise;
    return (u + (1 - u) * (-t).exp()).log() + t.log() - log_complement(-t);
  };
  const auto gamma = [](const Tensors& p) { return Gamma(p[0], p[1]); };
  // The log density of a draw of Gamma(a, 1) at e^y.
  const auto of_standard_gamma = [](const Tensor& y, const Tensor& a) {
    return (a - 1) * y - y.exp() - a.lgamma();
  };
  const auto of_gamma = [=](const Tensor& noise, const Tensors& p) {
    return of_standard_gamma(implicit(noise, p[0]), p[0]) + p[1].log();
  };
  const auto of_inverse_gamma = [=](const Tensor& noise, const Tensors& p) {
    const Tensor y = implicit(noise, p[0]);
    return of_standard_gamma(y, p[0]) + 2 * y - p[1].log();
  };
  const auto fisher_snedecor = [](const Tensors& p) { return FisherSnedecor(p[0], p[1]); };
  const auto of_fisher_snedecor = [](const Tensor& noise, const Tensors& p) {
    const Tensor a = p[0] / 2, b = p[1] / 2, z = implicit(noise[0], a) - implicit(noise[1], b);
    return (a / b).log() + (a + b).lgamma() - a.lgamma() - b.lgamma() - a * log1p_exp(-z) -
           b * log1p_exp(z) - z;
  };
  // log(t^2 / df) is log(z^2 / 2) - y for a normal z.
  const auto of_student_t = [](const Tensor& noise, const Tensors& p) {
    const Tensor a = p[0] / 2, w = (noise[0].square() / 2).log() - implicit(noise[1], a);
    return (a + 0.5).lgamma() - a.lgamma() - 0.5 * (M_PI * p[0]).log() - (a + 0.5) * log1p_exp(w) -
           p[1].log();
  };
  const auto located = [](auto log_density) {
    return [=](const Tensor& z, const Tensors& p) { return log_density(z) - p[1].log(); };
  };
  return {{"KumaraswamyAtOne", {1, 0.1}, kumaraswamy, uniform_noise, of_kumaraswamy},
          {"KumaraswamySmallLarge", {1e-3, 1e6}, kumaraswamy, uniform_noise, of_kumaraswamy},
          {"KumaraswamyLargeSmall", {1e6, 1e-3}, kumaraswamy, uniform_noise, of_kumaraswamy},
          {"KumaraswamyOrdinary", {2.5, 1.5}, kumaraswamy, uniform_noise, of_kumaraswamy},
          {"ParetoLarge", {2.5, 1e6}, pareto, exponential_noise, of_pareto},
          {"ParetoSmall", {2.5, 1e-3}, pareto, exponential_noise, of_pareto},
          {"WeibullLarge", {2.5, 1e6}, weibull, exponential_noise, of_weibull},
          {"WeibullSmall", {2.5, 1e-3}, weibull, exponential_noise, of_weibull},
          {"GeneralizedParetoBounded",
           {1, 2, -0.9},
           generalized_pareto,
           uniform_noise,
           of_generalized_pareto},
          {"GeneralizedParetoOfHeavyTail",
           {1, 2, 100},
           generalized_pareto,
           uniform_noise,
           of_generalized_pareto},
          {"ContinuousBernoulliAtZero",
           {-1e6},
           continuous_bernoulli,
           [] { return uniform_noise(); },
           of_continuous_bernoulli},
          {"ContinuousBernoulliAtOne",
           {1e6},
           continuous_bernoulli,
           [] { return uniform_noise(); },
           of_continuous_bernoulli},
          {"ContinuousBernoulliOrdinary",
           {0.5},
           continuous_bernoulli,
           [] { return uniform_noise(); },
           of_continuous_bernoulli},
          {"GammaUnderflowing", {0.01, 1e-3}, gamma, [] { return log_gammas(0.01); }, of_gamma},
          {"GammaOfLargeRate", {2, 5e37}, gamma, [] { return log_gammas(2); }, of_gamma},
          {"Chi2Underflowing",
           {0.02},
           [](const Tensors& p) { return Chi2(p[0]); },
           [] { return log_gammas(0.01); },
           [=](const Tensor& noise, const Tensors& p) {
             const Tensor a = p[0] / 2;
             return of_standard_gamma(implicit(noise, a), a) - std::log(2.0);
           }},
          {"InverseGammaOverflowing",
           {0.01, 2},
           [](const Tensors& p) { return InverseGamma(p[0], p[1]); },
           [] { return log_gammas(0.01); },
           of_inverse_gamma},
          {"FisherSnedecorUnderflowing",
           {0.02, 3},
           fisher_snedecor,
           [] {
             const Tensor x = log_gammas(0.01);
             return at::stack({x, log_gammas(1.5)});
           },
           of_fisher_snedecor},
          {"FisherSnedecorOverflowing",
           {3, 0.02},
           fisher_snedecor,
           [] {
             const Tensor x = log_gammas(1.5);
             return at::stack({x, log_gammas(0.01)});
           },
           of_fisher_snedecor},
          {"FisherSnedecorOfSmallShapes",
           {0.02, 0.03},
           fisher_snedecor,
           [] {
             const Tensor x = log_gammas(0.01);
             return at::stack({x, log_gammas(0.015)});
           },
           of_fisher_snedecor},
          {"StudentTOverflowing",
           {0.02, 2},
           [](const Tensors& p) { return StudentT(p[0], 0.0, p[1]); },
           [] {
             const Tensor z = at::empty({kDraws}).normal_().to(at::kDouble);
             return at::stack({z, log_gammas(0.01)});
           },
           of_student_t},
          {"NormalFarOut",
           {1e6, 1e-3},
           [](const Tensors& p) { return Normal(p[0], p[1]); },
           [] { return Normal(0.0, 1.0).sample({kDraws}); },
           located([](const Tensor& z) { return -0.5 * z.square() - 0.5 * std::log(2 * M_PI); })},
          {"LaplaceFarOut",
           {1e6, 1e-3},
           [](const Tensors& p) { return Laplace(p[0], p[1]); },
           [] { return Laplace(0.0, 1.0).sample({kDraws}); },
           located([](const Tensor& z) { return -z.abs() - std::log(2.0); })},
          {"CauchyFarOut",
           {1e6, 1e-3},
           [](const Tensors& p) { return Cauchy(p[0], p[1]); },
           [] { return Cauchy(0.0, 1.0).sample({kDraws}); },
           located([](const Tensor& z) { return -z.square().log1p() - std::log(M_PI); })},
          {"GumbelFarOut",
           {1e6, 1e-3},
           [](const Tensors& p) { return Gumbel(p[0], p[1]); },
           [] { return Gumbel(0.0, 1.0).sample({kDraws}); },
           located([](const Tensor& z) { return -z - (-z).exp(); })},
          {"StudentTFarOut",
           {1e6, 1e-3},
           [](const Tensors& p) { return StudentT(2.0, p[0], p[1]); },
           [] { return StudentT(2.0).sample({kDraws}); },
           located([](const Tensor& z) { return -1.5 * (2 + z.square()).log(); })}};
}

class ScoredNoise : public ::testing::TestWithParam<Scored> {};

/// As the log density of a draw that is computed in double from the same noise.
TEST_P(ScoredNoise, HasTheLogDensityAndTheGradientsOfTheFormula) {
  std::vector<Tensor> narrow, wide;
  for (const double parameter : GetParam().parameters) {
    narrow.push_back(at::full({}, parameter, at::kFloat).requires_grad_());
    wide.push_back(narrow.back().detach().to(at::kDouble).requires_grad_());
  }
  const DistributionPtr d = GetParam().make(narrow);
  at::manual_seed(kSeed);
  const Tensor draws = d->rsample({kDraws});
  at::manual_seed(kSeed);
  const auto [same, log_prob] = d->rsample_with_log_prob({kDraws});
  EXPECT_TRUE(same.equal(draws));
  EXPECT_EQ(log_prob.scalar_type(), at::kFloat);
  at::manual_seed(kSeed);
  const Tensor noise = GetParam().noise().to(at::kDouble);
  const Tensor want = GetParam().log_density(noise, wide);
  EXPECT_TRUE(agrees(log_prob, want, 64, at::kFloat));
  const auto of_draws = autograd::grad({draws.sum()}, narrow, {}, true, false, true),
             of_same = autograd::grad({same.sum()}, narrow, {}, true, false, true);
  const auto got = autograd::grad({log_prob.sum()}, narrow),
             expected = autograd::grad({want.sum()}, wide, {}, {}, false, /*allow_unused=*/true);
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (expected[i].defined()) {
      EXPECT_TRUE(agrees(got[i], expected[i], 256, at::kFloat)) << i;
    } else {
      // The density of a draw does not depend on a location: two terms cancel.
      const double slope = 1 / GetParam().parameters[i + 1];
      EXPECT_LE(std::abs(got[i].item<double>()), kDraws * 0x1p-23 * slope);
    }
    EXPECT_TRUE(agrees(of_same[i], of_draws[i], 64, at::kFloat)) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(, ScoredNoise, ::testing::ValuesIn(scored()),
                         [](const auto& test) { return std::string(test.param.name); });

/// A family whose draws are made of gamma variables of small shapes. In float many of them leave the
/// range of numbers.
struct OfSmallShapes {
  const char* name;
  std::vector<Tensor> parameters;
  std::function<DistributionPtr(const std::vector<Tensor>&)> make;
};

void PrintTo(const OfSmallShapes& family, std::ostream* out) { *out << family.name; }

std::vector<OfSmallShapes> of_small_shapes() {
  using Tensors = std::vector<Tensor>;
  const Tensor small = at::full({}, 1e-3), one = at::ones({}), large = at::full({}, 1e6);
  const auto beta = [](const Tensors& p) { return Beta(p[0], p[1]); };
  const auto dirichlet = [](const Tensors& p) { return Dirichlet(p[0]); };
  const auto gamma = [](const Tensors& p) { return Gamma(p[0], p[1]); };
  const auto student_t = [](const Tensors& p) { return StudentT(p[0], p[1], p[2]); };
  const auto wishart = [](const Tensors& p) {
    return Wishart(
        p[0],
        covariance_matrix(
            at::tensor({2.0, 1.0, 1.0, 3.0}, p[0].options().requires_grad(false)).view({2, 2})));
  };
  return {{"BetaSmallSmall", {small, small}, beta},
          {"BetaSmallLarge", {small, large}, beta},
          {"BetaLargeSmall", {large, small}, beta},
          {"BetaAtOne", {one, at::full({}, 0.1)}, beta},
          {"Chi2", {small}, [](const Tensors& p) { return Chi2(p[0]); }},
          {"DirichletSmall", {at::tensor({1e-3, 2e-3, 3e-3})}, dirichlet},
          {"DirichletSmallAndLarge", {at::tensor({1e-3, 1e6, 2.0})}, dirichlet},
          {"DirichletOfTwo", {at::tensor({0.05, 2.0})}, dirichlet},
          {"Gamma", {small, one}, gamma},
          {"GammaOfLargeRate", {one, at::full({}, 1e38)}, gamma},
          {"InverseGamma", {small, one}, [](const Tensors& p) { return InverseGamma(p[0], p[1]); }},
          {"StudentT", {small, one, one}, student_t},
          {"StudentTWide", {at::full({}, 0.5), one, at::full({}, 1e37)}, student_t},
          {"Wishart", {at::full({}, 1.001)}, wishart},
          {"WishartOrdinary", {at::full({}, 2.5)}, wishart}};
}

class ScoredGammas : public ::testing::TestWithParam<OfSmallShapes> {};

/// The mean of the log density is minus the entropy, as functions of the parameters. The draws are
/// those of rsample, and take the same numbers of the generator.
TEST_P(ScoredGammas, HaveTheEntropyAndItsGradients) {
  constexpr int64_t kMany = 40000;
  constexpr double kErrors = 5;  // standard errors
  std::vector<Tensor> each, wide;
  for (const Tensor& p : GetParam().parameters) {
    at::DimVector shape(p.sizes());
    shape.insert(shape.begin(), kMany);
    each.push_back(p.to(at::kFloat).expand(shape).clone().requires_grad_());
    wide.push_back(p.to(at::kFloat).to(at::kDouble).requires_grad_());
  }
  const DistributionPtr d = GetParam().make(each);
  at::manual_seed(kSeed);
  const Tensor draws = d->rsample(), next = at::rand({3});
  at::manual_seed(kSeed);
  const auto [same, log_prob] = d->rsample_with_log_prob();
  EXPECT_TRUE(same.equal(draws));
  EXPECT_TRUE(at::rand({3}).equal(next));
  ASSERT_EQ(log_prob.scalar_type(), at::kFloat);
  const Tensor negative_entropy = -GetParam().make(wide)->entropy();
  const auto check = [&](const Tensor& numbers, const Tensor& want) {
    const Tensor mean = numbers.mean(0), error = numbers.std(0) / std::sqrt(double{kMany});
    const Tensor allowed = kErrors * error + 1e-6 * (1 + want.abs());
    EXPECT_TRUE(((mean - want).abs() <= allowed).all().item<bool>())
        << core::repr(mean) << core::repr(want) << core::repr(error);
  };
  check(log_prob.detach().to(at::kDouble), negative_entropy.detach());
  const auto got = autograd::grad({log_prob.sum()}, each),
             want = autograd::grad({negative_entropy}, wide, {}, {}, false, /*allow_unused=*/true);
  for (std::size_t i = 0; i < got.size(); ++i) {
    const Tensor none = at::zeros_like(wide[i]);
    check(got[i].to(at::kDouble), want[i].defined() ? want[i] : none);
  }
}

INSTANTIATE_TEST_SUITE_P(, ScoredGammas, ::testing::ValuesIn(of_small_shapes()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(ScoredDrawsTest, ASingleDrawMayLeaveTheRange) {
  at::manual_seed(3);
  for (const DistributionPtr& d : std::vector<DistributionPtr>{
           Gamma(1e-3, 1.0), InverseGamma(1e-3, 1.0), Beta(1e-3, 1e-3), StudentT(1e-2),
           FisherSnedecor(1e-2, 1e-2), Dirichlet(at::full({3}, 1e-3))}) {
    for (int repetition = 0; repetition < 20; ++repetition) {
      const auto [draw, log_prob] = d->rsample_with_log_prob();
      EXPECT_EQ(log_prob.dim(), 0);
      EXPECT_FALSE(log_prob.isnan().item<bool>()) << *d << draw;
    }
  }
}

TEST(ScoredDrawsTest, TheDtypeIsThatOfAllParameters) {
  const Tensor one = at::ones({3}), wide = one.to(at::kDouble);
  for (const DistributionPtr& d : std::vector<DistributionPtr>{
           Weibull(one, wide), Weibull(wide, one), Kumaraswamy(one, wide), Kumaraswamy(wide, one),
           Pareto(one, wide), Gamma(wide, one), GeneralizedPareto(one, wide, one)})
    EXPECT_EQ(d->rsample_with_log_prob().second.scalar_type(), at::kDouble) << *d;
}

TEST(ScoredDrawsTest, ThoseInTheRangeHaveTheLogProbOfTheDraw) {
  const Tensor shapes = at::tensor({1e-3, 2.0}), ones = at::ones({2});
  const Tensor pairs = at::tensor({1e-3, 1e-3, 1e-3, 2.0, 3.0, 4.0}).view({2, 3});
  const std::vector<DistributionPtr> all = {
      Beta(shapes, 2 * shapes), Chi2(shapes),
      Dirichlet(pairs),         FisherSnedecor(shapes, shapes),
      Gamma(shapes, ones),      InverseGamma(shapes, ones),
      StudentT(shapes)};
  for (const DistributionPtr& d : all) {
    at::manual_seed(kSeed);
    const auto [x, log_prob] = d->rsample_with_log_prob({kDraws});
    ValidateArgsGuard unvalidated(false);
    const Tensor of_draw = d->log_prob(x);
    EXPECT_TRUE(log_prob.select(1, 1).equal(of_draw.select(1, 1))) << d;
    EXPECT_FALSE(log_prob.select(1, 0).equal(of_draw.select(1, 0))) << d;
  }
}

TEST(ScoredDrawsTest, IndependentSumsThoseOfItsBase) {
  const Normal base(at::arange(6.0).view({2, 3}), 0.5);
  at::manual_seed(kSeed);
  const auto [x, log_prob] = base.rsample_with_log_prob({4});
  at::manual_seed(kSeed);
  const auto [same, sum] = Independent(base, 1).rsample_with_log_prob({4});
  EXPECT_TRUE(same.equal(x));
  EXPECT_TRUE(sum.equal(log_prob.sum(-1)));
}

TEST(ScoredDrawsTest, AMixtureHasNone) {
  const MixtureSameFamily d(Categorical(at::ones({2})), Normal(at::zeros({2}), 1.0));
  try {
    d.rsample_with_log_prob();
    FAIL();
  } catch (const c10::NotImplementedError& error) {
    EXPECT_EQ(std::string(error.what_without_backtrace()),
              "MixtureSameFamily::rsample_with_log_prob is not implemented");
  }
}

/// Overrides a density.
template <class Base>
class Flat final : public Implements<Flat<Base>, Base> {
 public:
  template <class... Args>
  explicit Flat(Args... args) : Implements<Flat, Base>(args..., false) {}
  static const Signature<Flat>& signature() {
    static const Signature<Flat> s{.name = "Flat", .has_rsample = true};
    return s;
  }

 private:
  Tensor do_log_prob(const Tensor& value) const override { return at::full_like(value, -7.0); }
};

/// The same without a signature of its own.
template <class Base>
class Plain final : public Base {
 public:
  using Base::Base;

 private:
  Tensor do_log_prob(const Tensor& value) const override { return at::full_like(value, -7.0); }
};

TEST(ScoredDrawsTest, ADerivedClassHasADensityOfItsOwn) {
  const Tensor small = at::full({2}, 1e-3);
  const auto check = [](const Distribution& d) {
    EXPECT_TRUE(d.rsample_with_log_prob({3}).second.eq(-7).all().item<bool>()) << d;
  };
  check(Flat<Beta>(small, small));
  check(Flat<Cauchy>(1e6, 1e-3));
  check(Flat<Chi2>(small));
  check(Flat<Dirichlet>(small));
  check(Flat<FisherSnedecor>(small, small));
  check(Flat<Gamma>(small, small));
  check(Flat<GeneralizedPareto>(1e6, 1e-3, 0.5));
  check(Plain<Gumbel>(1e6, 1e-3));
  check(Flat<InverseGamma>(small, small));
  check(Flat<Kumaraswamy>(1.0, 0.1));
  check(Flat<Laplace>(1e6, 1e-3));
  check(Flat<LogNormal>(0.0, 1e-6));
  check(Plain<LowRankMultivariateNormal>(1e6 + small, small.unsqueeze(-1), small));
  check(Plain<MultivariateNormal>(1e6 + small, scale_tril(at::eye(2))));
  check(Flat<Normal>(1e6, 1e-3));
  check(Flat<Pareto>(1.0, 1e8));
  check(Flat<StudentT>(small, 1e6, 1e-3));
  check(Flat<Weibull>(1.0, 1e-3));
}

/// tanh without an inverse.
class OneWayTanh final : public ImplementsTransform<OneWayTanh> {
 public:
  bool bijective() const override { return true; }
  ConstraintPtr domain() const override { return constraints::real; }
  ConstraintPtr codomain() const override { return constraints::interval(-1, 1); }

 private:
  Tensor do_forward(const Tensor& x) const override { return x.tanh(); }
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& /*y*/) const override {
    return TanhTransform().log_abs_det_jacobian(x, x);
  }
};

TEST(ScoredDrawsTest, NeedNoInverse) {
  const TransformedDistribution d(Normal(0.0, 10.0), OneWayTanh());
  EXPECT_THROW(d.log_prob(at::zeros({})), c10::NotImplementedError);
  at::manual_seed(kSeed);
  const auto [y, log_prob] = d.rsample_with_log_prob({1000});
  EXPECT_TRUE(log_prob.isfinite().all().item<bool>());
}

/// A policy of soft actor-critic: a squashed and scaled normal distribution.
class Squashed : public ::testing::TestWithParam<at::ScalarType> {};

TEST_P(Squashed, IsExactWhereTanhSaturates) {
  const auto options = at::TensorOptions(GetParam());
  const Tensor loc = at::tensor({-30.0, 0.0, 25.0}, options).requires_grad_(),
               scale = at::tensor({3.0, 10.0, 0.5}, options).requires_grad_();
  const TransformedDistribution d(Independent(Normal(loc, scale), 1),
                                  {TanhTransform(), AffineTransform(1.0, 2.0)});
  at::manual_seed(kSeed);
  const auto [y, log_prob] = d.rsample_with_log_prob({200});
  const auto gradients = torch::autograd::grad({log_prob.sum()}, {loc, scale});
  EXPECT_EQ(log_prob.sizes(), IntArrayRef({200}));
  EXPECT_GT(y.eq(3).sum().item<int64_t>(), 100);  // tanh is rounded to 1

  // The formula of the draw of the base, x, in double.
  const Tensor wide_loc = loc.detach().to(at::kDouble).requires_grad_(),
               wide_scale = scale.detach().to(at::kDouble).requires_grad_();
  at::manual_seed(kSeed);
  const Tensor noise =
      (Normal(loc, scale).sample({200}).to(at::kDouble) - wide_loc.detach()) / wide_scale.detach();
  const Tensor x = wide_loc + wide_scale * noise;
  const Tensor want =
      (-0.5 * noise.square() - wide_scale.log() - 0.5 * std::log(2 * M_PI) -
       2 * (std::log(2.0) - x - (-2 * x).exp().log1p().where(x > -15, -2 * x)) - std::log(2.0))
          .sum(-1);
  const auto want_gradients = torch::autograd::grad({want.sum()}, {wide_loc, wide_scale});
  EXPECT_TRUE(agrees(log_prob, want, 64, GetParam()));
  for (const std::size_t i : {0, 1})
    EXPECT_TRUE(agrees(gradients[i], want_gradients[i], 4096, GetParam()));
  // Its parts hand it on.
  at::manual_seed(kSeed);
  const auto [same, sum] =
      Independent(TransformedDistribution(Normal(loc, scale), TanhTransform()), 1)
          .rsample_with_log_prob({200});
  EXPECT_TRUE(agrees(sum - 3 * std::log(2.0), log_prob, 64, GetParam()));
}

INSTANTIATE_TEST_SUITE_P(, Squashed, ::testing::Values(at::kFloat, at::kDouble));

TEST(ScoredDrawsTest, OfRelaxedClassesAreExactAtLowTemperature) {
  const auto options = at::TensorOptions(at::kDouble);
  // In float most draws are rounded to 0 or 1.
  at::manual_seed(kSeed);
  const auto [x, log_prob] = RelaxedBernoulli(0.01, logits(0.5)).rsample_with_log_prob({100});
  at::manual_seed(kSeed);
  const LogitRelaxedBernoulli base(0.01, logits(0.5));
  const Tensor y = base.rsample({100});
  const Tensor wide = y.to(options);
  const Tensor want =
      LogitRelaxedBernoulli(at::full({}, 0.01f).to(options), logits(at::full({}, 0.5, options)))
          .log_prob(wide) +
      2 * (0.5 * wide.abs() + (-wide.abs()).exp().log1p());
  EXPECT_TRUE(agrees(log_prob, want, 64, at::kFloat));
  EXPECT_GT(x.eq(1).logical_or(x.lt(1e-30)).sum().item<int64_t>(), 20);

  at::manual_seed(kSeed);
  const auto [simplex, of_simplex] =
      RelaxedOneHotCategorical(0.01, logits({0.0, 1.0, 2.0})).rsample_with_log_prob({100});
  EXPECT_GT(simplex.lt(1e-37).sum().item<int64_t>(), 100);  // rounded to the smallest number
  EXPECT_TRUE(of_simplex.isfinite().all().item<bool>());
}

}  // namespace
}  // namespace torch::distributions::test
