#pragma once

#include <c10/util/FunctionRef.h>

#include <torch/distributions/core/implements.h>
#include <torch/distributions/core/probs_or_logits.h>

namespace torch::distributions {

/// Categorical distribution over \f$0, \ldots, K-1\f$, given by weights (`probs`) or logarithms of
/// weights (`logits`) along the last dimension. Both are normalised:
/// \f[ P(x = k) = p_k = \frac{w_k}{\sum_j w_j}. \f]
///
/// Samples are int64. A weight of 0 or a logit of -inf masks a category: its log probability is
/// -inf, it is never drawn, and all gradients stay finite. The gradient with respect to `probs`
/// includes that of the normalisation. Mean and variance are NaN.
///
/// \throws c10::ValueError for parameters without a dimension or without a category; under
///     validation, for weights that are negative, not finite or all zero.
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
  // These use `given()`, the private constructor or `Refuse`.
  friend class ExpRelaxedCategorical;
  friend class Multinomial;
  friend class OneHotCategorical;
  friend class RelaxedOneHotCategorical;

  /// Called with weights that violate a constraint; throws c10::ValueError.
  using Refuse = c10::function_ref<void(const char* name, const Tensor& weights,
                                        const Constraint& constraint)>;
  /// Constructs a part of a distribution of the class `class_name`, which error messages name.
  Categorical(ProbsOrLogits given, Validate validate_args, const char* class_name, Refuse refuse);

  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_mean() const override;
  Tensor do_mode() const override;
  Tensor do_variance() const override;
  Tensor do_entropy() const override;
  Tensor do_enumerate_support(bool expand) const override;

  /// The name of the parameter that was given.
  const char* name() const;
  /// The weight of a masked category: 0 in probs, -inf in logits.
  double zero() const;
  void validate_weights(Refuse refuse) const;
  int64_t num_events() const { return given().size(-1); }
};

}  // namespace torch::distributions
