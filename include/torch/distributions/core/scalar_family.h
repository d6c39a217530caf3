#pragma once

#include <torch/distributions/core/export.h>

#include <typeinfo>

#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// A distribution of one scalar whose signature names its formula: every function that the formula
/// has becomes the hook of that name, so that such a class is a signature, a formula and a sampler.
template <class Self, class Base = Distribution>
class ScalarFamily : public Implements<Self, Base> {
 protected:
  // Excludes copy and move construction.
  template <class... Args>
    requires(!(sizeof...(Args) == 1 &&
               (std::derived_from<std::remove_cvref_t<Args>, ScalarFamily> && ...)))
  explicit ScalarFamily(Args&&... args) : Implements<Self, Base>(std::forward<Args>(args)...) {}

  Tensor do_log_prob(const Tensor& value) const override {
    return of_value(&ops::FormulaTable::log_prob, value, [&] { return Base::do_log_prob(value); });
  }
  /// log_prob is not finite outside the support, so a kernel detects invalid values by checking its
  /// own output. A class derived from `Self` may have another density or another support.
  Tensor log_prob_of(const Tensor& value,
                     const Distribution::LogProbOptions& options) const override {
    const Tensor* parameters[kMaxParameters];
    const ops::FormulaTable* formula = typeid(*this) == typeid(Self) ? table(parameters) : nullptr;
    if (formula == nullptr || formula->log_prob == nullptr)
      return Base::log_prob_of(value, options);
    if (!options.validate) return formula->log_prob(value, parameters, options.dims, nullptr);
    this->validate_shape(value);
    bool is_finite = false;
    Tensor log_prob = formula->log_prob(value, parameters, options.dims, &is_finite);
    if (!is_finite) this->validate_sample(value);
    return log_prob;
  }
  Tensor do_cdf(const Tensor& value) const override {
    return of_value(&ops::FormulaTable::cdf, value, [&] { return Base::do_cdf(value); });
  }
  Tensor do_icdf(const Tensor& probability) const override {
    return of_value(&ops::FormulaTable::icdf, probability,
                    [&] { return Base::do_icdf(probability); });
  }
  Tensor do_mean() const override {
    return of_parameters(&ops::FormulaTable::mean, [&] { return Base::do_mean(); });
  }
  Tensor do_mode() const override {
    return of_parameters(&ops::FormulaTable::mode, [&] { return Base::do_mode(); });
  }
  Tensor do_variance() const override {
    return of_parameters(&ops::FormulaTable::variance, [&] { return Base::do_variance(); });
  }
  Tensor do_stddev() const override {
    return of_parameters(&ops::FormulaTable::stddev, [&] { return Base::do_stddev(); });
  }
  Tensor do_entropy() const override {
    return of_parameters(&ops::FormulaTable::entropy, [&] { return Base::do_entropy(); });
  }

 private:
  static constexpr std::size_t kMaxParameters = ops::FormulaTable::kMaxParameters;

  /// The binding in force, and its parameters written to `parameters`.
  const ops::FormulaTable* table(const Tensor** parameters) const {
    const Self& self = static_cast<const Self&>(*this);
    for (const auto& binding : Self::signature().formulas) {
      std::size_t count = 0;
      for (const auto& parameter : binding.parameters) {
        const Tensor& tensor = parameter(self);
        if (!tensor.defined()) break;
        parameters[count++] = &tensor;
      }
      if (count == binding.parameters.size()) return &binding.table;
    }
    return nullptr;
  }

  template <class Otherwise>
  Tensor of_value(ops::FormulaTable::OfValue ops::FormulaTable::*function, const Tensor& value,
                  Otherwise otherwise) const {
    const Tensor* parameters[kMaxParameters];
    const ops::FormulaTable* formula = table(parameters);
    if (formula == nullptr || formula->*function == nullptr) return otherwise();
    return (formula->*function)(value, parameters, /*summed=*/0, /*is_finite=*/nullptr);
  }

  template <class Otherwise>
  Tensor of_parameters(ops::FormulaTable::OfParameters ops::FormulaTable::*function,
                       Otherwise otherwise) const {
    const Tensor* parameters[kMaxParameters];
    const ops::FormulaTable* formula = table(parameters);
    if (formula == nullptr || formula->*function == nullptr) return otherwise();
    return (formula->*function)(parameters);
  }
};

}  // namespace torch::distributions
