#pragma once

#include <c10/util/FunctionRef.h>

#include <torch/distributions/core/implements.h>
#include <torch/distributions/core/probs_or_logits.h>

namespace torch::distributions {

/// Categorical distribution over \f$0, \ldots, K-1\f$, given along the last dimension by weights
/// (`probs`) or by logarithms of weights (`logits`); both are normalised:
/// \f[ P(x = k) = p_k = \frac{w_k}{\sum_j w_j}. \f]
///
/// Samples are int64. A weight of 0, or a logit of -inf, masks a category: its log probability is
/// -inf, it is never drawn, and every gradient stays finite. The gradient in `probs` goes through
/// the normalisation. Mean and variance are NaN.
///
/// \throws c10::ValueError for parameters without a dimension; under validation, for weights that
/// are
///     negative, not finite or all zero.
class TORCH_DISTRIBUTIONS_API Categorical : public Implements<Categorical>, public core::HasProbs {
 public:
  static const Signature<Categorical>& signature();

  template <std::convertible_to<Param> Probs>
  explicit Categorical(Probs probs, Validate validate_args = {})
      : Categorical(ProbsOrLogits{.probs = std::move(probs)}, validate_args) {}
  template <std::size_t n>
    requires(n >= 2)
  explicit Categorical(const core::ListElement (&probs)[n], Validate validate_args = {})
      : Categorical(ProbsOrLogits{.probs = probs}, validate_args) {}
  explicit Categorical(ProbsOrLogits probs_or_logits, Validate validate_args = {});

 private:
  friend class OneHotCategorical;  // for the parameter as it was given

  /// Throws the error for weights that violate a constraint.
  using Refuse = c10::function_ref<void(const char* name, const Tensor& weights,
                                        const Constraint& constraint)>;
  /// For a part of a distribution of another class, `class_name`, which errors name.
  Categorical(ProbsOrLogits given, Validate validate_args, const char* class_name, Refuse refuse);

  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_mean() const override;
  Tensor do_mode() const override;
  Tensor do_variance() const override;
  Tensor do_entropy() const override;
  Tensor do_enumerate_support(bool expand) const override;

  /// Of what was given: its name, and the weight of a masked category in it.
  const char* name() const;
  double zero() const;
  void validate_weights(Refuse refuse) const;
  int64_t num_events() const { return given().size(-1); }
};

}  // namespace torch::distributions
