#include <ATen/ATen.h>
#include <torch/distributions.h>

#include <algorithm>
#include <cmath>

#include "entries.h"

namespace bench {
namespace {

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

/// Counts of the categories in kTrials trials.
Input counts_of_trials() {
  return {[](Tensor& t) {
            auto sizes = t.sizes().vec();
            sizes.back() = 1;
            t.zero_();
            for (int64_t i = 0; i < kTrials; ++i) {
              t.scatter_add_(-1, at::randint(kEvent, sizes, at::kLong),
                             at::ones({}, t.options()).expand(sizes));
            }
          },
          {kEvent},
          Input::Kind::kDiscrete};
}

// Formulas that families share or that need more than a line.

Tensor bernoulli_entropy(const Tensors& p) {
  return at::binary_cross_entropy_with_logits(p[0], p[0].sigmoid(), {}, {}, at::Reduction::None);
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

Tensor geometric_sample(const Tensors& p, int64_t count) {
  return (uniform_noise(p[0], count).log() / (-p[0].sigmoid()).log1p()).floor();
}

// The parameters are the total count and the logits.
Tensor negative_binomial_log_prob(const Tensor& x, const Tensors& p) {
  return (p[0] + x).lgamma() - p[0].lgamma() - (x + 1).lgamma() - p[0] * at::softplus(p[1]) -
         x * at::softplus(-p[1]);
}
Tensor negative_binomial_sample(const Tensors& p, int64_t count) {
  return at::poisson(at::_standard_gamma(repeated(p[0], count)) * p[1].exp());
}

Tensor categorical_log_prob(const Tensor& x, const Tensors& p) {
  auto sizes = x.sizes().vec();
  sizes.push_back(kEvent);
  return p[0].expand(sizes).gather(-1, x.unsqueeze(-1)).squeeze(-1);
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

// Multinomial: the parameters are logarithms of probabilities.
Tensor multinomial_log_prob(const Tensor& x, const Tensors& p) {
  return std::lgamma(kTrials + 1) - (x + 1).lgamma().sum(-1) + (x * p[0]).sum(-1);
}
Tensor multinomial_sample(const Tensors& p, int64_t count) {
  const Tensor probs = p[0].exp();
  Tensor index =
      at::multinomial(probs, std::max<int64_t>(count, 1) * kTrials, /*replacement=*/true);
  if (count != 0) index = index.view({count, kTrials});
  auto sizes = index.sizes().vec();
  sizes.back() = kEvent;
  return at::zeros(sizes, probs.options())
      .scatter_add_(-1, index, at::ones(index.sizes(), probs.options()));
}
/// -log n! - n sum(p log p) + the mean of sum(log x!), where each count is binomial.
Tensor multinomial_entropy(const Tensors& p) {
  const Tensor probs = p[0].exp();
  const Tensor x = at::arange(kTrials + 1, p[0].options()).view({-1, 1, 1});
  const Tensor log_factorial = (x + 1).lgamma();
  const Tensor log_probs = std::lgamma(kTrials + 1) - log_factorial - (kTrials - x + 1).lgamma() +
                           x * p[0] + (kTrials - x) * (-probs).log1p();
  return -std::lgamma(kTrials + 1) - kTrials * (probs * p[0]).sum(-1) +
         (log_probs.exp() * log_factorial).sum({0, -1});
}

}  // namespace

std::vector<Family> discrete_families() {
  const Input real = between(-2, 2), positive = between(0.5, 3);
  const Input weights = between(-2, 2, {kEvent});  // logits
  return {
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

      {.name = "Geometric",
       .value = counts(kTrials),
       .parameters = {real},
       .make = [](const Tensors& p) { return dist::Geometric({.logits = p[0]}); },
       .composed = {
           .log_prob =
               [](const Tensor& x, const Tensors& p) {
                 return -at::softplus(-p[0]) - x * at::softplus(p[0]);
               },
           .sample = geometric_sample,
           .entropy = [](const Tensors& p) { return bernoulli_entropy(p) / p[0].sigmoid(); },
           .kl = [](const Tensors& p,
                    const Tensors& q) { return bernoulli_kl(p, q) / p[0].sigmoid(); }}},

      {.name = "NegativeBinomial",
       .value = counts(kTrials),
       .parameters = {positive, real},
       .make = [](const Tensors& p) { return dist::NegativeBinomial(p[0], {.logits = p[1]}); },
       .composed = {negative_binomial_log_prob, negative_binomial_sample}},

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

      {.name = "Multinomial",
       .value = counts_of_trials(),
       .parameters = {weights},
       .make = [](const Tensors& p) { return dist::Multinomial(kTrials, {.logits = p[0]}); },
       .composed = {.log_prob = multinomial_log_prob,
                    .sample = multinomial_sample,
                    .entropy = multinomial_entropy,
                    .prepare = normalized}},
  };
}

}  // namespace bench
