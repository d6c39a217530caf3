#pragma once

#include <torch/distributions/core/export.h>

#include <concepts>
#include <utility>
#include <vector>

#include <torch/distributions/core/implements.h>
#include <torch/distributions/transforms/compose.h>

namespace torch::distributions {

/// Distribution of \f$Y = f(X)\f$, where \f$X\f$ has the base distribution and \f$f\f$ composes the
/// transforms, the first of which is applied first:
/// \f[ \log p_Y(y) = \log p_X(x) - \log\left|\det\frac{dy}{dx}\right|, \quad x = f^{-1}(y). \f]
///
/// The base is expanded to the shape that the transforms require, and wrapped in `Independent` if
/// they require more event dimensions than it has. `cdf`, `icdf` and the tails require transforms
/// with a sign. The tails are those of the base: the opposite ones if the transforms decrease.
/// The mean, mode, variance and stddev require affine transforms. The entropy is not implemented.
/// `to` and `detach` apply to the transforms as well.
///
/// The support is the image of the base's support if that is an interval, bounded or not, and every
/// transform is element-wise and monotone. Otherwise it is the codomain of the last transform.
///
/// Rounding may move a value, or its preimage, to an end of a set or just beyond it. Such a value
/// is treated as the end. A limit that a transform does not reach, such as 1 for tanh, has a
/// log_prob of -inf and gradients of 0. This is the limit of log_prob if the tails of the base are
/// as light as Normal's. For heavier tails (Laplace under a sigmoid, Cauchy under tanh) the limit
/// may be finite or +inf.
///
/// Values are validated as a whole, whatever the `validate_args` of the base.
///
/// A derived class with a sampler of its own also overrides `do_rsample_with_log_prob`, which draws
/// from the base here.
class TORCH_DISTRIBUTIONS_API TransformedDistribution : public Implements<TransformedDistribution> {
 public:
  static const Signature<TransformedDistribution>& signature();

  /// \throws c10::ValueError if the base has fewer dimensions than the domain of the transforms.
  TransformedDistribution(DistributionPtr base_distribution, std::vector<TransformPtr> transforms,
                          Validate validate_args = {});

  template <class OneTransform>
    requires std::convertible_to<const OneTransform&, TransformPtr>
  TransformedDistribution(DistributionPtr base_distribution, const OneTransform& transform,
                          Validate validate_args = {})
      : TransformedDistribution(std::move(base_distribution), std::vector<TransformPtr>{transform},
                                validate_args) {}

  const DistributionPtr& base_dist() const& { return base_dist_; }
  DistributionPtr base_dist() && { return base_dist_; }
  const std::vector<TransformPtr>& transforms() const& { return transforms_; }
  std::vector<TransformPtr> transforms() && { return transforms_; }

  bool has_rsample() const override { return base_dist_->has_rsample(); }

 protected:
  /// For derived classes that make base and transforms of their members: the constructor calls
  /// `transform`.
  explicit TransformedDistribution(Validate validate_args) : Implements(validate_args) {}
  /// Sets the base, the transforms and the shapes that follow from them.
  void transform(DistributionPtr base_distribution, std::vector<TransformPtr> transforms);

  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> do_rsample_with_log_prob(
      IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor log_prob_of(const Tensor& value, const LogProbOptions& options) const override;
  Tensor do_cdf(const Tensor& value) const override;
  Tensor do_icdf(const Tensor& probability) const override;
  Tensor do_log_cdf(const Tensor& value) const override;
  Tensor do_survival_function(const Tensor& value) const override;
  Tensor do_log_survival_function(const Tensor& value) const override;
  Tensor do_mean() const override;
  Tensor do_mode() const override;
  Tensor do_variance() const override;
  Tensor do_stddev() const override;
  Tensor do_impossible(const Tensor& value) const override;
  at::ScalarType do_dtype() const override { return dtype_of_part(*base_dist_); }
  void change(const core::Change& change) override;

 private:
  /// A value that the inverse transforms have mapped back.
  struct Pullback {
    Tensor x;          // the value of the base
    Tensor y;          // its image under the first transform; x if there is none
    Tensor is_beyond;  // mask of values outside the image of a transform; undefined if none
    Tensor is_above;   // of those, the values above all of the image
  };
  Pullback pull_back(const Tensor& value) const;

  struct Tail;  // one of the functions log_cdf, survival_function and log_survival_function
  Tensor tail(const Tail& tail, const Tensor& value) const;

  /// Converts integers to the dtype of the base's parameters; returns other values unchanged.
  Tensor floating_value(const Tensor& value) const;
  Tensor forward(Tensor x) const;
  Tensor sign(const char* method) const;
  bool is_affine() const;
  std::optional<ConstraintPtr> image() const;
  ConstraintPtr of_events(const ConstraintPtr& set) const;
  Tensor density(const Tensor& value, bool* is_suspicious) const;
  std::vector<Tensor> stages(const Tensor& value) const;
  Tensor rounded_into(const Constraint& set, bool of_closure, const std::vector<Tensor>& stages,
                      std::size_t at) const;

  DistributionPtr base_dist_;
  std::vector<TransformPtr> transforms_;
  ComposeTransform whole_{std::vector<TransformPtr>{}};  // composition of the flat `transforms_`
};

}  // namespace torch::distributions
