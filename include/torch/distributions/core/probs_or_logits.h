#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

#include <vector>

#include <torch/distributions/core/param.h>

namespace torch::distributions {

/// The two ways to give a probability, of which a program names exactly one: `{.probs = p}` or
/// `{.logits = l}`.
///
/// A class that takes it also has two constructors for probs without a name: one for what converts
/// to `Param`, and one for a list in braces, an array of `ListElement`. They are templates, so that
/// overload resolution prefers the constructor that takes this aggregate for `{.logits = l}`.
struct ProbsOrLogits {
  core::Named by_name = core::Named();
  Param probs = {};
  Param logits = {};
};

/// `{.probs = p}` and `{.logits = l}` without braces.
inline ProbsOrLogits probs(Param probs) { return {.probs = std::move(probs)}; }
inline ProbsOrLogits logits(Param logits) { return {.logits = std::move(logits)}; }

namespace core {

/// Checks and returns it.
/// \throws c10::ValueError unless exactly one is given, c10::TypeError unless it holds numbers.
/// Both
///     errors name the class.
TORCH_DISTRIBUTIONS_API ProbsOrLogits require_one(const char* class_name, ProbsOrLogits given);

/// The part of a distribution that was given by probs or by logits: keeps what was given, works out
/// the other on request.
class TORCH_DISTRIBUTIONS_API HasProbs {
 public:
  /// Probabilities; of logits that were given, their sigmoid (or softmax).
  Tensor probs() const;
  /// Log-odds (or log probabilities); of probs that were given exactly so, infinite at 0 and 1.
  Tensor logits() const;
  /// A view that is valid as long as this object; a copy of a temporary one.
  IntArrayRef param_shape() const& { return given().sizes(); }
  std::vector<int64_t> param_shape() && { return given().sizes().vec(); }
  /// Whether `logits`, rather than `probs`, is what was given.
  bool given_by_logits() const { return logits_.defined(); }

 protected:
  /// A probability each (log-odds), or a vector of probabilities along the last dimension
  /// (normalised).
  enum class Kind : char { kBinary, kCategorical };

  /// \throws c10::ValueError unless exactly one of probs and logits is given.
  HasProbs(Kind kind, const char* class_name, const ProbsOrLogits& given);

  /// Makes a vector of probabilities sum to one, in the form in which it was given. One in which
  /// every category is masked becomes NaN, and has a gradient of 0.
  /// \param may_be_empty whether there may be such a vector.
  void normalize(bool may_be_empty);

  /// What was given.
  const Tensor& given() const { return probs_.defined() ? probs_ : logits_; }

  Tensor probs_, logits_;  // one of them is undefined

 private:
  Kind kind_;
};

}  // namespace core

}  // namespace torch::distributions
