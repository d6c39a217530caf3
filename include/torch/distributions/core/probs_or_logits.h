#pragma once

#include <torch/types.h>

#include <torch/distributions/core/export.h>
#include <torch/distributions/core/param.h>

namespace torch::distributions {

/// The two ways to give a probability, of which a program names exactly one: `{.probs = p}` or
/// `{.logits = l}`.
struct ProbsOrLogits {
  Param probs = {};
  Param logits = {};
};

/// The part of a distribution that was given by probs or by logits: keeps what was given, works out
/// the other on request.
class TORCH_DISTRIBUTIONS_API HasProbs {
 public:
  /// Probabilities; of logits that were given, their sigmoid (or softmax).
  Tensor probs() const;
  /// Log-odds (or log probabilities); of probs that were given exactly so, infinite at 0 and 1.
  Tensor logits() const;
  IntArrayRef param_shape() const { return given().sizes(); }
  /// Whether `logits`, rather than `probs`, is what was given.
  bool given_by_logits() const { return logits_.defined(); }

 protected:
  /// A probability each (log-odds), or a vector of probabilities along the last dimension
  /// (normalised).
  enum class Kind : char { kBinary, kCategorical };

  /// \throws c10::ValueError unless exactly one of probs and logits is given.
  HasProbs(Kind kind, const char* class_name, const ProbsOrLogits& given);

  /// Makes a vector of probabilities sum to one, in the form in which it was given.
  void normalize();

  /// What was given.
  const Tensor& given() const { return probs_.defined() ? probs_ : logits_; }

  Tensor probs_, logits_;  // one of them is undefined

 private:
  Kind kind_;
};

}  // namespace torch::distributions
