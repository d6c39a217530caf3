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

/// Owns some distribution.
using DistributionPtr = core::Shared<Distribution>;

/// (name, constraint) of each constructor argument, in the constructor's order.
using ArgConstraints = std::vector<std::pair<std::string, ConstraintPtr>>;

/// A probability distribution, or a batch of them: an immutable tuple of tensors.
///
/// Shapes: a sample has shape `sample_shape + batch_shape + event_shape`; `log_prob`, `cdf` and
/// `entropy` have the event dimensions summed away. Copying copies handles of tensors. Const
/// methods are safe from many threads.
///
/// Public methods validate and then call the hook of the same name, `do_log_prob` for `log_prob`; a
/// class overrides the hooks that it has. A method that a class lacks throws
/// `c10::NotImplementedError` naming both.
class TORCH_DISTRIBUTIONS_API Distribution {
 public:
  virtual ~Distribution() = default;

  /// Shape of the batch of independent distributions: a view, valid as long as this object exists,
  /// also if it was reached through a handle. A temporary object returns a copy.
  IntArrayRef batch_shape() const& noexcept { return batch_shape_; }
  std::vector<int64_t> batch_shape() && { return {batch_shape_.begin(), batch_shape_.end()}; }
  /// Shape of one draw of one of them; a view, or a copy, as `batch_shape` is.
  IntArrayRef event_shape() const& noexcept { return event_shape_; }
  std::vector<int64_t> event_shape() && { return {event_shape_.begin(), event_shape_.end()}; }

  virtual ArgConstraints arg_constraints() const = 0;

  /// The values of positive density. \throws c10::NotImplementedError where a class states none.
  virtual ConstraintPtr support() const = 0;
  virtual bool has_rsample() const { return false; }
  virtual bool has_enumerate_support() const { return false; }

  /// Draws without a gradient. \param generator the default generator of the device when absent.
  Tensor sample(IntArrayRef sample_shape = {},
                std::optional<Generator> generator = std::nullopt) const;
  /// Draws that are differentiable in the parameters.
  Tensor rsample(IntArrayRef sample_shape = {},
                 std::optional<Generator> generator = std::nullopt) const;
  [[deprecated("use sample({n})")]] Tensor sample_n(int64_t n) const { return sample({n}); }

  /// Log of the density or probability mass at `value`; -inf outside the support.
  /// \throws c10::ValueError under validation when a value lies outside the support.
  Tensor log_prob(const Tensor& value) const;
  /// P(X <= value): 0 below the support and 1 above it.
  Tensor cdf(const Tensor& value) const;
  /// The quantile: the inverse of `cdf`. NaN outside [0, 1], or c10::ValueError under validation.
  Tensor icdf(const Tensor& probability) const;

  Tensor mean() const { return do_mean(); }
  Tensor mode() const { return do_mode(); }
  Tensor variance() const { return do_variance(); }
  Tensor stddev() const { return do_stddev(); }
  /// Entropy in nats, of shape `batch_shape`.
  Tensor entropy() const { return do_entropy(); }
  /// exp(entropy).
  Tensor perplexity() const;

  /// All values of a discrete distribution, along a new first dimension: of shape `[n] +
  /// batch_shape + event_shape`, or `[n] + [1, ...] + event_shape` when not expanded.
  Tensor enumerate_support(bool expand = true) const { return do_enumerate_support(expand); }

  /// This distribution with its parameters expanded, as views, to a larger batch.
  /// \throws c10::ValueError when the batch shape does not expand to `batch_shape`.
  DistributionPtr expand(IntArrayRef batch_shape) const {
    return changed(core::Change::expand(batch_shape));
  }
  /// This distribution on another device or of another dtype, which must be a floating one.
  /// \throws c10::TypeError for another dtype; under validation c10::ValueError when a parameter is
  ///     not valid any more, such as a scale that is 0 in half precision.
  DistributionPtr to(const TensorOptions& options) const {
    return changed(core::Change::to(options));
  }
  /// This distribution with its parameters cut off the autograd graph.
  DistributionPtr detach() const { return changed(core::Change::detach()); }
  /// A copy with every tensor changed.
  virtual DistributionPtr changed(const core::Change& change) const = 0;

  /// The class, for dispatch.
  virtual const core::Type& type() const = 0;
  static const core::Type& static_type();

  /// Writes Python's repr, such as `Normal(loc: 0.0, scale: 1.0)`.
  virtual void print(std::ostream& out) const = 0;

  /// Validation of every distribution without a `validate_args` of its own and outside every
  /// `ValidateArgsGuard`.
  static void set_default_validate_args(bool on) noexcept;

 protected:
  /// A tensor member and how many of its last dimensions belong to the event.
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
  virtual Tensor do_log_prob(const Tensor& value) const;
  virtual Tensor do_cdf(const Tensor& value) const;
  virtual Tensor do_icdf(const Tensor& probability) const;
  virtual Tensor do_mean() const;
  virtual Tensor do_mode() const;
  virtual Tensor do_variance() const;
  virtual Tensor do_stddev() const;
  virtual Tensor do_entropy() const;
  virtual Tensor do_enumerate_support(bool expand) const;

  /// What is asked of `log_prob_of`.
  struct LogProbOptions {
    int64_t dims;   // over how many of the last batch dimensions it is summed
    bool validate;  // whether an invalid value is an error
  };
  /// All of `log_prob`: by default this validates the value, calls `do_log_prob` and sums. The
  /// library's classes override it where one pass over the value does several of these.
  virtual Tensor log_prob_of(const Tensor& value, const LogProbOptions& options) const;

  /// For each event of `value`, whose shape is valid, whether no draw can have this value: it lies
  /// outside the support, or a part of a composite finds it impossible, or it has a NaN.
  virtual Tensor do_impossible(const Tensor& value) const;

  /// The floating dtype in which values are computed with: that of the parameters, or of the part
  /// of a composite that has the values. The default dtype where a class states no parameters.
  virtual at::ScalarType do_dtype() const;

  /// Changes every tensor that this class holds; a class that holds other distributions changes
  /// those too.
  virtual void change(const core::Change& change);

  /// Whether this object validates, here and now.
  bool validates() const noexcept {
    return validate_args_.value().value_or(core::validate_args_in_force()) &&
           !core::validation_suspended();
  }
  Validate validate_args() const noexcept { return validate_args_; }
  void set_validate_args(Validate validate_args) noexcept { validate_args_ = validate_args; }

  void set_batch_shape(IntArrayRef shape) { batch_shape_ = shape; }
  void set_event_shape(IntArrayRef shape) { event_shape_ = shape; }

  /// Methods of a part, called without its validation: a composite validates values as a whole.
  /// With `options.validate`, the part validates if it is set to.
  static Tensor log_prob_of_part(const Distribution& part, const Tensor& value,
                                 const LogProbOptions& options = {});
  static Tensor cdf_of_part(const Distribution& part, const Tensor& value);
  static Tensor icdf_of_part(const Distribution& part, const Tensor& probability);
  static Tensor impossible_of_part(const Distribution& part, const Tensor& value);
  static at::ScalarType dtype_of_part(const Distribution& part);

  /// `sample_shape + batch_shape + event_shape`.
  at::DimVector extended_shape(IntArrayRef sample_shape) const;
  /// The `sample_shape` of such a shape.
  IntArrayRef sample_shape(IntArrayRef extended_shape) const;

  /// 0, 1, ..., count - 1 along a new first dimension, before batch dimensions of size one or
  /// expanded.
  Tensor enumerate_range(int64_t count, const TensorOptions& options, bool expand) const;

  /// \throws c10::ValueError unless the shape of `value` ends as a sample's and broadcasts with the
  /// batch.
  void validate_shape(const Tensor& value) const;
  /// \throws c10::ValueError unless `value` has a sample's shape and lies in the support.
  void validate_sample(const Tensor& value) const;
  /// \throws c10::ValueError if an event of `value`, of a valid shape, is impossible.
  void validate_possible(const Tensor& value) const;
  /// \throws c10::ValueError unless `value` satisfies `constraint`.
  void validate_parameter(const char* name, const Tensor& value,
                          const Constraint& constraint) const;
  /// What to append to the error for a value outside the support, to say what the program may have
  /// meant: empty, or a text that begins with a separator.
  virtual std::string hint(const Tensor& value) const;

  /// Stores constructor arguments: gives number parameters the dtype and device of the tensor ones,
  /// and integral tensors the default dtype.
  void assign(std::initializer_list<const Param*> params, c10::ArrayRef<Member> members) const;
  /// Broadcasts the batch dimensions of the members with each other and with the batch shape so
  /// far.
  void join_batch(c10::ArrayRef<Member> members);

  /// \throws c10::NotImplementedError "Class::method is not implemented".
  [[noreturn]] void not_implemented(const char* method) const;

 private:
  friend DistributionPtr;

  /// A copy of this object as its own class.
  virtual std::shared_ptr<const Distribution> copy() const = 0;

  void require_value(const char* argument, const Tensor& value) const {
    if (!core::holds_numbers(value)) [[unlikely]]
      core::refuse_tensor(type().name, argument, value);
  }
  void validate_argument(const char* method, const char* name, const Tensor& value,
                         const Constraint& constraint) const;

  at::DimVector batch_shape_, event_shape_;
  Validate validate_args_;
};

TORCH_DISTRIBUTIONS_API std::ostream& operator<<(std::ostream& out,
                                                 const Distribution& distribution);

/// What fmt prints.
TORCH_DISTRIBUTIONS_API std::string format_as(const Distribution& distribution);

}  // namespace torch::distributions
