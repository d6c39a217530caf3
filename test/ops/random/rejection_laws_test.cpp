/// Draws by rejection follow their distributions: their probability integral transforms are uniform,
/// by the test of Kolmogorov and Smirnov and by chi-square, and their mean and variance are right.
/// The seeds are fixed, so that the outcome is reproducible.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <ATen/CPUGeneratorImpl.h>
#include <torch/distributions.h>

#include "core/float_limits.h"
#include "ops/draws/gamma.h"
#include "ops/random/fill.h"
#include "support/tensors.h"

namespace torch::distributions::ops::random {
namespace {

using test::doubles;

constexpr int64_t kDraws = 300000;
/// That of all tests together is 1e-6.
constexpr double kFalseAlarm = 2e-9;
constexpr double kZ = 6.2;  // a normal number is larger in size with probability 6e-10

Draw next_draw() {
  static uint64_t number = 0;
  return {0x13198a2e03707344, number++, 0};
}

/// P(sup |F_n - F| > t) <= 2 exp(-2 n t^2) (Dvoretzky, Kiefer, Wolfowitz and Massart). The chi-square
/// statistic is nearly a cube of a normal number (Wilson and Hilferty).
/// \param is_coarse Whether few numbers of the dtype are in a standard deviation. There chi-square
///     would see how the last digit is rounded.
void expect_uniform(const Tensor& u, bool is_coarse = false) {
  const auto n = static_cast<double>(u.numel());
  const Tensor sorted = std::get<0>(u.sort());
  const Tensor rank = at::arange(u.numel(), at::kDouble) / n;
  const double distance =
      std::max((sorted - rank).max().item<double>(), (rank + 1 / n - sorted).max().item<double>());
  EXPECT_LT(distance, std::sqrt(std::log(2 / kFalseAlarm) / (2 * n)));

  if (is_coarse) return;
  constexpr int64_t kBins = 200;
  const Tensor bins = (u * kBins).to(at::kLong).clamp(0, kBins - 1);
  const double expected = n / kBins, freedom = kBins - 1;
  const double chi_square =
      (bins.bincount({}, kBins).to(at::kDouble) - expected).square().sum().item<double>() /
      expected;
  const double variance = 2 / (9 * freedom);
  EXPECT_LT(std::abs(std::cbrt(chi_square / freedom) - (1 - variance)) / std::sqrt(variance), kZ);
}

using Cdf = std::function<Tensor(const Tensor&)>;

/// The probability integral transform of draws that were rounded to their dtype: uniform between the
/// probabilities of both ends of what was rounded.
/// \param least The least and the largest number of the sampler, which stand for all beyond.
Tensor transform(const Tensor& x, const Cdf& cdf, double least, double most) {
  const auto middle = [&](double limit) {
    return 0.5 * x.to(at::kDouble) + 0.5 * x.nextafter(at::full_like(x, limit)).to(at::kDouble);
  };
  const Tensor low = at::where(x <= least, 0.0, cdf(middle(-test::kInfinity)));
  const Tensor high = at::where(x >= most, 1.0, cdf(middle(test::kInfinity)));
  const Tensor share = at::rand(x.sizes(), at::detail::createCPUGenerator(7), at::kDouble);
  return low + share * (high - low);
}

// --- Distribution functions ---------------------------------------------------------------------

/// That of a law that is nearly normal: Edgeworth's series.
Cdf nearly_normal(double mean, double deviation, double skewness) {
  return [=](const Tensor& x) {
    const Tensor z = (x - mean) / deviation;
    const Tensor density = (-0.5 * z.square()).exp() / std::sqrt(2 * M_PI);
    return 0.5 * (-z * M_SQRT1_2).erfc() - skewness / 6 * (z.square() - 1) * density;
  };
}

/// The integral of a density from `low` on, plus `before`.
Cdf integral(const std::function<Tensor(const Tensor&)>& density, double low, double high,
             double before) {
  constexpr int64_t kSteps = 400000;
  const double step = (high - low) / kSteps;
  const Tensor f = density(at::linspace(low, high, kSteps + 1, at::kDouble));
  const Tensor parts = 0.5 * step * (f.slice(0, 0, -1) + f.slice(0, 1));
  const Tensor total = at::cat({doubles({0}), parts.cumsum(0)}) + before;
  return [=](const Tensor& x) {
    const Tensor place = ((x - low) / step).clamp(0, kSteps - 1e-6);
    const Tensor i = place.floor().to(at::kLong), u = place - i;
    const Tensor left = f.index_select(0, i), right = f.index_select(0, i + 1);
    return total.index_select(0, i) + step * u * (left + 0.5 * u * (right - left));
  };
}

/// Of the logarithm of a draw of Gamma(a, 1).
Cdf log_gamma_cdf(double a) {
  if (a > 1e8) {
    return [=](const Tensor& y) {
      return nearly_normal(a, std::sqrt(a), 2 / std::sqrt(a))(a * (y - std::log(a)).exp());
    };
  }
  return [=](const Tensor& y) {
    constexpr double kSmall = -40;  // the exponential is smaller than 1e-17
    const Tensor of_small = (a * y - std::lgamma(a + 1)).exp();
    const Tensor x = y.clamp(kSmall, 700).exp();
    return at::where(y < kSmall, of_small, Gamma(a, doubles({1})).cdf(x));
  };
}
Cdf gamma_cdf(double a) {
  if (a > 1e8) return nearly_normal(a, std::sqrt(a), 2 / std::sqrt(a));
  return [of_log = log_gamma_cdf(a)](const Tensor& x) { return of_log(x.clamp_min(1e-320).log()); };
}

/// By integration over the log-odds. For small x it is x^a / (a B(a, b)).
Cdf beta_cdf(double a, double b) {
  const double n = a + b, deviation = std::sqrt(a / n * (b / n) / (n + 1));
  if (std::min(a, b) > 1e6) {
    return nearly_normal(a / n, deviation, 2 * (b - a) / n / std::sqrt(a / n * b));
  }
  constexpr double kLow = -709, kHigh = 40;
  const double log_b = std::lgamma(a) + std::lgamma(b) - std::lgamma(n);
  const auto density = [=](const Tensor& t) {
    return (a * -(-t).exp().log1p() - b * t.exp().log1p() - log_b).exp();
  };
  // The density may be narrow.
  const double center = std::log(a / b),
               width = 40 * std::sqrt(1 / a + 1 / b) + 40 / std::min(a, b);
  const double low = std::max(kLow, center - width), high = std::min(kHigh, center + width);
  const double before = low > kLow ? 0 : std::exp(a * low - std::log(a) - log_b);
  return [of_logit = integral(density, low, high, before)](const Tensor& x) {
    return of_logit(x.clamp_min(1e-320).log() - (-x).log1p());
  };
}

Cdf von_mises_cdf(double k) {
  if (k > 1e8) return nearly_normal(0, 1 / std::sqrt(k), 0);
  const double limit = k > 100 ? 15 / std::sqrt(k) : M_PI;
  const VonMises law(0.0, at::tensor(std::max(k, 1e-300), at::kDouble));
  return integral([&](const Tensor& x) { return law.log_prob(x).exp(); }, -limit, limit, 0);
}

/// Of log |T| for a draw T of StudentT(df): df / (df + T^2) has the distribution Beta(df / 2, 1/2), and
/// its log-odds are log(df / T^2).
Cdf log_student_t_cdf(double df) {
  if (df > 1e9) return [](const Tensor& y) { return (y.exp() * M_SQRT1_2).erf(); };
  const double a = 0.5 * df, b = 0.5;
  const double log_b = std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
  const auto density = [=](const Tensor& w) {
    return (a * -(-w).exp().log1p() - b * w.exp().log1p() - log_b).exp();
  };
  constexpr double kLow = -60, kHigh = 100;
  const auto far = [=](const Tensor& w) { return (a * w - std::log(a) - log_b).exp(); };
  const Cdf near = integral(density, kLow, kHigh, far(doubles({kLow})).item<double>());
  return [=](const Tensor& y) {
    const Tensor w = std::log(df) - 2 * y;
    return 1 - at::where(w < kLow, far(w), near(w.clamp(kLow, kHigh)));
  };
}
/// \param largest Finite, and stands for infinite draws.
Cdf student_t_cdf(double df, double largest) {
  return [=, of_log = log_student_t_cdf(df)](const Tensor& x) {
    return 0.5 + 0.5 * x.sign() * of_log(x.abs().clamp(1e-300, largest).log());
  };
}

/// Of counts of a distribution, by summation of probabilities around the mean.
Cdf counts_cdf(const Distribution& law, double most = test::kInfinity) {
  const double mean = law.mean().item<double>(), deviation = law.stddev().item<double>();
  const double low = std::max(0.0, std::floor(mean - 12 * deviation - 40));
  const double high = std::min(most, std::ceil(mean + 12 * deviation + 40));
  const Tensor probabilities = law.log_prob(at::arange(low, high + 1, at::kDouble)).exp();
  const Tensor sums = at::cat({doubles({0}), probabilities.cumsum(0)});
  return [=](const Tensor& x) {
    return sums.index_select(0, (x.floor() - low + 1).clamp(0, sums.numel() - 1).to(at::kLong));
  };
}

// --- Tests --------------------------------------------------------------------------------------

void expect_moments(const Tensor& draws, double mean, double variance) {
  const Tensor x = draws.to(at::kDouble) - mean, square = x.square();
  const double n = static_cast<double>(x.numel());
  EXPECT_LT(std::abs(x.mean().item<double>()), kZ * std::sqrt(variance / n) + 1e-16 * mean);
  const double error = square.std().item<double>() / std::sqrt(n);
  EXPECT_LT(std::abs(square.mean().item<double>() - variance), 1.5 * kZ * error + 1e-12 * variance);
}

bool is_coarse(at::ScalarType dtype, double concentration) {
  return dtype == at::kFloat && concentration > 1e9;
}

constexpr at::ScalarType kDtypes[] = {at::kFloat, at::kDouble};

/// Draws a million numbers of each dtype and checks them.
void for_each_dtype(const std::string& name,
                    const std::function<void(const Tensor&, const Draw&)>& fill,
                    const std::function<void(const Tensor&)>& check) {
  for (const auto dtype : kDtypes) {
    const ::testing::ScopedTrace trace(__FILE__, __LINE__, name + " " + c10::toString(dtype));
    const Tensor to = at::empty({kDraws}, dtype);
    fill(to, next_draw());
    check(to);
  }
}

const std::vector<double> kConcentrations{1e-30, 1e-3, 0.1, 0.9, 1, 1.5, 7, 100, 1e5, 1e10};

TEST(RejectionLaws, Gamma) {
  for (const double a : kConcentrations) {
    for_each_dtype(
        "Gamma " + std::to_string(a),
        [&](const Tensor& to, const Draw& draw) {
          fill_gamma(to, draw, at::tensor(a, to.options()));
        },
        [&](const Tensor& x) {
          const FloatLimits limits = float_limits(x.scalar_type());
          expect_uniform(transform(x, gamma_cdf(a), limits.least_normal, limits.largest));
          if (a > 0.01) expect_moments(x, a, a);
        });
  }
}

TEST(RejectionLaws, LogGamma) {
  for (const double a : kConcentrations) {
    for_each_dtype(
        "log Gamma " + std::to_string(a),
        [&](const Tensor& to, const Draw& draw) {
          fill_log_gamma(to, draw, at::tensor(a, to.options()));
        },
        [&](const Tensor& y) {
          const double largest = float_limits(y.scalar_type()).largest;
          expect_uniform(transform(y, log_gamma_cdf(a), -largest, largest),
                         is_coarse(y.scalar_type(), a));
        });
  }
}

TEST(RejectionLaws, InverseGamma) {
  for (const double a : {1e-3, 0.1, 0.5, 1.0, 1.5, 7.0, 100.0, 1e5}) {
    for (const double rate : {1e-3, 3.0}) {
      for_each_dtype(
          "InverseGamma " + std::to_string(a) + " " + std::to_string(rate),
          [&](const Tensor& to, const Draw& draw) {
            fill_inverse_gamma(to, draw, at::tensor(a, to.options()),
                               at::tensor(rate, to.options()));
          },
          [&](const Tensor& x) {
            const FloatLimits limits = float_limits(x.scalar_type());
            const double own = at::tensor(rate, x.options()).to(at::kDouble).item<double>();
            const Cdf cdf = [=, of_log = log_gamma_cdf(a)](const Tensor& y) {
              return 1 - of_log(std::log(own) - y.log());
            };
            expect_uniform(transform(x, cdf, limits.least_normal, limits.largest));
          });
    }
  }
}

// For draws X of F(df1, df2), df1 X / df2 are the odds of draws of Beta(df1 / 2, df2 / 2).
TEST(RejectionLaws, FisherSnedecor) {
  const std::pair<double, double> kPoints[]{{3, 5},   {1, 1},     {0.2, 0.5}, {0.1, 30},
                                            {30, .1}, {1e3, 0.5}, {1e4, 2},   {1e5, 1e5}};
  for (const auto& [df1, df2] : kPoints) {
    for_each_dtype(
        "FisherSnedecor " + std::to_string(df1) + " " + std::to_string(df2),
        [&, df1 = df1, df2 = df2](const Tensor& to, const Draw& draw) {
          fill_fisher_snedecor(to, draw, next_draw(), at::tensor(df1, to.options()),
                               at::tensor(df2, to.options()));
        },
        [&, df1 = df1, df2 = df2](const Tensor& x) {
          const FloatLimits limits = float_limits(x.scalar_type());
          const Cdf cdf = [ratio = df1 / df2, of_beta = beta_cdf(0.5 * df1, 0.5 * df2),
                           of_rest = beta_cdf(0.5 * df2, 0.5 * df1)](const Tensor& y) {
            const auto share = [](const Tensor& odds) {  // which is accurate if it is small
              const Tensor small = odds.clamp_max(1);
              return small / (1 + small);
            };
            const Tensor odds = ratio * y;
            return at::where(odds < 1, of_beta(share(odds)), 1 - of_rest(share(1 / odds)));
          };
          expect_uniform(transform(x, cdf, limits.least_normal, limits.largest));
        });
  }
}

const std::vector<double> kDegrees{1e-3, 0.1, 0.5, 1, 2, 5, 30, 1e3, 1e6, 1e12, 1e30, INFINITY};

TEST(RejectionLaws, StudentT) {
  for (const double df : kDegrees) {
    for_each_dtype(
        "StudentT " + std::to_string(df),
        [&](const Tensor& to, const Draw& draw) {
          fill_student_t(to, draw, at::tensor(df, to.options()), at::zeros({}), at::ones({}));
        },
        [&](const Tensor& x) {
          const double largest = float_limits(x.scalar_type()).largest;
          expect_uniform(
              transform(x, student_t_cdf(df, largest), -test::kInfinity, test::kInfinity));
          if (df > 5) expect_moments(x, 0, df < INFINITY ? df / (df - 2) : 1);
        });
  }
}

TEST(RejectionLaws, LogStudentT) {
  for (const double df : kDegrees) {
    for_each_dtype(
        "log StudentT " + std::to_string(df),
        [&](const Tensor& to, const Draw& draw) {
          fill_log_student_t(to, draw, at::tensor(df, to.options()));
        },
        [&](const Tensor& y) {
          const double largest = float_limits(y.scalar_type()).largest;
          expect_uniform(transform(y, log_student_t_cdf(df), -largest, largest));
        });
  }
}

// A draw t is made of a normal and a gamma variable, which are drawn after it. They are independent.
TEST(RejectionLaws, PartsOfStudentT) {
  for (const double df : {1e-3, 0.1, 1.0, 5.0, 100.0, 1e6}) {
    for (const auto dtype : kDtypes) {
      SCOPED_TRACE(std::to_string(df) + " " + c10::toString(dtype));
      const Tensor zero = at::zeros({}, dtype);
      NormalOverGamma parts;
      const StudentTDraws draws = sample_student_t(zero + df, zero, zero + 1, {kDraws}, dtype,
                                                   Philox(7).operator Generator(), &parts);
      const Tensor log_gamma = log_of(parts.gamma);
      const Cdf of_normal = nearly_normal(0, 1, 0);
      expect_uniform(of_normal(parts.normal));
      expect_uniform(log_gamma_cdf(0.5 * df)(log_gamma));
      const Tensor size = parts.normal.abs();
      for (const Tensor& some : {size<size.median(), size> size.median()})
        expect_uniform(log_gamma_cdf(0.5 * df)(log_gamma.masked_select(some)));
      const Tensor log_made = size.log() + 0.5 * (std::log(0.5 * df) - log_gamma);
      const Tensor made = parts.normal.sign() * log_made.exp();
      const double tolerance = 1e4 * float_limits(dtype).epsilon;
      EXPECT_TRUE(draws.t.allclose(made, tolerance, 1e-300));
      EXPECT_TRUE(at::equal(draws.t.to(dtype), draws.value));
    }
  }
}

TEST(RejectionLaws, Beta) {
  const std::pair<double, double> kPoints[]{{1, 1},      {2, 3},     {0.1, 0.1}, {1e-3, 2e-3},
                                            {0.01, 30},  {500, 0.5}, {1e4, 10},  {1e5, 1e5},
                                            {1e10, 1e9}, {3, 1e10}};
  for (const auto& [a, b] : kPoints) {
    for_each_dtype(
        "Beta " + std::to_string(a) + " " + std::to_string(b),
        [&, a = a, b = b](const Tensor& to, const Draw& draw) {
          fill_beta(to, draw, at::tensor(a, to.options()), at::tensor(b, to.options()));
        },
        [&, a = a, b = b](const Tensor& x) {
          const FloatLimits limits = float_limits(x.scalar_type());
          expect_uniform(transform(x, beta_cdf(a, b), limits.least_normal, limits.below_one()),
                         is_coarse(x.scalar_type(), a));
        });
  }
}

TEST(RejectionLaws, Dirichlet) {
  const std::vector<double> kPoints[]{{1, 1, 1},          {0.2, 3, 40},  {1e-3, 1e-3, 2e-3},
                                      {1e5, 2e5, 3e4},    {0.9, 1.1, 1}, {1e10, 3e9, 2e9},
                                      {0.05, 0.1, 0.025}, {30, 20, 1e-2}};
  for (const auto& concentration : kPoints) {
    for (const auto dtype : kDtypes) {
      SCOPED_TRACE(std::to_string(concentration[0]) + " " + c10::toString(dtype));
      const Tensor x = at::empty({kDraws / 2, 3}, dtype), a = doubles(concentration);
      fill_dirichlet(x, next_draw(), a.to(dtype));
      const FloatLimits limits = float_limits(dtype);
      const double total = concentration[0] + concentration[1] + concentration[2];
      for (int64_t i = 0; i < 3; ++i) {
        const double own = concentration[static_cast<size_t>(i)];
        expect_uniform(transform(x.select(1, i).contiguous(), beta_cdf(own, total - own),
                                 limits.least_normal, limits.below_one()),
                       is_coarse(dtype, total));
      }
      // The share of a coordinate in the sum of two does not depend on the third.
      if (a.min().item<double>() >= 0.9 && total < 1e6) {
        const Tensor y = x.to(at::kDouble);
        const Tensor share = y.select(1, 0) / (y.select(1, 0) + y.select(1, 1));
        expect_uniform(transform(share, beta_cdf(concentration[0], concentration[1]), 0, 1));
        const Tensor small = y.select(1, 2) < y.select(1, 2).median();
        expect_uniform(transform(share.masked_select(small),
                                 beta_cdf(concentration[0], concentration[1]), 0, 1));
      }
    }
  }
}

TEST(RejectionLaws, DirichletOfManyCategories) {
  constexpr int64_t kCategories = 5000, kVectors = 400;
  const Tensor x = at::empty({kVectors, kCategories}, at::kDouble);
  fill_dirichlet(x, next_draw(), doubles({0.7}));
  EXPECT_LT((x.sum(-1) - 1).abs().max().item<double>(), 1e-13);
  // The first and the last coordinates, which different parts of the kernel draw.
  for (const Tensor& some : {x.slice(1, 0, 500), x.slice(1, kCategories - 500)}) {
    expect_uniform(transform(some.reshape({-1}), beta_cdf(0.7, 0.7 * (kCategories - 1)), 0, 1));
  }
}

TEST(RejectionLaws, Poisson) {
  for (const double rate :
       {1e-6, 0.3, 1.0, 4.0, 10.0, 17.3, 31.99, 32.0, 33.5, 100.0, 12345.6, 1e8, 1e15}) {
    const double deviation = std::sqrt(rate);
    const Cdf cdf = rate > 1e9 ? nearly_normal(rate, deviation, 1 / deviation)
                               : counts_cdf(Poisson(at::tensor(rate, at::kDouble)));
    for_each_dtype(
        "Poisson " + std::to_string(rate),
        [&](const Tensor& to, const Draw& draw) { fill_poisson(to, draw, doubles({rate})); },
        [&](const Tensor& x) {
          // Above 2^24, floats do not have every count.
          if (x.scalar_type() == at::kFloat && rate > 1e6) return;
          const Tensor k = x.to(at::kDouble);
          const Tensor share = at::rand(k.sizes(), at::detail::createCPUGenerator(7), at::kDouble);
          const Tensor below = cdf(k - 0.5), up_to = cdf(k + 0.5);
          expect_uniform(below + share * (up_to - below));
          if (rate > 0.01) expect_moments(x, rate, rate);
        });
  }
}

TEST(RejectionLaws, Binomial) {
  const std::pair<double, double> kPoints[]{
      {1, 0.3},        {20, 0.3},   {20, 0.5},     {21, 0.5},     {100, 0.3},
      {100, 0.7},      {63, 0.5},   {64, 0.5},     {100, 0.66},   {200, 0.25},
      {40, 0.9999},    {1e6, 1e-5}, {1e6, 1.5e-5}, {1e9, 0.25},   {1e15, 1e-14},
      {0x1p53, 1e-13}, {1e15, 0.3}, {0x1p53, 0.6}, {1000, 0.985}, {3e8, 0.99999}};
  for (const auto& [n, p] : kPoints) {
    const double mean = n * p, variance = mean * (1 - p);
    const Cdf cdf =
        variance > 1e9
            ? nearly_normal(mean, std::sqrt(variance), (1 - 2 * p) / std::sqrt(variance))
            : counts_cdf(Binomial(at::tensor(n, at::kDouble), at::tensor(p, at::kDouble)), n);
    for_each_dtype(
        "Binomial " + std::to_string(n) + " " + std::to_string(p),
        [&, n = n, p = p](const Tensor& to, const Draw& draw) {
          fill_binomial(to, draw, doubles({n}), doubles({p}));
        },
        [&](const Tensor& x) {
          if (x.scalar_type() == at::kFloat && mean > 1e6) return;
          const Tensor k = x.to(at::kDouble);
          const Tensor share = at::rand(k.sizes(), at::detail::createCPUGenerator(7), at::kDouble);
          const Tensor below = cdf(k - 0.5), up_to = cdf(k + 0.5);
          expect_uniform(below + share * (up_to - below));
          expect_moments(x, mean, variance);
        });
  }
}

TEST(RejectionLaws, VonMises) {
  for (const double k : {0.0, 1e-10, 0.01, 0.5, 1.0, 4.0, 50.0, 1e4, 1e7, 1e12}) {
    for_each_dtype(
        "VonMises " + std::to_string(k),
        [&](const Tensor& to, const Draw& draw) {
          fill_von_mises(to, draw, at::tensor(k, to.options()));
        },
        [&](const Tensor& x) { expect_uniform(transform(x, von_mises_cdf(k), -100, 100)); });
  }
}

}  // namespace
}  // namespace torch::distributions::ops::random
