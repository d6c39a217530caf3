#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

#include <vector>

#include <torch/distributions/core/param.h>

namespace torch::distributions {

/// A probability in one of two forms, exactly one of which must be given: `{.probs = p}` or
/// `{.logits = l}`.
///
/// A class that takes this aggregate has two more constructors, for unnamed probs: one for types
/// that convert to `Param`, one for braced lists (arrays of `ListElement`). Both are templates, so
/// that overload resolution prefers the constructor with the aggregate for `{.logits = l}`.
struct ProbsOrLogits {
  core::Named by_name = core::Named();
  Param probs = {};
  Param logits = {};
};

/// Factories of the two forms: `probs(p)` is `{.probs = p}`, `logits(l)` is `{.logits = l}`.
inline ProbsOrLogits probs(Param probs) { return {.probs = std::move(probs)}; }
inline ProbsOrLogits logits(Param logits) { return {.logits = std::move(logits)}; }

namespace core {

/// Checks and returns `given`.
/// \throws c10::ValueError unless exactly one form is given, c10::TypeError if its dtype or layout
///     is not supported. Both errors name the class.
TORCH_DISTRIBUTIONS_API ProbsOrLogits require_one(const char* class_name, ProbsOrLogits given);

/// Base of distributions that are given by probs or by logits. It stores the given form and
/// computes the other on request.
class TORCH_DISTRIBUTIONS_API HasProbs {
 public:
  /// The probabilities. If logits were given: their sigmoid or, for categories, their softmax.
  Tensor probs() const;
  /// The log-odds or, for categories, log probabilities. If probs were given, they are not clamped:
  /// log-odds are infinite at 0 and 1, log probabilities at 0.
  Tensor logits() const;
  /// Shape of the given parameter. The view is valid while this object exists; a temporary object
  /// returns a copy.
  IntArrayRef param_shape() const& { return given().sizes(); }
  std::vector<int64_t> param_shape() && { return given().sizes().vec(); }
  /// Whether logits, rather than probs, were given.
  bool given_by_logits() const { return logits_.defined(); }

 protected:
  /// Binary: each element is a probability, and logits are log-odds. Categorical: the last
  /// dimension is a normalised vector of probabilities, and logits are log probabilities.
  enum class Kind : char { kBinary, kCategorical };

  /// \throws c10::ValueError unless exactly one of probs and logits is given.
  HasProbs(Kind kind, const char* class_name, const ProbsOrLogits& given);

  /// Normalises the given form, so that each vector of probabilities sums to 1. A vector in which
  /// every category is masked becomes NaN with a gradient of 0.
  /// \param may_be_empty Set to true if there may be such a vector.
  void normalize(bool may_be_empty);

  /// The parameter that was given.
  const Tensor& given() const { return probs_.defined() ? probs_ : logits_; }

  Tensor probs_, logits_;  // exactly one is defined

 private:
  Kind kind_;
};

}  // namespace core

}  // namespace torch::distributions
