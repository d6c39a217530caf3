#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "families.h"

/// What the entries in families_*.cpp share.
namespace bench {

inline constexpr int64_t kEvent = 8;   // size of a vector, number of categories
inline constexpr int64_t kMatrix = 4;  // rows of a covariance
inline constexpr int64_t kTrials = 10;

inline constexpr double kPi = std::numbers::pi;
inline constexpr double kEuler = std::numbers::egamma;
inline constexpr double kLogTwo = std::numbers::ln2;
inline const double kLogPi = std::log(kPi);
inline const double kLogSqrtTwoPi = 0.5 * std::log(2 * kPi);

/// Numbers that are uniform in an interval.
Input between(double low, double high, std::vector<int64_t> event = {});

/// Expands a parameter to `count` draws; `count` is 0 for a single draw without a new dimension.
Tensor repeated(const Tensor& parameter, int64_t count);

/// Uniform numbers in [0, 1), one for each element of `repeated(parameter, count)`.
Tensor uniform_noise(const Tensor& parameter, int64_t count);

/// The same for draws of an exponential distribution with rate 1.
Tensor exponential_noise(const Tensor& parameter, int64_t count);

// Normal, whose parameters are the location and the scale.
Tensor normal_log_prob(const Tensor& x, const Tensors& p);
Tensor normal_sample(const Tensors& p, int64_t count);
Tensor normal_entropy(const Tensors& p);
Tensor normal_kl(const Tensors& p, const Tensors& q);

/// Categorical: the first parameter, the logits, as logarithms of probabilities.
Tensors normalized(const Tensors& p);
/// Draws of indices from the logarithms of probabilities.
Tensor categorical_sample(const Tensors& p, int64_t count);

std::vector<Family> continuous_families();  // of one real number
std::vector<Family> discrete_families();    // of counts and categories
std::vector<Family> vector_families();      // of vectors and matrices, and combinators

}  // namespace bench
