#include <torch/distributions/core/distribution.h>

#include <ATen/ExpandUtils.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ostream>
#include <sstream>

#include <torch/distributions/constraints/dependent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/core/repr.h>
#include <torch/distributions/core/sampler.h>

#include "constraints/reason.h"
#include "core/raise.h"
#include "core/shape.h"
#include "core/suspend_validation.h"
#include "ops/random/generator.h"
#include "ops/tensor/sum_rightmost.h"

namespace torch::distributions {
namespace {

std::string tuple(IntArrayRef shape) {
  return fmt::format("({}{})", fmt::join(shape.begin(), shape.end(), ", "),
                     shape.size() == 1 ? "," : "");
}

/// The index of the element at a row-major position.
at::DimVector unravel(int64_t position, IntArrayRef shape) {
  at::DimVector index(shape.size());
  for (std::size_t d = shape.size(); d-- > 0;) {
    index[d] = position % shape[d];
    position /= shape[d];
  }
  return index;
}

/// Row-major position of the first element that is true.
std::optional<int64_t> first_true(const Tensor& condition) {
  if (condition.is_meta() || condition.numel() == 0 || !condition.any().item<bool>()) {
    return std::nullopt;
  }
  return condition.reshape(-1).to(at::kByte).argmax().item<int64_t>();
}

/// A text for error messages, such as "the first is -1.0 at index [2]".
/// \param events The batch shape.
/// \param set The set outside of which the event lies.
/// \param position The row-major index, in the batch, of the event to show.
std::string first_invalid(const Tensor& value, IntArrayRef events, const Constraint& set,
                          int64_t position) {
  const auto index = unravel(position, events);
  // The value may have fewer batch dimensions than the bounds of the constraint.
  at::DimVector shape(events);
  const auto event =
      value.sizes().slice(value.sizes().size() - static_cast<std::size_t>(set.event_dim()));
  shape.append(event.begin(), event.end());
  Tensor offender = value.detach().expand(shape);
  for (const int64_t i : index) offender = offender.select(0, i);
  return fmt::format("the first is {} at index [{}]{}", core::repr(offender),
                     fmt::join(index, ", "), constraints::reason(set, offender));
}

/// The end of the error message for a value that violates `constraint`.
std::string violates(const Tensor& value, const Constraint& constraint, int64_t position) {
  return fmt::format(" to satisfy the constraint {}, but found invalid values: {}",
                     format_as(constraint),
                     first_invalid(value, constraint.check(value).sizes(), constraint, position));
}

/// The generator of a call: the given one, or else that of the default sampler.
std::optional<Generator> source(std::optional<Generator> given) {
  if ((given && given->defined()) || default_sampler() == Sampler::kLibTorch) return given;
  return ops::random::seeded_by_default_generator();
}

}  // namespace

const core::Type& Distribution::static_type() {
  static const core::Type type{typeid(Distribution), "Distribution", nullptr};
  return type;
}

Tensor Distribution::sample(IntArrayRef sample_shape, std::optional<Generator> generator) const {
  const at::NoGradGuard no_grad;
  return do_sample(extended_shape(sample_shape), source(std::move(generator)));
}

Tensor Distribution::rsample(IntArrayRef sample_shape, std::optional<Generator> generator) const {
  if (!has_rsample()) not_implemented("rsample");
  return do_rsample(extended_shape(sample_shape), source(std::move(generator)));
}

std::pair<Tensor, Tensor> Distribution::rsample_with_log_prob(
    IntArrayRef sample_shape, std::optional<Generator> generator) const {
  if (!has_rsample()) not_implemented("rsample_with_log_prob");
  return do_rsample_with_log_prob(extended_shape(sample_shape), source(std::move(generator)));
}

Tensor Distribution::log_prob(const Tensor& value) const {
  require_value("value", value);
  return log_prob_of(value, {.dims = 0, .validate = validates()});
}

Tensor Distribution::cdf(const Tensor& value) const {
  require_number(value);
  return do_cdf(value);
}

Tensor Distribution::log_cdf(const Tensor& value) const {
  require_number(value);
  return do_log_cdf(value);
}

Tensor Distribution::survival_function(const Tensor& value) const {
  require_number(value);
  return do_survival_function(value);
}

Tensor Distribution::log_survival_function(const Tensor& value) const {
  require_number(value);
  return do_log_survival_function(value);
}

Tensor Distribution::icdf(const Tensor& probability) const {
  require_value("probability", probability);
  if (validates()) {
    validate_shape(probability);
    validate_argument("icdf", "probability", probability, constraints::unit_interval);
  }
  return do_icdf(probability);
}

Tensor Distribution::perplexity() const { return entropy().exp(); }

Tensor Distribution::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  if (!has_rsample()) not_implemented("sample");
  return do_rsample(shape, std::move(generator));
}

Tensor Distribution::do_rsample(IntArrayRef, std::optional<Generator>) const {
  not_implemented("rsample");
}
// A draw needs no validation, even if it was rounded to an end of the support.
std::pair<Tensor, Tensor> Distribution::do_rsample_with_log_prob(
    IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor draws = do_rsample(shape, std::move(generator));
  const SuspendValidation suspended;
  return {draws, log_prob_of(draws, {})};
}
Tensor Distribution::do_log_prob(const Tensor&) const { not_implemented("log_prob"); }
Tensor Distribution::do_cdf(const Tensor&) const { not_implemented("cdf"); }
Tensor Distribution::do_icdf(const Tensor&) const { not_implemented("icdf"); }
// log(1 - cdf) and log(cdf) would lose all digits in one tail.
Tensor Distribution::do_log_cdf(const Tensor&) const { not_implemented("log_cdf"); }
Tensor Distribution::do_survival_function(const Tensor& value) const {
  return do_log_survival_function(value).exp();
}
Tensor Distribution::do_log_survival_function(const Tensor&) const {
  not_implemented("log_survival_function");
}
Tensor Distribution::do_mean() const { not_implemented("mean"); }
Tensor Distribution::do_mode() const { not_implemented("mode"); }
Tensor Distribution::do_variance() const { not_implemented("variance"); }
// Where the variance is 0, so is the gradient. The derivative of sqrt is infinite at 0, and the
// chain rule would multiply it by 0, which is NaN.
Tensor Distribution::do_stddev() const {
  const Tensor variance = this->variance();
  if (!variance.requires_grad()) return variance.sqrt();
  const Tensor none = variance == 0;
  return variance.masked_fill(none, 1).sqrt().masked_fill(none, 0);
}
Tensor Distribution::do_entropy() const { not_implemented("entropy"); }
Tensor Distribution::do_enumerate_support(bool) const { not_implemented("enumerate_support"); }

Tensor Distribution::log_prob_of(const Tensor& value, const LogProbOptions& options) const {
  if (options.validate) validate_sample(value);
  return ops::sum_rightmost(do_log_prob(value), options.dims);
}

Tensor Distribution::do_impossible(const Tensor& value) const {
  return support()->check(value).logical_not();
}

at::ScalarType Distribution::do_dtype() const { return c10::get_default_dtype_as_scalartype(); }

Tensor Distribution::log_prob_of_part(const Distribution& part, const Tensor& value,
                                      const LogProbOptions& options) {
  part.require_value("value", value);
  if (options.validate) return part.log_prob_of(value, {options.dims, part.validates()});
  const SuspendValidation suspended;
  return part.log_prob_of(value, options);
}

Tensor Distribution::of_part(const Distribution& part, OfValue method, const Tensor& value) {
  const SuspendValidation suspended;
  return (part.*method)(value);
}

at::ScalarType Distribution::dtype_of_part(const Distribution& part) { return part.do_dtype(); }

Tensor Distribution::impossible_of_part(const Distribution& part, const Tensor& value) {
  return part.do_impossible(value);
}

void Distribution::change(const core::Change& change) {
  change.check(type().name);
  if (!change.is_expand()) return;
  const auto changed = change.batch_shape(batch_shape_);
  require_sizes(type().name, "a batch_shape to expand to", changed, {event_shape_});
  TORCH_DISTRIBUTIONS_CHECK(ValueError, expands_to(batch_shape_, changed), type().name,
                            "::expand: a batch of shape ", core::repr(IntArrayRef(batch_shape_)),
                            " does not expand to ", core::repr(IntArrayRef(changed)));
  batch_shape_ = changed;
}

at::DimVector Distribution::extended_shape(IntArrayRef sample_shape) const {
  require_sizes(type().name, "a sample_shape", sample_shape, {batch_shape_, event_shape_});
  at::DimVector shape(sample_shape);
  shape.append(batch_shape_.begin(), batch_shape_.end());
  shape.append(event_shape_.begin(), event_shape_.end());
  return shape;
}

IntArrayRef Distribution::sample_shape(IntArrayRef extended_shape) const {
  return extended_shape.slice(0, extended_shape.size() - batch_shape_.size() - event_shape_.size());
}

Tensor Distribution::enumerate_range(int64_t count, const TensorOptions& options,
                                     bool expand) const {
  at::DimVector shape(batch_shape_.size() + 1, 1);
  shape[0] = count;
  Tensor values = at::arange(count, options).view(shape);
  if (!expand) return values;
  std::copy(batch_shape_.begin(), batch_shape_.end(), shape.begin() + 1);
  return values.expand(shape);
}

void Distribution::validate_shape(const Tensor& value) const {
  const auto sizes = value.sizes();
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError,
      sizes.size() >= event_shape_.size() &&
          sizes.slice(sizes.size() - event_shape_.size()) == event_shape(),
      "The right-most size of value must match event_shape: ", core::repr(sizes), " vs ",
      core::repr(event_shape()), ", in ", type().name, ".");
  at::DimVector expected(batch_shape_);
  expected.append(event_shape_.begin(), event_shape_.end());
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, at::are_expandable(sizes, expected),
      "Value is not broadcastable with batch_shape+event_shape: ", core::repr(sizes), " vs ",
      core::repr(IntArrayRef(expected)), ", in ", type().name, ".");
}

void Distribution::validate_sample(const Tensor& value) const {
  validate_shape(value);
  if (support()->first_violation(value)) validate_possible(value);
}

void Distribution::validate_possible(const Tensor& value) const {
  const Tensor impossible = do_impossible(value);
  const auto position = first_true(impossible);
  if (!position) return;
  std::ostringstream text;
  text << "Expected value argument (Tensor of shape " << tuple(value.sizes())
       << ") to be within the support (" << *support() << ") of the distribution " << *this
       << ", but found invalid values: "
       << first_invalid(value, impossible.sizes(), *support(), *position) << hint(value);
  raise<c10::ValueError>(text.str());
}

std::string Distribution::hint(const Tensor& /*value*/) const { return {}; }

void Distribution::validate_parameter(const char* name, const Tensor& value,
                                      const Constraint& constraint) const {
  if (constraints::is_dependent(constraint)) return;
  const auto position = constraint.first_violation(value);
  if (!position) return;
  std::ostringstream text;
  text << "Expected parameter " << name << " (Tensor of shape " << tuple(value.sizes())
       << ") of distribution " << *this << violates(value, constraint, *position);
  raise<c10::ValueError>(text.str());
}

void Distribution::require_number(const Tensor& value) const {
  require_value("value", value);
  if (validates()) validate_shape(value);
}

void Distribution::validate_argument(const char* method, const char* name, const Tensor& value,
                                     const Constraint& constraint) const {
  const auto position = constraint.first_violation(value);
  if (!position) return;
  std::ostringstream text;
  text << "Expected " << name << " argument (Tensor of shape " << tuple(value.sizes()) << ") of "
       << method << " of distribution " << *this << violates(value, constraint, *position);
  raise<c10::ValueError>(text.str());
}

void Distribution::assign(std::initializer_list<const Param*> params,
                          c10::ArrayRef<Member> members) const {
  TORCH_INTERNAL_ASSERT(params.size() == members.size(), type().name, ": one parameter a member");
  const TensorOptions options = core::common_options(params);
  const auto* member = members.begin();
  for (const Param* param : params) {
    TORCH_DISTRIBUTIONS_CHECK(ValueError, param->defined() || !member->required, type().name,
                              ": the parameter ", member->name, " is missing");
    if (param->defined()) {
      const Tensor tensor = param->tensor(options);
      require_value(member->name, tensor);
      *member->tensor = tensor.is_floating_point() ? tensor : tensor.to(options.dtype());
    }
    ++member;
  }
}

void Distribution::join_batch(c10::ArrayRef<Member> members) {
  const auto batch_of = [&](const Member& member) {
    const auto sizes = member.tensor->sizes();
    require_value(member.name, *member.tensor);
    TORCH_DISTRIBUTIONS_CHECK(ValueError, member.tensor->dim() >= member.event_dim, type().name,
                              ": the parameter ", member.name, " needs at least ", member.event_dim,
                              " dimension(s), got shape ", core::repr(sizes));
    return sizes.slice(0, sizes.size() - static_cast<std::size_t>(member.event_dim));
  };
  at::DimVector joined(batch_shape_);
  for (const Member& member : members) {
    const auto batch = batch_of(member);
    if (batch == IntArrayRef(joined)) continue;
    TORCH_DISTRIBUTIONS_CHECK(ValueError, at::are_expandable(joined, batch), type().name,
                              ": the batch shape ", core::repr(batch), " of ", member.name,
                              " does not broadcast with ", core::repr(IntArrayRef(joined)));
    joined = at::infer_size_dimvector(joined, batch);
  }
  const core::Change expand = core::Change::expand(joined);
  for (const Member& member : members) *member.tensor = expand(*member.tensor, member.event_dim);
  batch_shape_ = joined;
}

void Distribution::not_implemented(const char* method) const {
  raise<c10::NotImplementedError>(type().name, "::", method, " is not implemented");
}

std::ostream& operator<<(std::ostream& out, const Distribution& distribution) {
  distribution.print(out);
  return out;
}

std::string format_as(const Distribution& distribution) {
  std::ostringstream text;
  text << distribution;
  return text.str();
}

}  // namespace torch::distributions
