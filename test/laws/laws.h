#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>

#include <torch/distributions.h>

#include "support/data.h"

namespace torch::distributions::test {

/// Whether the parameters are of ordinary size, as finite differences, quadrature and statistics
/// require.
inline bool is_ordinary(const Case& golden) {
  constexpr double kSmallest = 0.02, kLargest = 60, kLargestExponent = 5;
  if (golden.dtype != at::kFloat && golden.dtype != at::kDouble) return false;
  const auto is_one_of = [](const std::string& kind, std::initializer_list<const char*> kinds) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  };
  const Built built = golden.build({.dtype = at::kDouble});
  for (std::size_t i = 0; i < built.parameters.size(); ++i) {
    const auto& [path, tensor] = built.parameters[i];
    const std::string& kind = built.kinds[i];
    const Tensor size = tensor.to(at::kDouble).abs();
    // A location may be exactly 0. A probability of 0 or 1 and a masked logit are edges.
    const bool is_probability = kind.ends_with("probability") || kind == "weight";
    const bool is_logit = is_one_of(kind, {"logit", "log weight"});
    const bool is_location = is_logit ||
                             is_one_of(kind, {"real", "log location", "low", "lower end", "shape",
                                              "matrix", "triangle"}) ||
                             (kind.empty() && path.ends_with("loc"));
    if (kind.ends_with("probability") && (tensor > 1 - kSmallest).any().item<bool>()) return false;
    const bool is_own = path.find('.') == std::string::npos;
    const bool is_exponent = is_logit || (is_own && is_one_of(kind, {"log location", "log scale"}));
    const double largest = is_exponent ? kLargestExponent : kLargest;
    if ((size > largest).any().item<bool>()) return false;
    if (is_probability && (tensor <= 0).any().item<bool>()) return false;
    if (!is_location && (size < kSmallest).any().item<bool>()) return false;
  }
  constexpr double kLargestValue = 1e4;
  const Tensor values = golden.values();
  return values.defined() && (values.to(at::kDouble).abs() < kLargestValue).all().item<bool>();
}

inline std::vector<Case> ordinary_cases() {
  std::vector<Case> cases;
  for (const Case& golden : all_cases()) {
    if (is_ordinary(golden)) cases.push_back(golden);
  }
  return cases;
}

/// The first `n` rows whose numbers are all away from 0, 1 and infinity.
inline Tensor ordinary_rows(const Tensor& rows, int64_t n) {
  constexpr double kNear = 0.02, kFar = 60;
  const Tensor wide = rows.to(at::kDouble), size = wide.abs();
  const Tensor good = (size > kNear) & (size < kFar) & ((wide - 1).abs() > kNear);
  return wide.index_select(0, good.reshape({rows.size(0), -1}).all(1).nonzero().squeeze(1))
      .slice(0, 0, n);
}

/// The result of a call, or nothing if it is not implemented. The golden tests check which methods
/// are missing.
template <class Call>
std::optional<Tensor> if_implemented(Call&& call) {
  try {
    return call();
  } catch (const c10::NotImplementedError&) {
    return std::nullopt;
  }
}

/// Whether the case has a density. The image under AbsTransform has none.
inline bool has_density(const Case& golden) {
  return if_implemented([&] { return golden.make()->log_prob(golden.values()); }).has_value();
}

inline std::vector<Case> ordinary_densities() {
  std::vector<Case> cases = ordinary_cases();
  std::erase_if(cases, [](const Case& golden) { return !has_density(golden); });
  return cases;
}

inline bool is_scalar_event(const Distribution& distribution) {
  return distribution.event_shape().empty();
}

/// Whether both hold the same numbers, NaN and infinities included, up to `units` of `dtype`'s
/// epsilon.
inline ::testing::AssertionResult agrees(const Tensor& got, const Tensor& want, double units,
                                         at::ScalarType dtype) {
  if (got.sizes() != want.sizes()) {
    return ::testing::AssertionFailure()
           << "shape " << got.sizes() << " instead of " << want.sizes();
  }
  const double eps = dtype == at::kDouble     ? 0x1p-52
                     : dtype == at::kFloat    ? 0x1p-23
                     : dtype == at::kBFloat16 ? 0x1p-7
                                              : 0x1p-10;
  const Tensor a = got.detach().to(at::kDouble), b = want.detach().to(at::kDouble);
  const Tensor close = at::isclose(a, b, units * eps, units * eps, /*equal_nan=*/true);
  if (close.all().item<bool>()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "got " << core::repr(got) << "\nwant " << core::repr(want);
}

}  // namespace torch::distributions::test
