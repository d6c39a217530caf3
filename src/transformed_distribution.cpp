#include <torch/distributions/transformed_distribution.h>

#include <ATen/ATen.h>

#include <array>
#include <typeinfo>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/transforms/sigmoid.h>
#include <torch/distributions/uniform.h>

#include "constraints/points.h"
#include "core/derived.h"
#include "core/float_limits.h"
#include "core/raise.h"
#include "core/supported.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/uniform.h"
#include "ops/special/constants.h"
#include "ops/tensor/plain.h"
#include "ops/tensor/sum_rightmost.h"
#include "transforms/image.h"
#include "transforms/image_of_parts.h"

namespace torch::distributions {
namespace {

/// Whether a and b are equal up to the rounding of a few operations. With `event_dim`, compares
/// events of that many dimensions, with an error relative to the largest number of the event.
Tensor is_close(const Tensor& a, const Tensor& b, int64_t event_dim = 0) {
  constexpr double kRoundings = 8;
  const auto size = [&](const Tensor& x) {
    return event_dim == 0 ? x.abs() : x.abs().flatten(-event_dim).amax(-1);
  };
  const double epsilon = float_limits(b.scalar_type()).epsilon;
  const Tensor difference = at::where(a.eq(b), 0, a - b);
  return size(difference).le(kRoundings * epsilon * size(a).minimum(size(b)));
}

/// `rising()` where the sign is positive, and `falling()` where it is negative. If the sign can be
/// read without waiting for a device and is the same everywhere, only one of them is called.
template <class Rising, class Falling>
Tensor by_sign(const Tensor& sign, const Rising& rising, const Falling& falling) {
  const Tensor falls = sign < 0;
  if (ops::is_plain(falls) && ops::is_unobserved()) {
    if (!falls.any().item<bool>()) return rising();
    if (falls.all().item<bool>()) return falling();
  }
  return at::where(falls, falling(), rising());
}

/// p, or 1 - p where `sign` is negative.
Tensor monotonize(const Tensor& p, const Tensor& sign) { return at::where(sign < 0, 1 - p, p); }

}  // namespace

const Signature<TransformedDistribution>& TransformedDistribution::signature() {
  static const Signature<TransformedDistribution> s{
      .name = "TransformedDistribution",
      .support = [](const TransformedDistribution& d) -> ConstraintPtr {
        if (d.transforms_.empty()) return d.base_dist_->support();
        const std::optional<ConstraintPtr> image = d.image();
        return image ? *image : d.of_events(d.transforms_.back()->codomain());
      }};
  return s;
}

/// The image of the base's support; nothing if it is not known to be an interval.
std::optional<ConstraintPtr> TransformedDistribution::image() const {
  const std::optional<ConstraintPtr> base = stated_support(*base_dist_);
  if (!base) return std::nullopt;
  const auto set = image_of(distributions::of_elements(**base), whole_.parts());
  if (!set) return std::nullopt;
  return of_events(*set);
}

ConstraintPtr TransformedDistribution::of_events(const ConstraintPtr& set) const {
  const int64_t extra = static_cast<int64_t>(event_shape().size()) - set->event_dim();
  return extra <= 0 ? set : ConstraintPtr(constraints::independent(set, extra));
}

TransformedDistribution::TransformedDistribution(DistributionPtr base_distribution,
                                                 std::vector<TransformPtr> transforms,
                                                 Validate validate_args)
    : TransformedDistribution(validate_args) {
  transform(std::move(base_distribution), std::move(transforms));
}

void TransformedDistribution::transform(DistributionPtr base_distribution,
                                        std::vector<TransformPtr> transforms) {
  base_dist_ = std::move(base_distribution);
  transforms_ = std::move(transforms);
  require_handle("TransformedDistribution", "base_distribution", base_dist_);
  for (const TransformPtr& transform : transforms_)
    require_handle("TransformedDistribution", "transforms", transform);
  whole_ = ComposeTransform(flattened(transforms_));
  const auto base_event_dim = static_cast<int64_t>(base_dist_->event_shape().size());
  at::DimVector base_shape(base_dist_->batch_shape());
  base_shape.append(base_dist_->event_shape().begin(), base_dist_->event_shape().end());

  const int64_t domain_dim = whole_.domain()->event_dim(),
                codomain_dim = whole_.codomain()->event_dim();
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, static_cast<int64_t>(base_shape.size()) >= domain_dim,
      "TransformedDistribution: base_distribution needs to have shape with size at least ",
      domain_dim, ", but got ", core::repr(IntArrayRef(base_shape)), ".");
  const std::vector<int64_t> shape = whole_.forward_shape(base_shape);
  const std::vector<int64_t> expanded = whole_.inverse_shape(shape);
  if (IntArrayRef(expanded) != IntArrayRef(base_shape)) {
    base_dist_ = base_dist_->expand(
        IntArrayRef(expanded).slice(0, expanded.size() - static_cast<std::size_t>(base_event_dim)));
  }
  if (domain_dim > base_event_dim)
    base_dist_ = Independent(base_dist_, domain_dim - base_event_dim);

  const auto event_dim =
      static_cast<std::size_t>(std::max(codomain_dim, base_event_dim + codomain_dim - domain_dim));
  TORCH_INTERNAL_ASSERT(shape.size() >= event_dim);
  set_batch_shape(IntArrayRef(shape).slice(0, shape.size() - event_dim));
  set_event_shape(IntArrayRef(shape).slice(shape.size() - event_dim));
}

Tensor TransformedDistribution::floating_value(const Tensor& value) const {
  return value.is_floating_point() ? value : value.to(dtype_of_part(*base_dist_));
}

Tensor TransformedDistribution::forward(Tensor x) const {
  for (const auto& transform : transforms_) x = transform(x);
  return x;
}

Tensor TransformedDistribution::do_sample(IntArrayRef shape,
                                          std::optional<Generator> generator) const {
  return forward(base_dist_->sample(sample_shape(shape), std::move(generator)));
}

Tensor TransformedDistribution::do_rsample(IntArrayRef shape,
                                           std::optional<Generator> generator) const {
  return forward(base_dist_->rsample(sample_shape(shape), std::move(generator)));
}

std::pair<Tensor, Tensor> TransformedDistribution::do_rsample_with_log_prob(
    IntArrayRef shape, std::optional<Generator> generator) const {
  const auto [x, of_base] =
      base_dist_->rsample_with_log_prob(sample_shape(shape), std::move(generator));
  const auto event_dim = static_cast<int64_t>(base_dist_->event_shape().size());
  Tensor log_prob = of_base;
  const Tensor y = image_of_parts(whole_.parts(), x, event_dim, /*image=*/{},
                                  [&](const Tensor& term) { log_prob = log_prob - term; });
  return {y, log_prob};
}

/// The values between the transforms, from the base's value (front) to `value` (back), as the
/// inverses compute them. Values that lie outside a codomain only by rounding are moved into it.
std::vector<Tensor> TransformedDistribution::stages(const Tensor& value) const {
  const auto& parts = whole_.parts();
  std::vector<Tensor> stages(parts.size() + 1);
  stages.back() = floating_value(value).detach();
  for (std::size_t i = parts.size(); i-- > 0;) {
    stages[i + 1] = rounded_into(*parts[i]->codomain(), /*of_closure=*/false, stages, i + 1);
    stages[i] = parts[i]->with_cache(0)->inv()(stages[i + 1]);
  }
  return stages;
}

/// `stages[at]` with each element outside the set moved to the nearest point of the set if the two
/// differ only by rounding: they are close, or their images under later transforms are.
Tensor TransformedDistribution::rounded_into(const Constraint& set, bool of_closure,
                                             const std::vector<Tensor>& stages,
                                             std::size_t at) const {
  const Tensor& x = stages[at];
  const std::optional<Tensor> nearest = nearest_point(set, x, of_closure);
  if (!nearest) return x;
  Tensor image = *nearest, close = is_close(image, x);
  int64_t x_dim = 0, y_dim = 0;  // event dimensions, once a transform has changed the shape
  for (std::size_t i = at; i < whole_.parts().size(); ++i) {
    const Transform& part = *whole_.parts()[i];
    image = part.with_cache(0)(image);
    if (image.sizes() != x.sizes() && x_dim == 0) {
      x_dim = part.domain()->event_dim();
      y_dim = part.codomain()->event_dim();
      if (x_dim == 0) break;  // an element-wise transform has broadcast it
    }
    close = close.logical_or(with_event(is_close(image, stages[i + 1], y_dim), x_dim));
  }
  return at::where(close, *nearest, x);
}

/// \param is_suspicious Set to true by this function if a value may be impossible. If it is not set
///     and every log density is finite, no value is impossible.
Tensor TransformedDistribution::density(const Tensor& value, bool* is_suspicious) const {
  auto [x, log_det, outside] = whole_.preimage(floating_value(value));
  const auto base_event_dim = static_cast<int64_t>(base_dist_->event_shape().size());
  const int64_t extra = base_event_dim - whole_.domain()->event_dim();
  log_det = ops::sum_rightmost(log_det, extra);
  Tensor unknown;
  if (outside.defined()) {
    *is_suspicious = true;
    unknown = any_rightmost(value.isnan(), static_cast<int64_t>(event_shape().size()));
    outside = any_rightmost(outside, extra);
    x = at::where(with_event(outside, base_event_dim), stand_in(*base_dist_, x.options()), x);
  }
  const std::optional<ConstraintPtr> support = stated_support(*base_dist_);
  if (support && violations(**support, x).defined()) {
    *is_suspicious = true;
    const Tensor rounded = [&, of_x = x.detach()] {
      const at::NoGradGuard no_grad;
      std::vector<Tensor> all = stages(value);
      all.front() = of_x;
      return rounded_into(**support, /*of_closure=*/true, all, 0);
    }();
    x = at::where(rounded.ne(x), rounded, x);
  }
  const Tensor log_prob = log_prob_of_part(*base_dist_, x) - log_det;
  if (!outside.defined()) return log_prob;
  return log_prob.masked_fill(outside, -ops::kInfinity).masked_fill(unknown, ops::kNaN);
}

Tensor TransformedDistribution::do_log_prob(const Tensor& value) const {
  bool is_suspicious = false;
  return density(value, &is_suspicious);
}

Tensor TransformedDistribution::log_prob_of(const Tensor& value,
                                            const LogProbOptions& options) const {
  // A derived class may have another density.
  if (!options.validate || core::is_derived(*this)) return Implements::log_prob_of(value, options);
  validate_shape(value);
  bool is_suspicious = false;
  const Tensor log_prob = density(value, &is_suspicious);
  if (is_suspicious || !all_finite(log_prob)) validate_possible(value);
  return ops::sum_rightmost(log_prob, options.dims);
}

Tensor TransformedDistribution::do_impossible(const Tensor& value) const {
  const at::NoGradGuard no_grad;
  const auto& parts = whole_.parts();
  const std::vector<Tensor> all = stages(value);
  auto event_dim = static_cast<int64_t>(event_shape().size());
  Tensor impossible = any_rightmost(value.isnan(), event_dim),
         is_limit = at::zeros_like(impossible);
  const auto add = [&](const Tensor& beyond) {
    impossible = impossible.logical_or(beyond.logical_and(is_limit.logical_not()));
  };
  for (std::size_t i = parts.size(); i-- > 0;) {
    const Transform& part = *parts[i];
    const ConstraintPtr codomain = part.codomain();
    const int64_t extra = event_dim - codomain->event_dim();
    const Tensor beyond = violations(*codomain, all[i + 1]);
    if (beyond.defined()) add(any_rightmost(beyond, extra));
    if (!part.inverse_limit(all[i + 1]).defined()) {
      // The earlier stages of a limit are unknown here, so they are not checked.
      const Tensor limit = part.preimage(all[i + 1], /*with_jacobian=*/false).outside;
      if (limit.defined()) is_limit = is_limit.logical_or(any_rightmost(limit, extra));
    }
    event_dim += part.domain()->event_dim() - codomain->event_dim();
  }
  const std::optional<ConstraintPtr> support = stated_support(*base_dist_);
  if (support)
    add(impossible_of_part(*base_dist_, rounded_into(**support, /*of_closure=*/false, all, 0)));
  // A value in the stated support is valid. The support may include an end that the transforms do
  // not reach, because there are no constraints for (a, b] and (a, b).
  if (const auto set = image())
    impossible = impossible.logical_and((*set)->check(value).logical_not());
  // A derived class may have another support.
  return core::is_derived(*this) ? impossible.logical_or(Implements::do_impossible(value))
                                 : impossible;
}

/// The sign of the composition. If it has none, `method` is not implemented.
Tensor TransformedDistribution::sign(const char* method) const {
  try {
    return whole_.sign();
  } catch (const c10::NotImplementedError&) {
    not_implemented(method);
  }
}

Tensor TransformedDistribution::do_cdf(const Tensor& value) const {
  const std::vector<TransformPtr> elementwise = of_elements(whole_.parts());
  const auto* independent = dynamic_cast<const Independent*>(&*base_dist_);
  if (independent != nullptr && ComposeTransform(elementwise).domain()->event_dim() == 0) {
    const TransformedDistribution of_element(independent->base_dist(), elementwise, false);
    Tensor cdf = of_element.cdf(value);
    for (int64_t i = 0; i < independent->reinterpreted_batch_ndims(); ++i) cdf = cdf.prod(-1);
    return cdf;
  }
  const Tensor sign = this->sign("cdf");
  const auto [x, y, is_beyond, is_above] = pull_back(value);
  const Tensor cdf = monotonize(of_part(*base_dist_, &Distribution::cdf, x), sign);
  return is_beyond.defined() ? at::where(is_beyond, is_above.to(cdf.scalar_type()), cdf) : cdf;
}

/// Requires transforms with a sign.
TransformedDistribution::Pullback TransformedDistribution::pull_back(const Tensor& value) const {
  Pullback result;
  result.x = floating_value(value);
  auto& [x, y, is_beyond, is_above] = result;
  y = x;
  const auto& parts = whole_.parts();
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    y = x;
    const auto [found, unused, outside] = (*part)->preimage(y, /*with_jacobian=*/false);
    x = found;
    if (outside.defined()) {
      // A value outside the image of a transform lies above or below all of it.
      const at::NoGradGuard no_grad;
      const Tensor inside =
          (*part)->with_cache(0)(inner_point(*(*part)->domain(), {}, y.options()));
      const Tensor sign_after = ComposeTransform({part.base(), parts.end()}).sign();
      const Tensor above = y.gt(inside).eq(sign_after > 0);
      is_above = is_beyond.defined() ? at::where(is_beyond, is_above, above) : above;
      is_beyond = either(is_beyond, outside);
    }
  }
  return result;
}

Tensor TransformedDistribution::do_icdf(const Tensor& probability) const {
  return forward(of_part(*base_dist_, &Distribution::icdf, monotonize(probability, sign("icdf"))));
}

struct TransformedDistribution::Tail {
  using OfFormula = ops::FormulaTable::OfValue ops::FormulaTable::*;

  const char* name;
  OfValue function, opposite;                 // the opposite is the same function of -X at -x
  OfFormula of_formula, opposite_of_formula;  // both, as functions of a formula
  double below, above;                        // the values outside of the image
};

Tensor TransformedDistribution::tail(const Tail& tail, const Tensor& value) const {
  if (!event_shape().empty()) not_implemented(tail.name);  // P(X > x) is not 1 - cdf
  const Tensor sign = this->sign(tail.name);
  const Pullback pulled = pull_back(value);
  const Tensor inside = [&] {
    const auto& parts = whole_.parts();
    if (!parts.empty() && *parts.front() == *SigmoidTransform().inv() &&
        typeid(*base_dist_) == typeid(Uniform)) {
      // The value of the base is a sigmoid, which rounds to 1 far out.
      const auto& uniform = static_cast<const Uniform&>(*base_dist_);
      const std::array<const Tensor*, 2> parameters{&uniform.low(), &uniform.high()};
      const auto call = [&](Tail::OfFormula function) {
        return (ops::table<ops::formulas::LogitOfUniform>().*function)(
            pulled.y, parameters.data(), /*summed=*/0, /*is_finite=*/nullptr);
      };
      return by_sign(
          sign, [&] { return call(tail.of_formula); },
          [&] { return call(tail.opposite_of_formula); });
    }
    return by_sign(
        sign, [&] { return of_part(*base_dist_, tail.function, pulled.x); },
        [&] { return of_part(*base_dist_, tail.opposite, pulled.x); });
  }();
  if (!pulled.is_beyond.defined()) return inside;
  const Tensor beyond = at::where(pulled.is_above, at::scalar_tensor(tail.above, inside.options()),
                                  at::scalar_tensor(tail.below, inside.options()));
  return at::where(pulled.is_beyond, beyond, inside);
}

Tensor TransformedDistribution::do_log_cdf(const Tensor& value) const {
  return tail({.name = "log_cdf",
               .function = &Distribution::log_cdf,
               .opposite = &Distribution::log_survival_function,
               .of_formula = &ops::FormulaTable::log_cdf,
               .opposite_of_formula = &ops::FormulaTable::log_survival_function,
               .below = -ops::kInfinity,
               .above = 0},
              value);
}

Tensor TransformedDistribution::do_survival_function(const Tensor& value) const {
  return tail({.name = "survival_function",
               .function = &Distribution::survival_function,
               .opposite = &Distribution::cdf,
               .of_formula = &ops::FormulaTable::survival_function,
               .opposite_of_formula = &ops::FormulaTable::cdf,
               .below = 1,
               .above = 0},
              value);
}

Tensor TransformedDistribution::do_log_survival_function(const Tensor& value) const {
  return tail({.name = "log_survival_function",
               .function = &Distribution::log_survival_function,
               .opposite = &Distribution::log_cdf,
               .of_formula = &ops::FormulaTable::log_survival_function,
               .opposite_of_formula = &ops::FormulaTable::log_cdf,
               .below = 0,
               .above = -ops::kInfinity},
              value);
}

bool TransformedDistribution::is_affine() const {
  return scaled(at::ones({}), whole_.parts()).has_value();
}

Tensor TransformedDistribution::do_mean() const {
  if (!is_affine()) not_implemented("mean");
  return forward(base_dist_->mean());
}

Tensor TransformedDistribution::do_mode() const {
  if (!is_affine()) not_implemented("mode");
  return forward(base_dist_->mode());
}

Tensor TransformedDistribution::do_variance() const {
  if (!is_affine()) not_implemented("variance");
  const auto& parts = whole_.parts();
  return *scaled(*scaled(base_dist_->variance(), parts), parts);
}

Tensor TransformedDistribution::do_stddev() const {
  if (!is_affine()) return Implements::do_stddev();
  return scaled(base_dist_->stddev(), whole_.parts())->abs();
}

void TransformedDistribution::change(const core::Change& change) {
  Implements::change(change);
  if (!change.is_expand()) {
    base_dist_ = base_dist_->changed(change);
    for (auto& transform : transforms_) transform = transform->changed(change);
    whole_ = ComposeTransform(flattened(transforms_));
    return;
  }
  // The inverse transforms map the new shape to that of the base.
  std::vector<int64_t> shape = batch_shape().vec();
  shape.insert(shape.end(), event_shape().begin(), event_shape().end());
  for (auto it = transforms_.rbegin(); it != transforms_.rend(); ++it)
    shape = (*it)->inverse_shape(shape);
  base_dist_ = base_dist_->expand(
      IntArrayRef(shape).slice(0, shape.size() - base_dist_->event_shape().size()));
}

}  // namespace torch::distributions
