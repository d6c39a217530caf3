#include <ATen/ATen.h>
#include <torch/distributions.h>

#include <cmath>
#include <tuple>

#include "entries.h"

namespace bench {
namespace {

constexpr int64_t kDims = 4096, kRank = 8;  // of a covariance of low rank
constexpr double kTemperature = 0.5;        // of relaxed categories

Input simplex() {
  return {[](Tensor& t) {
            t.uniform_(0.1, 1);
            t.div_(t.sum(-1, /*keepdim=*/true));
          },
          {kEvent}};
}

Input log_simplex() {
  return {[fill = simplex().fill](Tensor& t) {
            fill(t);
            t.log_();
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

/// Cholesky factors of correlation matrices: rows of length 1.
Input correlation_factor() {
  return {[fill = lower_triangular().fill](Tensor& t) {
            fill(t);
            t.div_(at::linalg_vector_norm(t, 2, -1, /*keepdim=*/true));
          },
          {kMatrix, kMatrix}};
}

/// Symmetric matrices in which each element of the diagonal exceeds the sum of the rest of its row.
Input positive_definite() {
  return {[](Tensor& t) {
            t.uniform_(-0.5, 0.5);
            t.diagonal(0, -2, -1).uniform_(2, 3);
            for (int64_t i = 1; i < kMatrix; ++i) {
              t.select(-1, i).narrow(-1, 0, i).copy_(t.select(-2, i).narrow(-1, 0, i));
            }
          },
          {kMatrix, kMatrix}};
}

// Formulas that families share or that need more than a line.

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

// LogisticNormal: x[i] = z[i] (1 - z[0]) ... (1 - z[i - 1]) for the parts z[i] of what is left of 1.
Tensor log_choices(const Tensor& like) {
  return at::arange(kEvent - 1, 0, -1, like.options()).log();
}
Tensor logistic_normal_log_prob(const Tensor& x, const Tensors& p) {
  const Tensor parts = x.narrow(-1, 0, kEvent - 1);
  const Tensor y = parts.log() - (1 - parts.cumsum(-1)).log() + log_choices(x);
  return normal_log_prob(y, p).sum(-1) - x.log().sum(-1);
}
Tensor logistic_normal_sample(const Tensors& p, int64_t count) {
  const Tensor y = normal_sample(p, count);
  const Tensor z = (y - log_choices(y)).sigmoid();
  const Tensor one = at::ones({}, z.options()).expand_as(z.narrow(-1, 0, 1));
  return at::cat({z, one}, -1) * at::cat({one, (1 - z).cumprod(-1)}, -1);
}

// Relaxed categories: the parameters are logarithms of probabilities.
Tensor exp_relaxed_log_prob(const Tensor& x, const Tensors& p) {
  const Tensor scores = p[0] - kTemperature * x;
  return std::lgamma(kEvent) + (kEvent - 1) * std::log(kTemperature) + scores.sum(-1) -
         kEvent * scores.logsumexp(-1);
}
/// A softmax of these numbers is a draw.
Tensor relaxed_scores(const Tensors& p, int64_t count) {
  return (p[0] - exponential_noise(p[0], count).log()) / kTemperature;
}

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

// Wishart: the parameters are the degrees of freedom and the Cholesky factor of the scale matrix.
Tensor below(const Tensor& df) {  // df, df - 1, ..., df - kMatrix + 1
  return df.unsqueeze(-1) - at::arange(kMatrix, df.options());
}
Tensor multivariate_digamma(const Tensor& half_df) {
  return (half_df.unsqueeze(-1) - 0.5 * at::arange(kMatrix, half_df.options())).digamma().sum(-1);
}
Tensor trace_of(const Tensor& matrix) { return matrix.diagonal(0, -2, -1).sum(-1); }
Tensor wishart_log_prob(const Tensor& x, const Tensors& p) {
  const Tensor half = 0.5 * p[0];
  const Tensor log_det = std::get<1>(at::linalg_slogdet(x));
  return (half - 0.5 * (kMatrix + 1)) * log_det - 0.5 * trace_of(at::cholesky_solve(x, p[1])) -
         p[0] * (0.5 * kMatrix * kLogTwo + half_log_det(p[1])) - half.mvlgamma(kMatrix);
}
/// Draws by the decomposition of Bartlett.
Tensor wishart_sample(const Tensors& p, int64_t count) {
  const Tensor df = below(repeated(p[0], count));
  auto sizes = df.sizes().vec();
  sizes.push_back(kMatrix);
  const Tensor chi = (2 * at::_standard_gamma(0.5 * df)).sqrt();
  const Tensor noise = at::randn(sizes, df.options()).tril(-1) + chi.diag_embed();
  const Tensor factor = p[1].matmul(noise);
  return factor.matmul(factor.mT());
}
Tensor wishart_entropy(const Tensors& p) {
  const Tensor half = 0.5 * p[0];
  return (kMatrix + 1) * (0.5 * kMatrix * kLogTwo + half_log_det(p[1])) + half.mvlgamma(kMatrix) -
         (half - 0.5 * (kMatrix + 1)) * multivariate_digamma(half) + kMatrix * half;
}
Tensor wishart_kl(const Tensors& p, const Tensors& q) {
  const Tensor half_p = 0.5 * p[0], half_q = 0.5 * q[0];
  const Tensor ratio = at::linalg_solve_triangular(q[1], p[1], /*upper=*/false);
  return q[0] * (half_log_det(q[1]) - half_log_det(p[1])) +
         half_p * (ratio.square().sum({-2, -1}) - kMatrix) + half_q.mvlgamma(kMatrix) -
         half_p.mvlgamma(kMatrix) + (half_p - half_q) * multivariate_digamma(half_p);
}

Tensor lkj_log_prob(const Tensor& x, const Tensors& p) {
  const Tensor exponents =
      2 * (p[0].unsqueeze(-1) - 1) + kMatrix - at::arange(2, kMatrix + 1, p[0].options());
  const Tensor above = p[0] + 0.5 * (kMatrix - 1);
  const Tensor log_norm = 0.5 * (kMatrix - 1) * kLogPi + (above - 0.5).mvlgamma(kMatrix - 1) -
                          (kMatrix - 1) * above.lgamma();
  return (exponents * x.diagonal(0, -2, -1).narrow(-1, 1, kMatrix - 1).log()).sum(-1) - log_norm;
}
/// Draws by the onion method: row i has a random direction, and its squared length without the
/// diagonal has a beta distribution.
Tensor lkj_sample(const Tensors& p, int64_t count) {
  const Tensor concentration = repeated(p[0], count).unsqueeze(-1) + 0.5 * (kMatrix - 2);
  const Tensor half_row = 0.5 * (at::arange(kMatrix, p[0].options()) - 1).clamp_min(0);
  const Tensor b = concentration - half_row, a = (half_row + 0.5).expand_as(b);
  const Tensor square = at::_sample_dirichlet(at::stack({a, b}, -1)).select(-1, 0);
  auto sizes = b.sizes().vec();
  sizes.push_back(kMatrix);
  const Tensor normal = at::randn(sizes, b.options()).tril(-1);
  const Tensor row = normal / at::linalg_vector_norm(normal, 2, -1, /*keepdim=*/true) *
                     square.sqrt().unsqueeze(-1);
  row.select(-2, 0).zero_();
  return row + (1 - row.square().sum(-1)).sqrt().diag_embed();
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

}  // namespace

std::vector<Family> vector_families() {
  const Input loc = between(-1, 1), scale = between(0.5, 2), positive = between(0.5, 3);
  const Input real = between(-2, 2);
  const Input weights = between(-2, 2, {kEvent});  // logits
  return {
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

      {.name = "LogisticNormal",
       .value = simplex(),
       .parameters = {between(-1, 1, {kEvent - 1}), between(0.5, 2, {kEvent - 1})},
       .make = [](const Tensors& p) { return dist::LogisticNormal(p[0], p[1]); },
       .composed = {.log_prob = logistic_normal_log_prob,
                    .sample = logistic_normal_sample,
                    .kl = [](const Tensors& p,
                             const Tensors& q) { return normal_kl(p, q).sum(-1); }}},

      {.name = "ExpRelaxedCategorical",
       .value = log_simplex(),
       .parameters = {weights},
       .make =
           [](const Tensors& p) {
             return dist::ExpRelaxedCategorical(kTemperature, {.logits = p[0]});
           },
       .composed = {.log_prob = exp_relaxed_log_prob,
                    .sample =
                        [](const Tensors& p, int64_t count) {
                          return at::log_softmax(relaxed_scores(p, count), -1);
                        },
                    .prepare = normalized}},

      {.name = "RelaxedOneHotCategorical",
       .value = simplex(),
       .parameters = {weights},
       .make =
           [](const Tensors& p) {
             return dist::RelaxedOneHotCategorical(kTemperature, {.logits = p[0]});
           },
       .composed = {
           .log_prob =
               [](const Tensor& x, const Tensors& p) {
                 const Tensor log_x = x.log();
                 return exp_relaxed_log_prob(log_x, p) - log_x.sum(-1);
               },
           .sample = [](const Tensors& p,
                        int64_t count) { return at::softmax(relaxed_scores(p, count), -1); },
           .prepare = normalized}},

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

      {.name = "Wishart",
       .value = positive_definite(),
       .parameters = {between(5, 10), lower_triangular()},
       .make = [](const Tensors& p) { return dist::Wishart(p[0], {.scale_tril = p[1]}); },
       .composed = {wishart_log_prob, wishart_sample, wishart_entropy, wishart_kl}},

      {.name = "LKJCholesky",
       .value = correlation_factor(),
       .parameters = {positive},
       .make = [](const Tensors& p) { return dist::LKJCholesky(kMatrix, p[0]); },
       .composed = {lkj_log_prob, lkj_sample}},

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

}  // namespace bench
