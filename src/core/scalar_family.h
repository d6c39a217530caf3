#pragma once

#include <utility>

#include <torch/distributions/core/scalar_family.h>

#include "core/derived.h"
#include "core/origin.h"
#include "ops/engine/formula_table.h"

/// Defines the hooks of scalar families. The source file of such a class instantiates them:
/// `template class ScalarFamily<Gamma, ExponentialFamily>;`.

namespace torch::distributions::core {

namespace internal {

/// Calls a function of the formula in force at a value, or `otherwise()` if there is none.
template <class Self, class Base, class Otherwise>
Tensor of_value(const ScalarFamily<Self, Base>& family,
                ops::FormulaTable::OfValue ops::FormulaTable::*function, const Tensor& value,
                Otherwise otherwise) {
  const ops::FormulaInForce formula = ops::in_force(static_cast<const Self&>(family));
  if (formula.table == nullptr || formula.table->*function == nullptr) return otherwise();
  return (formula.table->*function)(value, formula.parameters.data(), /*summed=*/0,
                                    /*is_finite=*/nullptr);
}

/// Calls a function of the parameters alone, or `otherwise()` if there is none.
template <class Self, class Base, class Otherwise>
Tensor of_parameters(const ScalarFamily<Self, Base>& family,
                     ops::FormulaTable::OfParameters ops::FormulaTable::*function,
                     Otherwise otherwise) {
  const ops::FormulaInForce formula = ops::in_force(static_cast<const Self&>(family));
  if (formula.table == nullptr || formula.table->*function == nullptr) return otherwise();
  return (formula.table->*function)(formula.parameters.data());
}

}  // namespace internal

template <class Self, class Base>
std::pair<Tensor, Tensor> ScalarFamily<Self, Base>::do_rsample_with_log_prob(
    IntArrayRef shape, std::optional<Generator> generator) const {
  return is_derived(static_cast<const Self&>(*this))
             ? Distribution::do_rsample_with_log_prob(shape, std::move(generator))
             : scored_draws(shape, std::move(generator));
}

/// By the formula, also if `Base` is a TransformedDistribution: the class may have its own sampler.
template <class Self, class Base>
std::pair<Tensor, Tensor> ScalarFamily<Self, Base>::scored_draws(
    IntArrayRef shape, std::optional<Generator> generator) const {
  return Distribution::do_rsample_with_log_prob(shape, std::move(generator));
}

template <class Self, class Base>
template <class Family>
std::pair<Tensor, Tensor> ScalarFamily<Self, Base>::scored_around_origin(
    Tensor Family::*loc, IntArrayRef shape, std::optional<Generator> generator) const {
  return core::scored_around_origin(static_cast<const Self&>(*this), loc, [&](const Self& centred) {
    return centred.ScalarFamily::scored_draws(shape, std::move(generator));
  });
}

template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::do_log_prob(const Tensor& value) const {
  return internal::of_value(*this, &ops::FormulaTable::log_prob, value,
                            [&] { return Base::do_log_prob(value); });
}

template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::do_cdf(const Tensor& value) const {
  return internal::of_value(*this, &ops::FormulaTable::cdf, value,
                            [&] { return Base::do_cdf(value); });
}

template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::do_icdf(const Tensor& probability) const {
  return internal::of_value(*this, &ops::FormulaTable::icdf, probability,
                            [&] { return Base::do_icdf(probability); });
}

template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::do_log_cdf(const Tensor& value) const {
  return internal::of_value(*this, &ops::FormulaTable::log_cdf, value,
                            [&] { return Base::do_log_cdf(value); });
}

template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::do_survival_function(const Tensor& value) const {
  return internal::of_value(*this, &ops::FormulaTable::survival_function, value,
                            [&] { return Base::do_survival_function(value); });
}

template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::do_log_survival_function(const Tensor& value) const {
  return internal::of_value(*this, &ops::FormulaTable::log_survival_function, value,
                            [&] { return Base::do_log_survival_function(value); });
}

template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::do_mean() const {
  return internal::of_parameters(*this, &ops::FormulaTable::mean, [&] { return Base::do_mean(); });
}

template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::do_mode() const {
  return internal::of_parameters(*this, &ops::FormulaTable::mode, [&] { return Base::do_mode(); });
}

template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::do_variance() const {
  return internal::of_parameters(*this, &ops::FormulaTable::variance,
                                 [&] { return Base::do_variance(); });
}

template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::do_stddev() const {
  return internal::of_parameters(*this, &ops::FormulaTable::stddev,
                                 [&] { return Base::do_stddev(); });
}

template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::do_entropy() const {
  return internal::of_parameters(*this, &ops::FormulaTable::entropy,
                                 [&] { return Base::do_entropy(); });
}

/// log_prob is not finite outside the support, so a kernel detects invalid values by checking its
/// own output.
template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::log_prob_of(const Tensor& value,
                                             const Distribution::LogProbOptions& options) const {
  if (is_derived(static_cast<const Self&>(*this))) return Base::log_prob_of(value, options);
  const ops::FormulaInForce formula = ops::in_force(static_cast<const Self&>(*this));
  if (formula.table == nullptr || formula.table->log_prob == nullptr)
    return Base::log_prob_of(value, options);
  if (options.validate) this->validate_shape(value);
  bool is_finite = false;
  Tensor log_prob = formula.table->log_prob(value, formula.parameters.data(), options.dims,
                                            options.validate ? &is_finite : nullptr);
  if (options.validate && !is_finite) this->validate_sample(value);
  return log_prob;
}

/// By the stated support, also if `Base` is a TransformedDistribution: the inverses of its
/// transforms may round or underflow.
template <class Self, class Base>
Tensor ScalarFamily<Self, Base>::do_impossible(const Tensor& value) const {
  return Distribution::do_impossible(value);
}

}  // namespace torch::distributions::core
