#include <ATen/ATen.h>
#include <torch/distributions.h>

#include <cmath>
#include <numbers>

#include "entries.h"

namespace bench {
namespace {

// Formulas that families share or that need more than a line.

Tensor cauchy_log_prob(const Tensor& x, const Tensors& p) {
  return -kLogPi - p[1].log() - ((x - p[0]) / p[1]).square().log1p();
}
Tensor cauchy_sample(const Tensors& p, int64_t count) {
  const Tensor loc = repeated(p[0], count);
  return loc + p[1] * at::empty(loc.sizes(), loc.options()).cauchy_();
}
Tensor cauchy_kl(const Tensors& p, const Tensors& q) {
  return ((p[1] + q[1]).square() + (p[0] - q[0]).square()).log() - (4 * p[1] * q[1]).log();
}

/// The parameters of the symmetric distribution whose absolute value has this scale.
Tensors unfolded(const Tensors& p) { return {at::zeros_like(p[0]), p[0]}; }

Tensor gumbel_sample(const Tensors& p, int64_t count) {
  return p[0] - p[1] * exponential_noise(p[0], count).log();
}
Tensor gumbel_kl(const Tensors& p, const Tensors& q) {
  const Tensor ratio = p[1] / q[1], shift = (p[0] - q[0]) / q[1];
  return shift - ratio.log() + kEuler * (ratio - 1) + (-shift).exp() * (ratio + 1).lgamma().exp() -
         1;
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

Tensor fisher_snedecor_log_prob(const Tensor& x, const Tensors& p) {
  const Tensor a = 0.5 * p[0], b = 0.5 * p[1];
  return a * p[0].log() + b * p[1].log() + (a - 1) * x.log() - (a + b) * (p[0] * x + p[1]).log() -
         beta_log_norm(a, b);
}
Tensor fisher_snedecor_sample(const Tensors& p, int64_t count) {
  const Tensor df1 = repeated(p[0], count), df2 = repeated(p[1], count);
  return (at::_standard_gamma(0.5 * df1) / df1) / (at::_standard_gamma(0.5 * df2) / df2);
}

Tensor kumaraswamy_log_prob(const Tensor& x, const Tensors& p) {
  return p[0].log() + p[1].log() + (p[0] - 1) * x.log() + (p[1] - 1) * (1 - x.pow(p[0])).log();
}
Tensor kumaraswamy_entropy(const Tensors& p) {
  const Tensor harmonic = (p[1] + 1).digamma() + kEuler;
  return 1 - 1 / p[1] + (1 - 1 / p[0]) * harmonic - p[0].log() - p[1].log();
}

Tensor pareto_kl(const Tensors& p, const Tensors& q) {
  const Tensor ratio = q[1] / p[1];
  const Tensor kl = q[1] * (p[0] / q[0]).log() - ratio.log() + ratio - 1;
  return kl.masked_fill(p[0].lt(q[0]), INFINITY);
}

Tensor weibull_log_prob(const Tensor& x, const Tensors& p) {
  const Tensor z = x / p[0];
  return (p[1] / p[0]).log() + (p[1] - 1) * z.log() - z.pow(p[1]);
}

Tensor generalized_pareto_log_prob(const Tensor& x, const Tensors& p) {
  const Tensor z = (x - p[0]) / p[1];
  return -p[1].log() - (1 / p[2] + 1) * (p[2] * z).log1p();
}
Tensor generalized_pareto_sample(const Tensors& p, int64_t count) {
  return p[0] + p[1] * (uniform_noise(p[0], count).pow(-p[2]) - 1) / p[2];
}

Tensor von_mises_log_prob(const Tensor& x, const Tensors& p) {
  return p[1] * (x - p[0]).cos() - std::log(2 * kPi) - at::special_i0(p[1]).log();
}
/// Draws by the rejection method of Best and Fisher (1979).
Tensor von_mises_sample(const Tensors& p, int64_t count) {
  const Tensor k = repeated(p[1], count);
  const Tensor tau = 1 + (1 + 4 * k.square()).sqrt();
  const Tensor rho = (tau - (2 * tau).sqrt()) / (2 * k);
  const Tensor r = (1 + rho.square()) / (2 * rho);
  Tensor angle = at::zeros(k.sizes(), k.options());
  Tensor done = at::zeros(k.sizes(), k.options().dtype(at::kBool));
  while (!done.all().item<bool>()) {
    const Tensor z = (kPi * at::rand(k.sizes(), k.options())).cos();
    const Tensor u = at::rand(k.sizes(), k.options()), v = at::rand(k.sizes(), k.options());
    const Tensor f = (1 + r * z) / (r + z);
    const Tensor c = k * (r - f);
    const Tensor accepted = (c * (2 - c)).gt(u).logical_or(((c / u).log() + 1 - c).ge(0));
    angle = at::where(accepted, (v - 0.5).sign() * f.acos(), angle);
    done = done.logical_or(accepted);
  }
  return (angle + p[0] + kPi).remainder(2 * kPi) - kPi;
}

// ContinuousBernoulli, by its logits. The density is exp(logits x) / (the integral over [0, 1]).
Tensor continuous_bernoulli_log_norm(const Tensor& logits) {
  return (logits.expm1() / logits).log();
}
Tensor continuous_bernoulli_mean(const Tensor& logits) {
  return -1 / (-logits).expm1() - 1 / logits;
}
Tensor continuous_bernoulli_entropy(const Tensors& p) {
  return continuous_bernoulli_log_norm(p[0]) - p[0] * continuous_bernoulli_mean(p[0]);
}
Tensor continuous_bernoulli_kl(const Tensors& p, const Tensors& q) {
  return (p[0] - q[0]) * continuous_bernoulli_mean(p[0]) + continuous_bernoulli_log_norm(q[0]) -
         continuous_bernoulli_log_norm(p[0]);
}

// The parameters are the temperature and the logits.
Tensor logit_relaxed_bernoulli_log_prob(const Tensor& y, const Tensors& p) {
  const Tensor d = p[1] - p[0] * y;
  return p[0].log() + d - 2 * d.exp().log1p();
}
Tensor logit_relaxed_bernoulli_sample(const Tensors& p, int64_t count) {
  const Tensor u = uniform_noise(p[1], count);
  return (p[1] + u.log() - (-u).log1p()) / p[0];
}

}  // namespace

std::vector<Family> continuous_families() {
  const Input loc = between(-1, 1), scale = between(0.5, 2), positive = between(0.5, 3);
  const Input real = between(-2, 2), unit = between(0.05, 0.95);
  return {
      {.name = "Normal",
       .value = real,
       .parameters = {loc, scale},
       .make = [](const Tensors& p) { return dist::Normal(p[0], p[1]); },
       .composed = {normal_log_prob, normal_sample, normal_entropy, normal_kl}},

      {.name = "HalfNormal",
       .value = positive,
       .parameters = {scale},
       .make = [](const Tensors& p) { return dist::HalfNormal(p[0]); },
       .composed = {
           .log_prob =
               [](const Tensor& x, const Tensors& p) {
                 return kLogTwo - kLogSqrtTwoPi - p[0].log() - 0.5 * (x / p[0]).square();
               },
           .sample = [](const Tensors& p,
                        int64_t count) { return normal_sample(unfolded(p), count).abs(); },
           .entropy = [](const Tensors& p) { return 0.5 + kLogSqrtTwoPi - kLogTwo + p[0].log(); },
           .kl =
               [](const Tensors& p, const Tensors& q) {
                 const Tensor ratio = (p[0] / q[0]).square();
                 return 0.5 * (ratio - 1 - ratio.log());
               }}},

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

      {.name = "Cauchy",
       .value = real,
       .parameters = {loc, scale},
       .make = [](const Tensors& p) { return dist::Cauchy(p[0], p[1]); },
       .composed = {cauchy_log_prob, cauchy_sample,
                    [](const Tensors& p) { return (4 * kPi * p[1]).log(); }, cauchy_kl}},

      {.name = "HalfCauchy",
       .value = positive,
       .parameters = {scale},
       .make = [](const Tensors& p) { return dist::HalfCauchy(p[0]); },
       .composed = {.log_prob =
                        [](const Tensor& x, const Tensors& p) {
                          return kLogTwo - kLogPi - p[0].log() - (x / p[0]).square().log1p();
                        },
                    .sample = [](const Tensors& p,
                                 int64_t count) { return cauchy_sample(unfolded(p), count).abs(); },
                    .entropy = [](const Tensors& p) { return (2 * kPi * p[0]).log(); },
                    .kl =
                        [](const Tensors& p, const Tensors& q) {
                          return 2 * (p[0] + q[0]).log() - (4 * p[0] * q[0]).log();
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

      {.name = "Gumbel",
       .value = real,
       .parameters = {loc, scale},
       .make = [](const Tensors& p) { return dist::Gumbel(p[0], p[1]); },
       .composed = {.log_prob =
                        [](const Tensor& x, const Tensors& p) {
                          const Tensor z = (x - p[0]) / p[1];
                          return -(z + (-z).exp()) - p[1].log();
                        },
                    .sample = gumbel_sample,
                    .entropy = [](const Tensors& p) { return p[1].log() + 1 + kEuler; },
                    .kl = gumbel_kl}},

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

      {.name = "InverseGamma",
       .value = positive,
       .parameters = {positive, positive},
       .make = [](const Tensors& p) { return dist::InverseGamma(p[0], p[1]); },
       .composed = {.log_prob =
                        [](const Tensor& x, const Tensors& p) {
                          return p[0] * p[1].log() - (p[0] + 1) * x.log() - p[1] / x -
                                 p[0].lgamma();
                        },
                    .sample =
                        [](const Tensors& p, int64_t count) {
                          return p[1] / at::_standard_gamma(repeated(p[0], count));
                        },
                    .entropy =
                        [](const Tensors& p) {
                          return p[0] + p[1].log() + p[0].lgamma() - (1 + p[0]) * p[0].digamma();
                        },
                    .kl = [](const Tensors& p,
                             const Tensors& q) { return gamma_kl(p[0], p[1], q[0], q[1]); }}},

      {.name = "FisherSnedecor",
       .value = positive,
       .parameters = {positive, positive},
       .make = [](const Tensors& p) { return dist::FisherSnedecor(p[0], p[1]); },
       .composed = {fisher_snedecor_log_prob, fisher_snedecor_sample}},

      {.name = "Weibull",
       .value = positive,
       .parameters = {scale, positive},
       .make = [](const Tensors& p) { return dist::Weibull(p[0], p[1]); },
       .composed = {
           .log_prob = weibull_log_prob,
           .sample =
               [](const Tensors& p, int64_t count) {
                 return p[0] * exponential_noise(p[0], count).pow(1 / p[1]);
               },
           .entropy =
               [](const Tensors& p) { return kEuler * (1 - 1 / p[1]) + (p[0] / p[1]).log() + 1; }}},

      {.name = "Pareto",
       .value = positive,
       .parameters = {between(0.1, 0.5), positive},  // the scale is the least value
       .make = [](const Tensors& p) { return dist::Pareto(p[0], p[1]); },
       .composed = {.log_prob =
                        [](const Tensor& x, const Tensors& p) {
                          return p[1].log() + p[1] * p[0].log() - (p[1] + 1) * x.log();
                        },
                    .sample =
                        [](const Tensors& p, int64_t count) {
                          return p[0] * (exponential_noise(p[0], count) / p[1]).exp();
                        },
                    .entropy = [](const Tensors& p) { return (p[0] / p[1]).log() + 1 + 1 / p[1]; },
                    .kl = pareto_kl}},

      {.name = "GeneralizedPareto",
       .value = between(-1, 1),
       .parameters = {between(-3, -2), scale, between(0.1, 1)},
       .make = [](const Tensors& p) { return dist::GeneralizedPareto(p[0], p[1], p[2]); },
       .composed = {generalized_pareto_log_prob, generalized_pareto_sample,
                    [](const Tensors& p) { return p[1].log() + p[2] + 1; }}},

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

      {.name = "Kumaraswamy",
       .value = unit,
       .parameters = {positive, positive},
       .make = [](const Tensors& p) { return dist::Kumaraswamy(p[0], p[1]); },
       .composed = {.log_prob = kumaraswamy_log_prob,
                    .sample =
                        [](const Tensors& p, int64_t count) {
                          const Tensor u = uniform_noise(p[0], count);
                          return (1 - u.pow(1 / p[1])).pow(1 / p[0]);
                        },
                    .entropy = kumaraswamy_entropy}},

      {.name = "ContinuousBernoulli",
       .value = unit,
       .parameters = {between(0.5, 2)},  // near 0, the textbook's formulas have few digits
       .make = [](const Tensors& p) { return dist::ContinuousBernoulli({.logits = p[0]}); },
       .composed = {.log_prob =
                        [](const Tensor& x, const Tensors& p) {
                          return p[0] * x - continuous_bernoulli_log_norm(p[0]);
                        },
                    .sample =
                        [](const Tensors& p, int64_t count) {
                          return (uniform_noise(p[0], count) * p[0].expm1()).log1p() / p[0];
                        },
                    .entropy = continuous_bernoulli_entropy,
                    .kl = continuous_bernoulli_kl}},

      {.name = "LogitRelaxedBernoulli",
       .value = real,
       .parameters = {positive, real},
       .make = [](const Tensors& p) { return dist::LogitRelaxedBernoulli(p[0], {.logits = p[1]}); },
       .composed = {logit_relaxed_bernoulli_log_prob, logit_relaxed_bernoulli_sample}},

      {.name = "RelaxedBernoulli",
       .value = unit,
       .parameters = {positive, real},
       .make = [](const Tensors& p) { return dist::RelaxedBernoulli(p[0], {.logits = p[1]}); },
       .composed = {.log_prob =
                        [](const Tensor& x, const Tensors& p) {
                          const Tensor log_x = x.log(), log_rest = (-x).log1p();
                          return logit_relaxed_bernoulli_log_prob(log_x - log_rest, p) - log_x -
                                 log_rest;
                        },
                    .sample =
                        [](const Tensors& p, int64_t count) {
                          return logit_relaxed_bernoulli_sample(p, count).sigmoid();
                        }}},

      {.name = "VonMises",
       .value = real,
       .parameters = {loc, positive},
       .make = [](const Tensors& p) { return dist::VonMises(p[0], p[1]); },
       .composed = {von_mises_log_prob, von_mises_sample}},
  };
}

}  // namespace bench
