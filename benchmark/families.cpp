#include "families.h"

#include <ATen/ATen.h>
#include <torch/distributions.h>

#include <cmath>
#include <numbers>

namespace bench {
namespace {

constexpr int64_t kEvent = 8;   // size of a vector, number of categories
constexpr int64_t kMatrix = 4;  // rows of a covariance
constexpr int64_t kTrials = 10;
constexpr int64_t kDims = 4096, kRank = 8;  // of a covariance of low rank

const double kLogSqrtTwoPi = 0.5 * std::log(2 * std::numbers::pi);
const double kLogTwo = std::numbers::ln2;

// Factories of inputs.

Input between(double low, double high, std::vector<int64_t> event = {}) {
  return {[=](Tensor& t) { t.uniform_(low, high); }, std::move(event)};
}

Input counts(int64_t most) {
  return {[=](Tensor& t) { t.random_(0, most + 1); }, {}, Input::Kind::kDiscrete};
}

Input index() {
  return {[](Tensor& t) { t.random_(0, kEvent); }, {}, Input::Kind::kIndex};
}

Input one_hot() {
  return {[](Tensor& t) {
            auto sizes = t.sizes().vec();
            sizes.back() = 1;
            t.zero_().scatter_(-1, at::randint(kEvent, sizes, at::kLong), 1);
          },
          {kEvent},
          Input::Kind::kDiscrete};
}

Input simplex() {
  return {[](Tensor& t) {
            t.uniform_(0.1, 1);
            t.div_(t.sum(-1, /*keepdim=*/true));
          },
          {kEvent}};
}

Input lower_triangular() {
  return {[](Tensor& t) {
            t.uniform_(-0.5, 0.5).tril_();
            t.diagonal(0, -2, -1).uniform_(1, 2);
          },
          {kMatrix, kMatrix}};
}

// Composed formulas that families share or that need more than a line.

/// Expands a parameter to `count` draws; `count` is 0 for a single draw without a new dimension.
Tensor repeated(const Tensor& parameter, int64_t count) {
  if (count == 0) return parameter;
  auto sizes = parameter.sizes().vec();
  sizes.insert(sizes.begin(), count);
  return parameter.expand(sizes);
}

Tensor normal_log_prob(const Tensor& x, const Tensors& p) {
  return -(x - p[0]).square() / (2 * p[1].square()) - p[1].log() - kLogSqrtTwoPi;
}
Tensor normal_sample(const Tensors& p, int64_t count) {
  return at::normal(repeated(p[0], count), repeated(p[1], count));
}
Tensor normal_entropy(const Tensors& p) { return 0.5 + kLogSqrtTwoPi + p[1].log(); }
Tensor normal_kl(const Tensors& p, const Tensors& q) {
  const Tensor ratio = (p[1] / q[1]).square();
  return 0.5 * (ratio + ((p[0] - q[0]) / q[1]).square() - 1 - ratio.log());
}

Tensor gamma_kl(const Tensor& a, const Tensor& rate_a, const Tensor& b, const Tensor& rate_b) {
  return b * (rate_a / rate_b).log() + b.lgamma() - a.lgamma() + (a - b) * a.digamma() +
         (rate_b - rate_a) * (a / rate_a);
}

Tensor beta_log_norm(const Tensor& a, const Tensor& b) {
  return a.lgamma() + b.lgamma() - (a + b).lgamma();
}
Tensor beta_entropy(const Tensors& p) {
  const Tensor total = p[0] + p[1];
  return beta_log_norm(p[0], p[1]) - (p[0] - 1) * p[0].digamma() - (p[1] - 1) * p[1].digamma() +
         (total - 2) * total.digamma();
}
Tensor beta_kl(const Tensors& p, const Tensors& q) {
  return beta_log_norm(q[0], q[1]) - beta_log_norm(p[0], p[1]) + (p[0] - q[0]) * p[0].digamma() +
         (p[1] - q[1]) * p[1].digamma() + (q[0] + q[1] - p[0] - p[1]) * (p[0] + p[1]).digamma();
}

Tensor dirichlet_log_norm(const Tensor& a) { return a.lgamma().sum(-1) - a.sum(-1).lgamma(); }
Tensor dirichlet_entropy(const Tensors& p) {
  const Tensor total = p[0].sum(-1);
  return dirichlet_log_norm(p[0]) - (kEvent - total) * total.digamma() -
         ((p[0] - 1) * p[0].digamma()).sum(-1);
}
Tensor dirichlet_kl(const Tensors& p, const Tensors& q) {
  const Tensor digammas = p[0].digamma() - p[0].sum(-1, /*keepdim=*/true).digamma();
  return dirichlet_log_norm(q[0]) - dirichlet_log_norm(p[0]) + ((p[0] - q[0]) * digammas).sum(-1);
}

Tensor bernoulli_kl(const Tensors& p, const Tensors& q) {
  const Tensor probs = p[0].sigmoid();
  return probs * (at::softplus(-q[0]) - at::softplus(-p[0])) +
         (1 - probs) * (at::softplus(q[0]) - at::softplus(p[0]));
}

Tensor binomial_log_prob(const Tensor& x, const Tensors& p) {
  const Tensor normalizer = kTrials * (p[0].clamp_min(0) + p[0].abs().neg().exp().log1p());
  return x * p[0] - normalizer + std::lgamma(kTrials + 1) - (x + 1).lgamma() -
         (kTrials - x + 1).lgamma();
}
Tensor binomial_sample(const Tensors& p, int64_t count) {
  const Tensor probs = repeated(p[0].sigmoid(), count);
  return at::binomial(at::full_like(probs, kTrials), probs);
}
Tensor binomial_entropy(const Tensors& p) {
  const Tensor log_probs =
      binomial_log_prob(at::arange(kTrials + 1, p[0].options()).unsqueeze(-1), p);
  return -(log_probs.exp() * log_probs).sum(0);
}

Tensors normalized(const Tensors& p) {
  Tensors result = p;
  result[0] = at::log_softmax(p[0], -1);
  return result;
}
Tensor categorical_log_prob(const Tensor& x, const Tensors& p) {
  auto sizes = x.sizes().vec();
  sizes.push_back(kEvent);
  return p[0].expand(sizes).gather(-1, x.unsqueeze(-1)).squeeze(-1);
}
Tensor categorical_sample(const Tensors& p, int64_t count) {
  const Tensor probs = p[0].exp();
  if (count != 0) return at::multinomial(probs, count, /*replacement=*/true);
  return at::multinomial(probs, 1, /*replacement=*/true).squeeze(-1);
}
Tensor categorical_entropy(const Tensors& p) { return -(p[0].exp() * p[0]).sum(-1); }
Tensor categorical_kl(const Tensors& p, const Tensors& q) {
  return (p[0].exp() * (p[0] - q[0])).sum(-1);
}
constexpr Composed kOneHot = {
    .log_prob = [](const Tensor& x, const Tensors& p) { return (x * p[0]).sum(-1); },
    .sample =
        [](const Tensors& p, int64_t count) {
          return at::one_hot(categorical_sample(p, count), kEvent).to(p[0].scalar_type());
        },
    .entropy = categorical_entropy,
    .kl = categorical_kl,
    .prepare = normalized};

Tensor half_log_det(const Tensor& tril) { return tril.diagonal(0, -2, -1).log().sum(-1); }
Tensor multivariate_normal_log_prob(const Tensor& x, const Tensors& p) {
  const Tensor z = at::linalg_solve_triangular(p[1], (x - p[0]).unsqueeze(-1), /*upper=*/false);
  return -0.5 * z.square().sum({-2, -1}) - kMatrix * kLogSqrtTwoPi - half_log_det(p[1]);
}
Tensor multivariate_normal_sample(const Tensors& p, int64_t count) {
  const Tensor loc = repeated(p[0], count);
  return loc + at::matmul(p[1], at::randn(loc.sizes(), loc.options()).unsqueeze(-1)).squeeze(-1);
}
Tensor multivariate_normal_entropy(const Tensors& p) {
  return kMatrix * (0.5 + kLogSqrtTwoPi) + half_log_det(p[1]);
}
Tensor multivariate_normal_kl(const Tensors& p, const Tensors& q) {
  const auto squares = [&](const Tensor& right) {
    return at::linalg_solve_triangular(q[1], right, /*upper=*/false).square().sum({-2, -1});
  };
  return half_log_det(q[1]) - half_log_det(p[1]) +
         0.5 * (squares(p[1]) + squares((q[0] - p[0]).unsqueeze(-1)) - kMatrix);
}

// p holds the mean, the factor W, the diagonal d and the Cholesky factor of I + W^T diag(d)^-1 W.
Tensor low_rank_solve(const Tensors& p, const Tensor& columns) {
  const Tensor scaled = p[1].mT() / p[2].unsqueeze(-2);
  return at::linalg_solve_triangular(p[3], scaled.matmul(columns), /*upper=*/false);
}
Tensor low_rank_half_log_det(const Tensors& p) {
  return half_log_det(p[3]) + 0.5 * p[2].log().sum(-1);
}
Tensor low_rank_log_prob(const Tensor& x, const Tensors& p) {
  const Tensor difference = x - p[0];
  const Tensor distance = (difference.square() / p[2]).sum(-1) -
                          low_rank_solve(p, difference.unsqueeze(-1)).square().sum({-2, -1});
  return -0.5 * distance - kDims * kLogSqrtTwoPi - low_rank_half_log_det(p);
}
Tensor low_rank_sample(const Tensors& p, int64_t count) {
  const Tensor loc = repeated(p[0], count);
  std::vector<int64_t> of_factor = loc.sizes().vec();
  of_factor.back() = kRank;
  const Tensor z = at::randn(of_factor, loc.options()), e = at::randn(loc.sizes(), loc.options());
  return loc + at::matmul(p[1], z.unsqueeze(-1)).squeeze(-1) + p[2].sqrt() * e;
}
Tensor low_rank_entropy(const Tensors& p) {
  return kDims * (0.5 + kLogSqrtTwoPi) + low_rank_half_log_det(p);
}
Tensor low_rank_kl(const Tensors& p, const Tensors& q) {
  const Tensor shift = (q[0] - p[0]).unsqueeze(-1);
  const auto squares = [&](const Tensor& columns) {
    return (columns.square() / q[2].unsqueeze(-1)).sum({-2, -1}) -
           low_rank_solve(q, columns).square().sum({-2, -1});
  };
  const Tensor rows = at::linalg_solve_triangular(
      q[3], q[1].mT() * (p[2].sqrt() / q[2]).unsqueeze(-2), /*upper=*/false);
  const Tensor of_diagonal = (p[2] / q[2]).sum(-1) - rows.square().sum({-2, -1});
  return low_rank_half_log_det(q) - low_rank_half_log_det(p) +
         0.5 * (of_diagonal + squares(p[1]) + squares(shift) - kDims);
}
Tensors low_rank_factored(const Tensors& p) {
  Tensors result = p;
  const Tensor gram = (p[1].mT() / p[2].unsqueeze(-2)).matmul(p[1]);
  result.push_back(at::linalg_cholesky(gram + at::eye(kRank, gram.options())));
  return result;
}

Tensor squashed_log_prob(const Tensor& y, const Tensors& p) {
  const Tensor x = y.atanh();
  return normal_log_prob(x, p) - 2 * (kLogTwo - x - at::softplus(-2 * x));
}

Tensor mixture_log_prob(const Tensor& x, const Tensors& p) {
  return (normal_log_prob(x.unsqueeze(-1), {p[1], p[2]}) + p[0]).logsumexp(-1);
}
Tensor mixture_sample(const Tensors& p, int64_t count) {
  const Tensor component = categorical_sample(p, count).unsqueeze(-1);
  return normal_sample({p[1], p[2]}, count).gather(-1, component).squeeze(-1);
}

std::vector<Family> make_families() {
  const Input loc = between(-1, 1), scale = between(0.5, 2), positive = between(0.5, 3);
  const Input real = between(-2, 2), unit = between(0.05, 0.95);
  const Input weights = between(-2, 2, {kEvent});  // logits
  return {
      {.name = "Normal",
       .value = real,
       .parameters = {loc, scale},
       .make = [](const Tensors& p) { return dist::Normal(p[0], p[1]); },
       .composed = {normal_log_prob, normal_sample, normal_entropy, normal_kl}},

      {.name = "LogNormal",
       .value = positive,
       .parameters = {loc, scale},
       .make = [](const Tensors& p) { return dist::LogNormal(p[0], p[1]); },
       .composed = {
           .log_prob =
               [](const Tensor& x, const Tensors& p) {
                 const Tensor y = x.log();
                 return normal_log_prob(y, p) - y;
               },
           .sample = [](const Tensors& p, int64_t count) { return normal_sample(p, count).exp(); },
           .entropy = [](const Tensors& p) { return normal_entropy(p) + p[0]; },
           .kl = normal_kl}},

      {.name = "Laplace",
       .value = real,
       .parameters = {loc, scale},
       .make = [](const Tensors& p) { return dist::Laplace(p[0], p[1]); },
       .composed = {
           .log_prob = [](const Tensor& x,
                          const Tensors& p) { return -(2 * p[1]).log() - (x - p[0]).abs() / p[1]; },
           .sample =
               [](const Tensors& p, int64_t count) {
                 const Tensor loc_ = repeated(p[0], count);
                 const Tensor u = at::empty(loc_.sizes(), loc_.options()).uniform_(-1, 1);
                 return loc_ - p[1] * u.sign() * (-u.abs()).log1p();
               },
           .entropy = [](const Tensors& p) { return 1 + (2 * p[1]).log(); },
           .kl =
               [](const Tensors& p, const Tensors& q) {
                 const Tensor ratio = p[1] / q[1], distance = (p[0] - q[0]).abs();
                 return -ratio.log() + distance / q[1] + ratio * (-distance / p[1]).exp() - 1;
               }}},

      {.name = "StudentT",
       .value = real,
       .parameters = {positive, loc, scale},
       .make = [](const Tensors& p) { return dist::StudentT(p[0], p[1], p[2]); },
       .composed = {.log_prob =
                        [](const Tensor& x, const Tensors& p) {
                          const Tensor z = (x - p[1]) / p[2];
                          return (0.5 * (p[0] + 1)).lgamma() - (0.5 * p[0]).lgamma() -
                                 0.5 * (std::numbers::pi * p[0]).log() - p[2].log() -
                                 0.5 * (p[0] + 1) * (z.square() / p[0]).log1p();
                        },
                    .sample =
                        [](const Tensors& p, int64_t count) {
                          const Tensor df = repeated(p[0], count);
                          const Tensor chi2 = 2 * at::_standard_gamma(0.5 * df);
                          const Tensor normal = at::randn(df.sizes(), df.options());
                          return p[1] + p[2] * normal * (chi2 / df).rsqrt();
                        },
                    .entropy =
                        [](const Tensors& p) {
                          const Tensor half = 0.5 * p[0], above = 0.5 * (p[0] + 1);
                          return p[2].log() + above * (above.digamma() - half.digamma()) +
                                 0.5 * p[0].log() + half.lgamma() - above.lgamma() +
                                 0.5 * std::log(std::numbers::pi);
                        }}},

      {.name = "Uniform",
       .value = between(-1, 1),
       .parameters = {between(-3, -2), between(2, 3)},
       .make = [](const Tensors& p) { return dist::Uniform(p[0], p[1]); },
       .composed = {.log_prob =
                        [](const Tensor& x, const Tensors& p) {
                          const auto type = p[0].scalar_type();
                          const Tensor inside = p[0].le(x).to(type) * p[1].gt(x).to(type);
                          return inside.log() - (p[1] - p[0]).log();
                        },
                    .sample =
                        [](const Tensors& p, int64_t count) {
                          const Tensor low = repeated(p[0], count);
                          return low + at::rand(low.sizes(), low.options()) * (p[1] - p[0]);
                        },
                    .entropy = [](const Tensors& p) { return (p[1] - p[0]).log(); },
                    .kl =
                        [](const Tensors& p, const Tensors& q) {
                          const Tensor log_ratio = ((q[1] - q[0]) / (p[1] - p[0])).log();
                          return log_ratio.masked_fill(q[0].gt(p[0]).logical_or(q[1].lt(p[1])),
                                                       INFINITY);
                        }}},

      {.name = "Exponential",
       .value = positive,
       .parameters = {positive},
       .make = [](const Tensors& p) { return dist::Exponential(p[0]); },
       .composed = {
           .log_prob = [](const Tensor& x, const Tensors& p) { return p[0].log() - p[0] * x; },
           .sample =
               [](const Tensors& p, int64_t count) {
                 const Tensor rate = repeated(p[0], count);
                 return at::empty(rate.sizes(), rate.options()).exponential_() / rate;
               },
           .entropy = [](const Tensors& p) { return 1 - p[0].log(); },
           .kl =
               [](const Tensors& p, const Tensors& q) {
                 const Tensor ratio = q[0] / p[0];
                 return ratio - ratio.log() - 1;
               }}},

      {.name = "Gamma",
       .value = positive,
       .parameters = {positive, positive},
       .make = [](const Tensors& p) { return dist::Gamma(p[0], p[1]); },
       .composed = {.log_prob =
                        [](const Tensor& x, const Tensors& p) {
                          return at::xlogy(p[0], p[1]) + at::xlogy(p[0] - 1, x) - p[1] * x -
                                 p[0].lgamma();
                        },
                    .sample =
                        [](const Tensors& p, int64_t count) {
                          return at::_standard_gamma(repeated(p[0], count)) / p[1];
                        },
                    .entropy =
                        [](const Tensors& p) {
                          return p[0] - p[1].log() + p[0].lgamma() + (1 - p[0]) * p[0].digamma();
                        },
                    .kl = [](const Tensors& p,
                             const Tensors& q) { return gamma_kl(p[0], p[1], q[0], q[1]); }}},

      {.name = "Chi2",
       .value = positive,
       .parameters = {positive},
       .make = [](const Tensors& p) { return dist::Chi2(p[0]); },
       .composed = {.log_prob =
                        [](const Tensor& x, const Tensors& p) {
                          const Tensor half = 0.5 * p[0];
                          return at::xlogy(half - 1, x) - 0.5 * x - half * kLogTwo - half.lgamma();
                        },
                    .sample =
                        [](const Tensors& p, int64_t count) {
                          return 2 * at::_standard_gamma(repeated(0.5 * p[0], count));
                        },
                    .entropy =
                        [](const Tensors& p) {
                          const Tensor half = 0.5 * p[0];
                          return half + kLogTwo + half.lgamma() + (1 - half) * half.digamma();
                        },
                    .kl =
                        [](const Tensors& p, const Tensors& q) {
                          const Tensor half = at::full_like(p[0], 0.5);
                          return gamma_kl(0.5 * p[0], half, 0.5 * q[0], half);
                        }}},

      {.name = "Beta",
       .value = unit,
       .parameters = {positive, positive},
       .make = [](const Tensors& p) { return dist::Beta(p[0], p[1]); },
       .composed = {.log_prob =
                        [](const Tensor& x, const Tensors& p) {
                          return at::xlogy(p[0] - 1, x) + at::xlogy(p[1] - 1, 1 - x) -
                                 beta_log_norm(p[0], p[1]);
                        },
                    .sample =
                        [](const Tensors& p, int64_t count) {
                          const Tensor pair = at::stack({p[0], p[1]}, -1);
                          return at::_sample_dirichlet(repeated(pair, count)).select(-1, 0);
                        },
                    .entropy = beta_entropy,
                    .kl = beta_kl}},

      {.name = "Dirichlet",
       .value = simplex(),
       .parameters = {between(0.5, 3, {kEvent})},
       .make = [](const Tensors& p) { return dist::Dirichlet(p[0]); },
       .composed = {
           .log_prob =
               [](const Tensor& x, const Tensors& p) {
                 return at::xlogy(p[0] - 1, x).sum(-1) - dirichlet_log_norm(p[0]);
               },
           .sample = [](const Tensors& p,
                        int64_t count) { return at::_sample_dirichlet(repeated(p[0], count)); },
           .entropy = dirichlet_entropy,
           .kl = dirichlet_kl}},

      {.name = "Bernoulli",
       .value = counts(1),
       .parameters = {real},
       .make = [](const Tensors& p) { return dist::Bernoulli({.logits = p[0]}); },
       .composed = {
           .log_prob =
               [](const Tensor& x, const Tensors& p) {
                 const Tensor logits = p[0].expand_as(x);
                 return -at::binary_cross_entropy_with_logits(logits, x, {}, {},
                                                              at::Reduction::None);
               },
           .sample = [](const Tensors& p,
                        int64_t count) { return at::bernoulli(repeated(p[0].sigmoid(), count)); },
           .entropy =
               [](const Tensors& p) {
                 return at::binary_cross_entropy_with_logits(p[0], p[0].sigmoid(), {}, {},
                                                             at::Reduction::None);
               },
           .kl = bernoulli_kl}},

      {.name = "Binomial",
       .value = counts(kTrials),
       .parameters = {real},
       .make = [](const Tensors& p) { return dist::Binomial(kTrials, {.logits = p[0]}); },
       .composed = {.log_prob = binomial_log_prob,
                    .sample = binomial_sample,
                    .entropy = binomial_entropy,
                    .kl = [](const Tensors& p,
                             const Tensors& q) { return kTrials * bernoulli_kl(p, q); }}},

      {.name = "Poisson",
       .value = counts(kTrials),
       .parameters = {positive},
       .make = [](const Tensors& p) { return dist::Poisson(p[0]); },
       .composed = {.log_prob =
                        [](const Tensor& x, const Tensors& p) {
                          return at::xlogy(x, p[0]) - p[0] - (x + 1).lgamma();
                        },
                    .sample = [](const Tensors& p,
                                 int64_t count) { return at::poisson(repeated(p[0], count)); },
                    .kl =
                        [](const Tensors& p, const Tensors& q) {
                          return p[0] * (p[0].log() - q[0].log()) - (p[0] - q[0]);
                        }}},

      {.name = "Categorical",
       .value = index(),
       .parameters = {weights},
       .make = [](const Tensors& p) { return dist::Categorical({.logits = p[0]}); },
       .composed = {categorical_log_prob, categorical_sample, categorical_entropy, categorical_kl,
                    normalized}},

      {.name = "OneHotCategorical",
       .value = one_hot(),
       .parameters = {weights},
       .make = [](const Tensors& p) { return dist::OneHotCategorical({.logits = p[0]}); },
       .composed = kOneHot},

      {.name = "OneHotCategoricalStraightThrough",
       .value = one_hot(),
       .parameters = {weights},
       .make =
           [](const Tensors& p) {
             return dist::OneHotCategoricalStraightThrough({.logits = p[0]});
           },
       .composed = kOneHot},

      {.name = "MultivariateNormal",
       .value = between(-2, 2, {kMatrix}),
       .parameters = {between(-1, 1, {kMatrix}), lower_triangular()},
       .make =
           [](const Tensors& p) { return dist::MultivariateNormal(p[0], {.scale_tril = p[1]}); },
       .composed = {multivariate_normal_log_prob, multivariate_normal_sample,
                    multivariate_normal_entropy, multivariate_normal_kl}},

      {.name = "LowRankMultivariateNormal",
       .value = between(-2, 2, {kDims}),
       .parameters = {between(-1, 1, {kDims}), between(-1, 1, {kDims, kRank}),
                      between(0.5, 2, {kDims})},
       .make = [](const Tensors& p) { return dist::LowRankMultivariateNormal(p[0], p[1], p[2]); },
       .composed = {low_rank_log_prob, low_rank_sample, low_rank_entropy, low_rank_kl,
                    low_rank_factored}},

      {.name = "Independent",
       .value = between(-2, 2, {kEvent}),
       .parameters = {between(-1, 1, {kEvent}), between(0.5, 2, {kEvent})},
       .make = [](const Tensors& p) { return dist::Independent(dist::Normal(p[0], p[1]), 1); },
       .composed = {
           .log_prob = [](const Tensor& x,
                          const Tensors& p) { return normal_log_prob(x, p).sum(-1); },
           .sample = normal_sample,
           .entropy = [](const Tensors& p) { return normal_entropy(p).sum(-1); },
           .kl = [](const Tensors& p, const Tensors& q) { return normal_kl(p, q).sum(-1); }}},

      {.name = "TransformedDistribution",
       .value = between(-0.95, 0.95),
       .parameters = {loc, scale},
       .make =
           [](const Tensors& p) {
             return dist::TransformedDistribution(dist::Normal(p[0], p[1]), dist::TanhTransform());
           },
       .composed = {.log_prob = squashed_log_prob,
                    .sample = [](const Tensors& p,
                                 int64_t count) { return normal_sample(p, count).tanh(); },
                    .kl = normal_kl}},

      {.name = "MixtureSameFamily",
       .value = real,
       .parameters = {weights, between(-1, 1, {kEvent}), between(0.5, 2, {kEvent})},
       .make =
           [](const Tensors& p) {
             return dist::MixtureSameFamily(dist::Categorical({.logits = p[0]}),
                                            dist::Normal(p[1], p[2]));
           },
       .composed = {.log_prob = mixture_log_prob, .sample = mixture_sample, .prepare = normalized}},
  };
}

}  // namespace

const std::vector<Family>& families() {
  static const std::vector<Family> all = make_families();
  return all;
}

}  // namespace bench
