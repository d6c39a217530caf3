/// Draws follow the distribution, at ordinary and at extreme parameters of every class. Every test
/// shows as well that it would see a scale or a probability that is 3 % wrong. At 200 draws of each
/// family, the gradient of rsample is that of a fixed quantile. The seeds are fixed, so that the
/// outcome is reproducible.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <torch/csrc/autograd/autograd.h>
#include <torch/distributions.h>

#include "support/data.h"
#include "support/tensors.h"

namespace torch::distributions::test {
namespace {

/// A line on which the density of a class can be integrated: the image of a value, and its inverse
/// with the logarithm of its derivative.
struct Line {
  double from, to;
  std::function<Tensor(const Tensor&)> point, value, log_slope;
};

const Line kAngles{-M_PI, M_PI, [](const Tensor& x) { return x; },
                   [](const Tensor& t) { return t; },
                   [](const Tensor& t) { return at::zeros_like(t); }};
const Line kPositive{-708, 708, [](const Tensor& x) { return x.log(); },
                     [](const Tensor& t) { return t.exp(); }, [](const Tensor& t) { return t; }};
const Line kReal{-708, 708, [](const Tensor& x) { return x.asinh(); },
                 [](const Tensor& t) { return t.sinh(); },
                 [](const Tensor& t) { return t.cosh().log(); }};
const Line kUnit{-708, 36, [](const Tensor& x) { return x.logit(); },
                 [](const Tensor& t) { return t.sigmoid(); },
                 [](const Tensor& t) { return -t.abs() - 2 * (-t.abs()).exp().log1p(); }};

/// The integral of a function along a line up to each of some points, by the midpoint rule. Within
/// a step the integrand counts as linear.
Tensor integral(const Line& line, const std::function<Tensor(const Tensor& value)>& of,
                const Tensor& x, int64_t steps) {
  const double step = (line.to - line.from) / static_cast<double>(steps);
  const Tensor t = (at::arange(steps, at::kDouble) + 0.5) * step + line.from;
  const Tensor parts = of(line.value(t)) * line.log_slope(t).exp() * step;
  const Tensor up_to = at::cat({at::zeros({1}, at::kDouble), parts.cumsum(0)});
  const Tensor padded = at::cat({parts.slice(0, 0, 1), parts, parts.slice(0, -1)});
  const Tensor slope = 0.5 * (padded.slice(0, 2) - padded.slice(0, 0, -2));
  const Tensor place =
      ((line.point(x) - line.from) / step).clamp(0, static_cast<double>(steps) - 1e-6);
  const Tensor index = place.floor().to(at::kLong), u = place - index;
  return up_to.index_select(0, index) + u * parts.index_select(0, index) +
         0.5 * u * (u - 1) * slope.index_select(0, index);
}

/// The probability of values up to each of some draws, by integration of the density.
Tensor by_density(const Distribution& d, const Line& line, const Tensor& draws) {
  constexpr int64_t kSteps = 400000;
  return integral(
      line, [&](const Tensor& x) { return d.log_prob(x).exp(); }, draws, kSteps);
}

/// The greatest difference between a distribution function and the share of draws, as a multiple of
/// what is possible by chance: by Dvoretzky, Kiefer, Wolfowitz and Massart,
/// P(sup |F_n - F| > t) <= 2 exp(-2 n t^2).
/// \param up_to The probability of values up to each draw.
/// \param below That of smaller values.
double misfit(const Tensor& up_to, const Tensor& below) {
  constexpr double kFalseAlarm = 1e-6;
  const auto sorted = [](const Tensor& u) { return std::get<0>(u.reshape({-1}).sort()); };
  const Tensor u = sorted(up_to);
  const auto n = static_cast<double>(u.numel());
  // The shares of draws up to each and below each, of which some may be equal.
  const auto distance = [&](const Tensor& probability, bool right) {
    const Tensor share = at::searchsorted(u, u, /*out_int32=*/false, right) / n;
    return (probability - share).abs().max().item<double>();
  };
  const double bound = std::sqrt(std::log(2 / kFalseAlarm) / (2 * n));
  return std::max(distance(u, true), distance(sorted(below), false)) / bound;
}

double misfit(const Tensor& u) { return misfit(u, u); }

/// The same of counts, by summation of their probabilities from a count far below the mean.
double misfit_of_counts(const Distribution& d, const Tensor& draws) {
  const double reach = 12 * d.stddev().item<double>() + 40;
  const double low = std::max(std::floor(d.mean().item<double>() - reach), 0.0);
  const double most = std::min(d.mean().item<double>() + reach, draws.max().item<double>());
  const double high = std::max(most, low);
  const Tensor cdf = d.log_prob(at::arange(low, high + 1, at::kDouble)).exp().cumsum(0);
  const Tensor from_zero = at::cat({at::zeros({1}, at::kDouble), cdf});
  const Tensor index = (draws - low).to(at::kLong).clamp(0, cdf.numel() - 1);
  return misfit(cdf.index_select(0, index), from_zero.index_select(0, index));
}

/// The same of how often some events happened among `n` draws. The greatest counts.
double misfit(const Tensor& counts, double n, const Tensor& probabilities) {
  constexpr double kZ = 5;
  const Tensor deviation = (n * probabilities * (1 - probabilities)).sqrt();
  return ((counts - n * probabilities).abs() / deviation).max().item<double>() / kZ;
}

constexpr int64_t kDraws = 500000;
constexpr double kWrong = 1.03;

/// A class at some parameters. `misfit_at(f)` is that of draws whose scale, or what determines
/// their spread, is `f` times the right one.
struct Sampled {
  std::string name;  // of the class
  std::function<double(double factor)> misfit_at;
};

template <class Make>
Sampled by_cdf(const Make& make) {
  const auto right = make(1.0);
  return {right.type().name, [=](double f) { return misfit(right.cdf(make(f).sample({kDraws}))); }};
}

/// For a class without a parameter of scale: draws are scaled.
template <class D>
Sampled scaled_by_cdf(const D& d) {
  return {d.type().name, [=](double f) { return misfit(d.cdf(d.sample({kDraws}) * f)); }};
}

template <class Make>
Sampled by_density(const Line& line, const Make& make) {
  const auto right = make(1.0);
  return {right.type().name, [=, &line](double f) {
            return misfit(by_density(right, line, make(f).sample({kDraws})));
          }};
}

template <class Make>
Sampled by_counts(const Make& make) {
  const auto right = make(1.0);
  return {right.type().name,
          [=](double f) { return misfit_of_counts(right, make(f).sample({kDraws})); }};
}

/// How often each category is drawn. `hits` makes a row for each draw, of a column for each.
template <class Make, class Hits>
Sampled by_frequency(const Make& make, const Tensor& probabilities, const Hits& hits) {
  return {make(1.0).type().name, [=](double f) {
            constexpr int64_t kMany = 4000000;
            return misfit(hits(make(f).sample({kMany})).sum(0, false, at::kDouble), kMany,
                          probabilities);
          }};
}

Tensor times_first(const Tensor& weights, double f) {
  Tensor result = weights.clone();
  result[0].mul_(f);
  return result / result.sum() * weights.sum();
}

using Parameters = std::vector<std::pair<double, double>>;

void add_locations_and_scales(std::vector<Sampled>& all) {
  for (const auto& [m, s] : Parameters{{0, 1}, {-3, 0.5}, {1e6, 1e-3}, {1, 1e150}, {0, 1e-300}}) {
    const Tensor loc = number(m);
    const double scale = s;
    all.push_back(by_cdf([=](double f) { return Normal(loc, scale * f); }));
    all.push_back(by_cdf([=](double f) { return Laplace(loc, scale * f); }));
    all.push_back(by_cdf([=](double f) { return Cauchy(loc, scale * f); }));
    all.push_back(by_cdf([=](double f) { return Gumbel(loc, scale * f); }));
    all.push_back(by_cdf([=](double f) { return Uniform(loc, loc + scale * f); }));
  }
  for (const auto& [m, s] : Parameters{{0, 1}, {-2, 0.5}, {0, 20}, {300, 1e-3}}) {
    const Tensor loc = number(m);
    const double scale = s;
    all.push_back(by_cdf([=](double f) { return LogNormal(loc, scale * f); }));
  }
  for (const double s : {1e-200, 0.5, 3.0, 1e200}) {
    all.push_back(by_cdf([=](double f) { return HalfNormal(number(s * f)); }));
    all.push_back(by_cdf([=](double f) { return HalfCauchy(number(s * f)); }));
    all.push_back(by_cdf([=](double f) { return Exponential(number(s * f)); }));
  }
  for (const double df : {1.0, 2.5, 30.0, 1e8}) {
    all.push_back(by_density(kReal, [=](double f) { return StudentT(number(df), 0.0, 0.5 * f); }));
  }
  // Of few degrees of freedom, the spread of the logarithm.
  all.push_back(by_density(kReal, [](double f) { return StudentT(number(0.1 * f)); }));
  for (const double k : {1e-3, 1.0, 30.0, 1e4}) {
    all.push_back({"VonMises", [=](double f) {
                     const VonMises d(number(0), k);
                     return misfit(by_density(d, kAngles, d.sample({kDraws}) * f));
                   }});
  }
}

void add_positive_ones(std::vector<Sampled>& all) {
  for (const auto& [a, r] : Parameters{{0.5, 2}, {1, 1e-200}, {3, 1e200}, {1e6, 1}}) {
    const Tensor concentration = number(a);
    const double rate = r;
    all.push_back(by_cdf([=](double f) { return Gamma(concentration, rate * f); }));
    if (std::abs(std::log(rate)) > 100) continue;
    all.push_back(by_cdf([=](double f) { return InverseGamma(concentration, rate * f); }));
    all.push_back(by_cdf([=](double f) { return Chi2(2 * concentration * f); }));
  }
  // Of a small concentration, the spread of the logarithm.
  all.push_back(by_cdf([](double f) { return Gamma(number(0.02 * f), 1.0); }));
  for (const double a : {0.02, 5.0}) {
    all.push_back(by_cdf([=](double f) { return InverseGamma(number(a * f), 1.0); }));
    all.push_back(by_cdf([=](double f) { return Chi2(number(a * f)); }));
  }
  for (const auto& [c, s] : Parameters{{0, 1}, {0.5, 1e100}, {-0.5, 1e-100}, {-2, 3}, {2, 1}}) {
    const double concentration = c, scale = s;
    all.push_back(
        by_cdf([=](double f) { return GeneralizedPareto(number(0), scale * f, concentration); }));
  }
  for (const auto& [s, a] : Parameters{{1, 1}, {2, 3}, {1e-100, 0.05}, {1e100, 50}}) {
    const double scale = s, alpha = a;
    all.push_back(by_cdf([=](double f) { return Pareto(number(scale), alpha * f); }));
    all.push_back(by_cdf([=](double f) { return Weibull(number(scale), alpha * f); }));
  }
  for (const auto& [a, b] : Parameters{{2, 3}, {0.2, 0.2}, {30, 0.5}, {0.05, 5}, {1e4, 1e4}}) {
    const double first = a, second = b;
    all.push_back(by_cdf([=](double f) { return Kumaraswamy(number(first), second * f); }));
  }
  for (const auto& [a, b] : Parameters{{0.2, 0.3}, {1, 4}, {30, 3}, {1e4, 1e3}}) {
    const double first = a, second = b;
    all.push_back(by_density(
        kPositive, [=](double f) { return FisherSnedecor(number(first * f), second / f); }));
  }
}

void add_bounded_ones(std::vector<Sampled>& all) {
  for (const auto& [a, b] : Parameters{{2, 3}, {0.05, 5}, {0.5, 0.5}, {1e4, 3e4}}) {
    const Tensor first = number(a);
    const double second = b;
    all.push_back(by_density(kUnit, [=](double f) { return Beta(first * f, second); }));
    // The first coordinate is Beta.
    all.push_back({"Dirichlet", [=](double f) {
                     const auto of = [&](double factor) {
                       return Dirichlet(at::stack(
                           {first * factor, number(0.25 * second), number(0.75 * second)}));
                     };
                     const Tensor draws = of(f).sample({kDraws}).select(-1, 0);
                     return misfit(by_density(Beta(first, second), kUnit, draws));
                   }});
  }
  for (const double logit : {0.0, 1e-3, -3.0, -1e4})
    all.push_back(scaled_by_cdf(ContinuousBernoulli({.logits = number(logit)})));
  for (const auto& [t, l] : Parameters{{0.5, 0.3}, {2, 2}, {20, -15}, {0.1, -4}}) {
    const double temperature = t;
    const Tensor logit = number(l);
    all.push_back(by_cdf(
        [=](double f) { return LogitRelaxedBernoulli(temperature * f, {.logits = logit}); }));
    all.push_back(
        by_cdf([=](double f) { return RelaxedBernoulli(temperature * f, {.logits = logit}); }));
    // Differences of scores are logistic.
    const Tensor logits = at::stack({logit, number(0), number(0.5)});
    const auto noise = [=](const Tensor& scores) {
      return (temperature * (scores.select(-1, 0) - scores.select(-1, 1)) - logit).sigmoid();
    };
    all.push_back({"ExpRelaxedCategorical", [=](double f) {
                     const ExpRelaxedCategorical d(temperature * f, {.logits = logits});
                     return misfit(noise(d.sample({kDraws})));
                   }});
    all.push_back({"RelaxedOneHotCategorical", [=](double f) {
                     const RelaxedOneHotCategorical d(temperature * f, {.logits = logits});
                     return misfit(noise(d.sample({kDraws}).log()));
                   }});
  }
}

void add_counts(std::vector<Sampled>& all) {
  for (const double rate : {0.3, 5.0, 1e3, 1e8})
    all.push_back(by_counts([=](double f) { return Poisson(number(rate * f)); }));
  for (const auto& [n, p] : Parameters{{1, 0.2}, {10, 0.3}, {1e6, 1e-6}, {1e8, 0.3}}) {
    const double count = n, probability = p;
    all.push_back(by_counts([=](double f) { return Binomial(count, number(probability * f)); }));
  }
  for (const auto& [n, p] : Parameters{{2, 0.3}, {0.1, 0.9}, {1e3, 0.5}, {1e6, 1e-6}}) {
    const double count = n, probability = p;
    all.push_back(
        by_counts([=](double f) { return NegativeBinomial(number(count * f), probability); }));
  }
  for (const double p : {0.9, 0.3, 1e-3, 1e-12}) {
    all.push_back({"Geometric", [=](double f) {
                     const Geometric d(number(p));
                     const Tensor k = Geometric(number(p * f)).sample({kDraws});
                     return misfit(d.cdf(k), d.cdf(k - 1));
                   }});
  }
  for (const double p : {0.02, 0.1, 0.5, 0.9}) {
    all.push_back(by_frequency([=](double f) { return Bernoulli(number(p * f)); }, number(p),
                               [](const Tensor& x) { return x; }));
  }
  for (const Tensor& w : {doubles({1, 2, 7}), doubles({2, 98, 0}), doubles({5, 5}),
                          at::cat({doubles({1}), at::full({50}, 0.5, at::kDouble)})}) {
    const Tensor p = w / w.sum(), is_possible = p.gt(0).nonzero().squeeze(-1);
    const auto of_possible = [=](const Tensor& x) { return x.index_select(-1, is_possible); };
    const Tensor probabilities = of_possible(p);
    all.push_back(by_frequency([=](double f) { return Categorical(times_first(w, f)); },
                               probabilities,
                               [=](const Tensor& x) { return x.unsqueeze(-1).eq(is_possible); }));
    if (w.numel() > 10) continue;
    all.push_back(by_frequency([=](double f) { return OneHotCategorical(times_first(w, f)); },
                               probabilities, of_possible));
    all.push_back(
        by_frequency([=](double f) { return OneHotCategoricalStraightThrough(times_first(w, f)); },
                     probabilities, of_possible));
  }
  const Tensor four = doubles({4, 3, 2, 1});
  all.push_back(by_frequency([=](double f) { return OneHotCategorical(times_first(four, f)); },
                             four / 10, [](const Tensor& x) { return x; }));
  all.push_back(
      by_frequency([=](double f) { return OneHotCategoricalStraightThrough(times_first(four, f)); },
                   four / 10, [](const Tensor& x) { return x; }));
  for (const auto& [n, p] : Parameters{{1, 0.2}, {10, 0.3}, {1000, 1e-3}, {1e8, 0.3}}) {
    const double count = n;
    const Tensor weights = doubles({p, 0.25 * (1 - p), 0.75 * (1 - p)});
    all.push_back({"Multinomial", [=](double f) {  // one count is binomial
                     const Multinomial d(count, times_first(weights, f));
                     const Tensor first = d.sample({kDraws}).select(-1, 0);
                     return misfit_of_counts(Binomial(count, weights[0]), first);
                   }});
  }
}

void add_vectors(std::vector<Sampled>& all) {
  const auto add_normal = [&](const Tensor& loc, const Tensor& factor) {
    all.push_back({"MultivariateNormal", [=](double f) {
                     const MultivariateNormal d(loc, {.scale_tril = factor * f});
                     const Tensor x = (d.sample({kDraws / 2}) - loc).unsqueeze(-1);
                     return misfit(
                         at::special_ndtr(at::linalg_solve_triangular(factor, x, /*upper=*/false)));
                   }});
  };
  const Tensor loc = doubles({0.5, -1});
  add_normal(loc, at::eye(2, at::kDouble));
  add_normal(loc, doubles({1, 0, 20, 0.1}).view({2, 2}));
  add_normal(loc, doubles({1e-6, 0, 0, 1e6}).view({2, 2}));
  add_normal(1e6 * loc, doubles({1e-3, 0, -1e-3, 1e-3}).view({2, 2}));
  for (const auto& [m, s] : Parameters{{0, 1}, {2, 0.1}, {-3, 4}, {0, 30}}) {
    const Tensor mean = doubles({m, -m});
    const double scale = s;
    all.push_back({"LogisticNormal", [=](double f) {
                     const LogisticNormal d(mean, scale * f);
                     const Tensor x = StickBreakingTransform().inv()(d.sample({kDraws / 2}));
                     return misfit(Normal(mean, scale).cdf(x));
                   }});
    all.push_back({"Independent", [=](double f) {
                     const Independent d(Normal(mean, scale * f), 1);
                     return misfit(Normal(mean, scale).cdf(d.sample({kDraws / 2})));
                   }});
    const auto transformed = [&](const std::vector<TransformPtr>& transforms) {
      all.push_back(by_cdf([=, m = number(m)](double f) {
        return TransformedDistribution(Normal(m, scale * f), transforms);
      }));
    };
    if (scale == 30)
      transformed({AffineTransform(1e6, -2)});
    else
      transformed({scale == 1 ? TransformPtr(TanhTransform()) : SigmoidTransform(),
                   AffineTransform(1, -0.5)});
  }
  const Categorical weights(doubles({0.25, 0.75}));
  all.push_back(
      scaled_by_cdf(MixtureSameFamily(weights, Normal(doubles({0, 0}), doubles({1, 9})))));
  all.push_back(scaled_by_cdf(MixtureSameFamily(weights, Exponential(doubles({1e-100, 1e-99})))));
  all.push_back(scaled_by_cdf(MixtureSameFamily(weights, Gamma(doubles({0.5, 30}), 1.0))));
  all.push_back(scaled_by_cdf(
      MixtureSameFamily(weights, Uniform(doubles({-1, 0.5}), doubles({0, 3})), false)));
}

void add_matrices(std::vector<Sampled>& all) {
  const auto add_low_rank = [&](const Tensor& factor, const Tensor& diagonal) {
    const Tensor loc = at::arange(diagonal.size(0), at::kDouble);
    const Tensor root =
        LowRankMultivariateNormal(loc, factor, diagonal).covariance_matrix().cholesky();
    all.push_back({"LowRankMultivariateNormal", [=](double f) {
                     const LowRankMultivariateNormal d(loc, factor * f, diagonal * f * f);
                     const Tensor x = (d.sample({kDraws / 2}) - loc).unsqueeze(-1);
                     return misfit(
                         at::special_ndtr(at::linalg_solve_triangular(root, x, /*upper=*/false)));
                   }});
  };
  add_low_rank(doubles({1, 0.5}).view({2, 1}), doubles({1, 2}));
  add_low_rank(doubles({20, -10}).view({2, 1}), doubles({0.01, 1}));
  add_low_rank(doubles({1e-3, 0, 2, 5, -1, 1}).view({3, 2}), doubles({1e-6, 1, 1e3}));
  add_low_rank(doubles({0, 0}).view({2, 1}), doubles({1e-12, 1e12}));

  const Tensor eye = at::eye(2, at::kDouble), steep = doubles({1, 0, 20, 0.1}).view({2, 2});
  const auto add_wishart = [&](double df, const Tensor& factor) {
    all.push_back({"Wishart", [=](double f) {  // of the whitened matrix, the trace is Chi2
                     const Wishart d(df, {.scale_tril = factor * f});
                     const Tensor x = at::cholesky_solve(d.sample({kDraws / 5}), factor);
                     return misfit(Chi2(number(2 * df)).cdf(x.diagonal(0, -2, -1).sum(-1)));
                   }});
  };
  add_wishart(5, eye);
  add_wishart(1.05, eye);
  add_wishart(2.5, steep);
  add_wishart(1e6, 1e-3 * eye);

  for (const auto& [n, eta] : Parameters{{2, 1}, {3, 0.5}, {5, 2}, {3, 50}}) {
    const auto dim = static_cast<int64_t>(n);
    const double concentration = eta, a = eta + 0.5 * (n - 2);
    all.push_back({"LKJCholesky", [=](double f) {  // the marginal distribution of a correlation
                     const Tensor factor = LKJCholesky(dim, number(concentration)).sample({kDraws});
                     const Tensor x = factor.select(-2, 1).select(-1, 0) * f;
                     return misfit(
                         by_density(Beta(number(a), a), kUnit, (0.5 * (x + 1)).clamp(0, 1)));
                   }});
  }
}

const std::vector<Sampled>& sampled() {
  static const auto made = [] {
    std::vector<Sampled> all;
    add_locations_and_scales(all);
    add_positive_ones(all);
    add_bounded_ones(all);
    add_counts(all);
    add_vectors(all);
    add_matrices(all);
    return all;
  }();
  return made;
}

class Draws : public ::testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override { at::manual_seed(21); }
  const Sampled& sampled_ = sampled()[GetParam()];
};

TEST_P(Draws, FollowTheDistribution) { EXPECT_LT(sampled_.misfit_at(1), 1); }

TEST_P(Draws, WouldBeSeenToHaveAWrongScale) { EXPECT_GT(sampled_.misfit_at(kWrong), 1); }

std::vector<std::size_t> places() {
  std::vector<std::size_t> all(sampled().size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
}

INSTANTIATE_TEST_SUITE_P(Every, Draws, ::testing::ValuesIn(places()), [](const auto& test) {
  return sampled()[test.param].name + "_" + std::to_string(test.param);
});

TEST(DrawsOfEveryClass, AreTestedAtFourPointsOrMore) {
  std::map<std::string, int> points;
  for (const Sampled& each : sampled()) ++points[each.name];
  for (const Family& f : families()) EXPECT_GE(points[f.name], 4) << f.name;
}

// A quantile x(a) of Beta(a, b) has dx/da = -(dF/da) / f, and dF/da is the integral of f dlog f/da.
// Laws of other families with a cdf are in sampling_test.cpp.
TEST(GradientsOfDraws, OfBetaAndDirichletAreThoseOfAFixedQuantile) {
  constexpr int64_t kPoints = 200, kSteps = 4000000;
  at::manual_seed(22);
  for (const auto& [a, b] : Parameters{{2, 3}, {0.05, 5}, {0.5, 0.5}, {5, 1e5}, {300, 0.7}}) {
    const auto as_wide_as = [first = a](const Tensor& x) {
      return at::full(x.sizes(), first, at::kDouble).requires_grad_();
    };
    const Tensor leaf = as_wide_as(at::empty({kPoints})), other = number(b);
    const Dirichlet dirichlet(
        at::stack({leaf, (0.25 * other).expand({kPoints}), (0.75 * other).expand({kPoints})}, -1));
    for (const Tensor& draws : {Beta(leaf, other).rsample(), dirichlet.rsample().select(-1, 0)}) {
      const Tensor x = draws.detach();
      const auto flow = [&](const Tensor& y) {
        const Tensor of = as_wide_as(y), log_prob = Beta(of, other).log_prob(y);
        return gradient(log_prob, of) * log_prob.detach().exp();
      };
      const Tensor density = Beta(leaf, other).log_prob(x).detach().exp();
      const Tensor want = -integral(kUnit, flow, x, kSteps) / density, got = gradient(draws, leaf);
      // The integral has an absolute error, which the density in a tail divides.
      const Tensor error = (got - want).abs() - 1e-11 / density;
      EXPECT_TRUE((error <= 1e-6 * want.abs()).all().item<bool>())
          << a << ' ' << b << ": " << (error / want.abs()).max().item<double>();
    }
  }
}

}  // namespace
}  // namespace torch::distributions::test
