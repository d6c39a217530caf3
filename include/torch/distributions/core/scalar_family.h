#pragma once

#include <torch/distributions/core/export.h>

#include <torch/distributions/core/implements.h>

namespace torch::distributions::core {

/// Base of distributions of a scalar whose signature names a formula. Each function of the formula
/// implements the hook of that name, so a class consists of a signature, a formula and a sampler.
/// The hooks are defined inside the library, for its own classes and those derived from them.
template <class Self, class Base = Distribution>
class TORCH_DISTRIBUTIONS_API ScalarFamily : public Implements<Self, Base> {
 protected:
  // Excludes copy and move construction.
  template <class... Args>
    requires(!(sizeof...(Args) == 1 &&
               (std::derived_from<std::remove_cvref_t<Args>, ScalarFamily> && ...)))
  explicit ScalarFamily(Args&&... args) : Implements<Self, Base>(std::forward<Args>(args)...) {}

  /// By `scored_draws`, unless this object is of a class derived from `Self`: that may have another
  /// density.
  std::pair<Tensor, Tensor> do_rsample_with_log_prob(
      IntArrayRef shape, std::optional<Generator> generator) const override;
  /// Draws, and the log density of each. By default that of the draw as it was rounded, by the
  /// formula. A class overrides it if the rounding of draws loses digits that the density needs.
  virtual std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                                 std::optional<Generator> generator) const;
  /// `scored_draws` for a family with the location `loc`, as core/origin.h describes: a location far
  /// from 0 takes digits from the draws.
  template <class Family>
  std::pair<Tensor, Tensor> scored_around_origin(Tensor Family::*loc, IntArrayRef shape,
                                                 std::optional<Generator> generator) const;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_cdf(const Tensor& value) const override;
  Tensor do_icdf(const Tensor& probability) const override;
  Tensor do_log_cdf(const Tensor& value) const override;
  Tensor do_survival_function(const Tensor& value) const override;
  Tensor do_log_survival_function(const Tensor& value) const override;
  Tensor do_mean() const override;
  Tensor do_mode() const override;
  Tensor do_variance() const override;
  Tensor do_stddev() const override;
  Tensor do_entropy() const override;
  Tensor log_prob_of(const Tensor& value,
                     const Distribution::LogProbOptions& options) const override;
  Tensor do_impossible(const Tensor& value) const override;
};

}  // namespace torch::distributions::core
