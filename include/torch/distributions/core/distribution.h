#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <torch/distributions/constraints/constraint.h>
#include <torch/distributions/core/change.h>
#include <torch/distributions/core/param.h>
#include <torch/distributions/core/shared.h>
#include <torch/distributions/core/type.h>
#include <torch/distributions/core/validate.h>

namespace torch::distributions {

class Distribution;

/// Owns a distribution of any class.
using DistributionPtr = core::Shared<Distribution>;

/// The name and constraint of each constructor argument, in order.
using ArgConstraints = std::vector<std::pair<std::string, ConstraintPtr>>;

/// A probability distribution or a batch of them: an immutable tuple of tensors.
///
/// A sample has the shape `sample_shape + batch_shape + event_shape`. `log_prob`, `cdf` and
/// `entropy` have no event dimensions. Copies share their tensors. Const methods are thread-safe.
///
/// A public method validates its arguments and calls the hook of the same name: `log_prob` calls
/// `do_log_prob`. A class overrides the hooks that it implements. The others throw
/// `c10::NotImplementedError` naming the class and the method.
class TORCH_DISTRIBUTIONS_API Distribution {
 public:
  virtual ~Distribution() = default;

  /// Shape of the batch of independent distributions. The view is valid while this object exists,
  /// even if it was reached through a handle. A temporary object returns a copy.
  IntArrayRef batch_shape() const& noexcept { return batch_shape_; }
  std::vector<int64_t> batch_shape() && { return {batch_shape_.begin(), batch_shape_.end()}; }
  /// Shape of one draw from one distribution of the batch: a view or copy like `batch_shape`.
  IntArrayRef event_shape() const& noexcept { return event_shape_; }
  std::vector<int64_t> event_shape() && { return {event_shape_.begin(), event_shape_.end()}; }

  virtual ArgConstraints arg_constraints() const = 0;

  /// The set of possible values.
  /// \throws c10::NotImplementedError if the class states no support.
  virtual ConstraintPtr support() const = 0;
  virtual bool has_rsample() const { return false; }
  virtual bool has_enumerate_support() const { return false; }

  /// Draws samples without a gradient.
  /// \param generator The random generator. If absent, `default_sampler()` decides: the default
  ///   generator of the device, or a new `Philox` stream.
  Tensor sample(IntArrayRef sample_shape = {},
                std::optional<Generator> generator = std::nullopt) const;
  /// Draws samples that are differentiable in the parameters.
  Tensor rsample(IntArrayRef sample_shape = {},
                 std::optional<Generator> generator = std::nullopt) const;
  /// Draws samples as `rsample` does, and returns them with their `log_prob`. In half precision the
  /// samples may be rounded differently. The log_prob of a transformed draw is computed from the draw
  /// of the base, not from an inverse. It is therefore exact where the transform saturates, as tanh
  /// does for |x| > 10.
  ///
  /// If rounding a draw to its dtype changes its density, as where it underflows, the log_prob is
  /// that of the draw before it was rounded. `log_prob` of the rounded draw may be far from it.
  /// \throws c10::NotImplementedError if the class has no `rsample`.
  std::pair<Tensor, Tensor> rsample_with_log_prob(
      IntArrayRef sample_shape = {}, std::optional<Generator> generator = std::nullopt) const;
  [[deprecated("use sample({n})")]] Tensor sample_n(int64_t n) const { return sample({n}); }

  /// Log of the density or probability mass at `value`; -inf outside the support.
  /// \throws c10::ValueError under validation if a value lies outside the support.
  Tensor log_prob(const Tensor& value) const;
  /// P(X <= value): 0 below the support, 1 above it and NaN for NaN. Every number is a valid value.
  Tensor cdf(const Tensor& value) const;
  /// The quantile function, the inverse of `cdf`; NaN outside [0, 1].
  /// \throws c10::ValueError under validation if a probability lies outside [0, 1].
  Tensor icdf(const Tensor& probability) const;
  /// log P(X <= value), also where the cdf underflows to 0.
  Tensor log_cdf(const Tensor& value) const;
  /// P(X > value), without the cancellation of 1 - cdf.
  Tensor survival_function(const Tensor& value) const;
  /// log P(X > value), also where the survival function underflows to 0.
  Tensor log_survival_function(const Tensor& value) const;

  Tensor mean() const { return do_mean(); }
  Tensor mode() const { return do_mode(); }
  Tensor variance() const { return do_variance(); }
  Tensor stddev() const { return do_stddev(); }
  /// Entropy in nats, of shape `batch_shape`.
  Tensor entropy() const { return do_entropy(); }
  /// exp(entropy).
  Tensor perplexity() const;

  /// All values of a discrete distribution along a new first dimension. The shape is
  /// `[n] + batch_shape + event_shape` or, without `expand`, `[n] + [1, ...] + event_shape`.
  Tensor enumerate_support(bool expand = true) const { return do_enumerate_support(expand); }

  /// A copy with its parameters expanded, as views, to a larger batch.
  /// \throws c10::ValueError if the batch shape does not expand to `batch_shape`.
  DistributionPtr expand(IntArrayRef batch_shape) const {
    return changed(core::Change::expand(batch_shape));
  }
  /// A copy on another device or with another floating dtype.
  /// \throws c10::TypeError if the dtype is not floating, c10::ValueError if `options` require a
  ///     gradient or, under validation, rounding makes a parameter invalid (a scale of 0).
  DistributionPtr to(const TensorOptions& options) const {
    return changed(core::Change::to(options));
  }
  /// A copy with its parameters detached from the autograd graph.
  DistributionPtr detach() const { return changed(core::Change::detach()); }
  /// A copy with `change` applied to every tensor.
  virtual DistributionPtr changed(const core::Change& change) const = 0;

  /// The class of this object, for the dispatch of `kl_divergence`.
  virtual const core::Type& type() const = 0;
  static const core::Type& static_type();

  /// Writes Python's repr, such as `Normal(loc: 0.0, scale: 1.0)`.
  virtual void print(std::ostream& out) const = 0;

  /// Turns validation on or off for every distribution without a `validate_args` of its own,
  /// outside any `ValidateArgsGuard`.
  static void set_default_validate_args(bool on) noexcept;

 protected:
  /// A tensor member, whose last `event_dim` dimensions belong to the event.
  struct Member {
    const char* name;
    Tensor* tensor;
    int64_t event_dim;
    bool required;
  };

  explicit Distribution(Validate validate_args = {}) : validate_args_(validate_args) {}
  Distribution(const Distribution&) = default;
  Distribution(Distribution&&) = default;
  Distribution& operator=(const Distribution&) = default;
  Distribution& operator=(Distribution&&) = default;

  virtual Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const;
  virtual Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const;
  /// By default `do_rsample`, and the log_prob of its result.
  virtual std::pair<Tensor, Tensor> do_rsample_with_log_prob(
      IntArrayRef shape, std::optional<Generator> generator) const;
  virtual Tensor do_log_prob(const Tensor& value) const;
  virtual Tensor do_cdf(const Tensor& value) const;
  virtual Tensor do_icdf(const Tensor& probability) const;
  virtual Tensor do_log_cdf(const Tensor& value) const;
  /// By default the exponential of `do_log_survival_function`.
  virtual Tensor do_survival_function(const Tensor& value) const;
  virtual Tensor do_log_survival_function(const Tensor& value) const;
  virtual Tensor do_mean() const;
  virtual Tensor do_mode() const;
  virtual Tensor do_variance() const;
  virtual Tensor do_stddev() const;
  virtual Tensor do_entropy() const;
  virtual Tensor do_enumerate_support(bool expand) const;

  /// A method such as `cdf`.
  using OfValue = Tensor (Distribution::*)(const Tensor&) const;

  struct LogProbOptions {
    int64_t dims;   // number of last batch dimensions to sum over
    bool validate;  // whether an invalid value is an error
  };
  /// Implements `log_prob`: validates the value, calls `do_log_prob` and sums the result. Classes
  /// of the library override it if one pass over the value can do several of these steps.
  virtual Tensor log_prob_of(const Tensor& value, const LogProbOptions& options) const;

  /// Whether each event of `value` is impossible: it has a NaN, lies outside the support or, in a
  /// composite, is impossible for a part. The shape of `value` must be valid.
  virtual Tensor do_impossible(const Tensor& value) const;

  /// The floating dtype of computations with values: that of the parameters or, in a composite, of
  /// the part that the values belong to. The default dtype if a class states no parameters.
  virtual at::ScalarType do_dtype() const;

  /// Applies `change` to every tensor of this class. A class that holds other distributions
  /// overrides it to change those as well.
  virtual void change(const core::Change& change);

  /// Whether validation is currently on for this object, on this thread.
  bool validates() const noexcept {
    return validate_args_.value().value_or(core::validate_args_in_force()) &&
           !core::validation_suspended();
  }
  Validate validate_args() const noexcept { return validate_args_; }
  void set_validate_args(Validate validate_args) noexcept { validate_args_ = validate_args; }

  void set_batch_shape(IntArrayRef shape) { batch_shape_ = shape; }
  void set_event_shape(IntArrayRef shape) { event_shape_ = shape; }

  /// Call methods of a part without validation, since a composite validates values as a whole. With
  /// `options.validate`, the part validates if validation is on for it.
  static Tensor log_prob_of_part(const Distribution& part, const Tensor& value,
                                 const LogProbOptions& options = {});
  static Tensor of_part(const Distribution& part, OfValue method, const Tensor& value);
  static Tensor impossible_of_part(const Distribution& part, const Tensor& value);
  static at::ScalarType dtype_of_part(const Distribution& part);

  /// `sample_shape + batch_shape + event_shape`.
  at::DimVector extended_shape(IntArrayRef sample_shape) const;
  /// The `sample_shape` at the start of an extended shape.
  IntArrayRef sample_shape(IntArrayRef extended_shape) const;

  /// 0, 1, ..., count - 1 along a new first dimension, followed by the batch dimensions: expanded
  /// if `expand` is true, else of size 1.
  Tensor enumerate_range(int64_t count, const TensorOptions& options, bool expand) const;

  /// \throws c10::ValueError unless the shape of `value` ends in `event_shape` and broadcasts with
  ///     `batch_shape + event_shape`.
  void validate_shape(const Tensor& value) const;
  /// \throws c10::ValueError unless the shape of `value` is valid and all its events are possible.
  void validate_sample(const Tensor& value) const;
  /// \throws c10::ValueError if an event of `value`, whose shape must be valid, is impossible.
  void validate_possible(const Tensor& value) const;
  /// \throws c10::ValueError unless `value` satisfies `constraint`.
  void validate_parameter(const char* name, const Tensor& value,
                          const Constraint& constraint) const;
  /// Advice that is appended to the error for a value outside the support: empty, or a text that
  /// begins with a separator.
  virtual std::string hint(const Tensor& value) const;

  /// Stores constructor arguments in members. Numbers, lists and integral tensors take the dtype of
  /// the first floating tensor, else the default dtype; numbers and lists take its device as well.
  void assign(std::initializer_list<const Param*> params, c10::ArrayRef<Member> members) const;
  /// Broadcasts the batch dimensions of the members with each other and with the batch shape, and
  /// stores the result as the batch shape.
  void join_batch(c10::ArrayRef<Member> members);

  /// \throws c10::NotImplementedError "Class::method is not implemented".
  [[noreturn]] void not_implemented(const char* method) const;

 private:
  friend DistributionPtr;

  /// A copy of this object, of its own class.
  virtual std::shared_ptr<const Distribution> copy() const = 0;

  void require_value(const char* argument, const Tensor& value) const {
    if (!core::holds_numbers(value)) [[unlikely]]
      core::refuse_tensor(type().name, argument, value);
  }
  /// Validates the argument of a method that accepts every number.
  void require_number(const Tensor& value) const;
  void validate_argument(const char* method, const char* name, const Tensor& value,
                         const Constraint& constraint) const;

  at::DimVector batch_shape_, event_shape_;
  Validate validate_args_;
};

TORCH_DISTRIBUTIONS_API std::ostream& operator<<(std::ostream& out,
                                                 const Distribution& distribution);

/// Makes distributions printable by fmt.
TORCH_DISTRIBUTIONS_API std::string format_as(const Distribution& distribution);

}  // namespace torch::distributions
