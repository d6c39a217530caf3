#include <torch/distributions/transformed_distribution.h>

#include <ATen/ExpandUtils.h>

#include <torch/distributions/constraints/bounded.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/transforms/compose.h>

#include "core/supported.h"
#include "ops/constants.h"
#include "ops/sum_rightmost.h"

namespace torch::distributions {
namespace {

/// A value with what lies outside an interval replaced by a point of it.
struct Clipped {
  Tensor value;
  Tensor below, above;  // what was replaced; undefined where the interval has no such end
};

/// `set` may be any constraint; one that is no interval clips nothing. The ends themselves are
/// clipped too, since no transform takes a finite number there.
Clipped clip(const Tensor& value, const Constraint& set) {
  const auto replace = [&](const Tensor& mask, const Tensor& point) {
    return at::where(mask, point.to(value.options()), value);
  };
  if (const auto* const both = dynamic_cast<const constraints::Bounded*>(&set)) {
    const Tensor lower = both->lower_bound(), upper = both->upper_bound();
    const Tensor below = value <= lower, above = value >= upper;
    return {replace(below.logical_or(above), 0.5 * (lower + upper)), below, above};
  }
  if (const auto* const lower = dynamic_cast<const constraints::LowerBounded*>(&set)) {
    const Tensor below = value <= lower->lower_bound();
    return {replace(below, lower->lower_bound() + 1), below, {}};
  }
  if (const auto* const upper = dynamic_cast<const constraints::UpperBounded*>(&set)) {
    const Tensor above = value >= upper->upper_bound();
    return {replace(above, upper->upper_bound() - 1), {}, above};
  }
  return {value, {}, {}};
}

/// A condition of events of `event_dim` dimensions as one that broadcasts with their elements.
Tensor with_event(Tensor condition, int64_t event_dim) {
  for (int64_t i = 0; i < event_dim; ++i) condition = condition.unsqueeze(-1);
  return condition;
}

/// p, or 1 - p where `sign` is negative.
Tensor monotonize(const Tensor& p, const Tensor& sign) { return at::where(sign < 0, 1 - p, p); }

}  // namespace

const Signature<TransformedDistribution>& TransformedDistribution::signature() {
  static const Signature<TransformedDistribution> s{
      .name = "TransformedDistribution",
      .support = [](const TransformedDistribution& d) -> ConstraintPtr {
        if (d.transforms_.empty()) return d.base_dist_->support();
        const ConstraintPtr codomain = d.transforms_.back()->codomain();
        const int64_t extra = static_cast<int64_t>(d.event_shape().size()) - codomain->event_dim();
        if (extra <= 0) return codomain;
        return constraints::independent(codomain, extra);
      }};
  return s;
}

TransformedDistribution::TransformedDistribution(DistributionPtr base_distribution,
                                                 std::vector<TransformPtr> transforms,
                                                 Validate validate_args)
    : Implements(validate_args),
      base_dist_(std::move(base_distribution)),
      transforms_(std::move(transforms)) {
  const auto base_event_dim = static_cast<int64_t>(base_dist_->event_shape().size());
  at::DimVector base_shape(base_dist_->batch_shape());
  base_shape.append(base_dist_->event_shape().begin(), base_dist_->event_shape().end());

  const ComposeTransform whole(transforms_);
  const int64_t domain_dim = whole.domain()->event_dim(),
                codomain_dim = whole.codomain()->event_dim();
  TORCH_CHECK_VALUE(
      static_cast<int64_t>(base_shape.size()) >= domain_dim,
      "TransformedDistribution: base_distribution needs to have shape with size at least ",
      domain_dim, ", but got ", repr(IntArrayRef(base_shape)), ".");
  const std::vector<int64_t> shape = whole.forward_shape(base_shape);
  const std::vector<int64_t> expanded = whole.inverse_shape(shape);
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

IntArrayRef TransformedDistribution::sample_shape(IntArrayRef shape) const {
  return shape.slice(0, shape.size() - batch_shape().size() - event_shape().size());
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

Tensor TransformedDistribution::do_log_prob(const Tensor& value) const {
  // Where validation has not looked, a value may be out of a transform's codomain; the images of a
  // draw are not.
  std::vector<Tensor> images;
  const auto image = [&](std::size_t i) {
    if (images.empty()) {
      const at::NoGradGuard no_grad;
      images.push_back(draw_apart(*base_dist_, value.device()));
      for (const auto& transform : transforms_)
        images.push_back(transform->with_cache(0)(images.back()));
    }
    return images[i];
  };

  auto event_dim = static_cast<int64_t>(event_shape().size());
  Tensor y = value, log_det, outside;
  for (std::size_t i = transforms_.size(); i-- > 0;) {
    const Transform& transform = *transforms_[i];
    const ConstraintPtr codomain = transform.codomain();
    const auto [inside, beyond] =
        validates() ? Supported{y, {}} : supported(*codomain, y, [&] { return image(i + 1); });
    // The CPU has seen that something is beyond. Elsewhere nothing may be, and then the transform's
    // cache knows y alone.
    const bool seen = y.is_cpu();
    Tensor x = transform.inv()(seen ? inside : y);
    if (beyond.defined()) {
      if (!seen) x = at::where(with_event(beyond, transform.domain()->event_dim()), image(i), x);
      const Tensor any = any_rightmost(beyond, event_dim - codomain->event_dim());
      outside = outside.defined() ? outside.logical_or(any) : any;
    }
    y = inside;
    const int64_t domain_dim = transform.domain()->event_dim();
    event_dim += domain_dim - codomain->event_dim();
    const Tensor term =
        ops::sum_rightmost(transform.log_abs_det_jacobian(x, y), event_dim - domain_dim);
    log_det = log_det.defined() ? log_det + term : term;
    y = x;
  }
  const auto base_event_dim = static_cast<int64_t>(base_dist_->event_shape().size());
  Tensor log_prob = base_dist_->log_prob_of_event(y, event_dim - base_event_dim);
  if (log_det.defined()) log_prob = log_prob - log_det;
  return outside.defined() ? log_prob.masked_fill(outside, -ops::kInfinity) : log_prob;
}

Tensor TransformedDistribution::sign_of(const Transform& transform, const char* method) const {
  try {
    return transform.sign();
  } catch (const c10::NotImplementedError&) {
    not_implemented(method);
  }
}

Tensor TransformedDistribution::do_cdf(const Tensor& value) const {
  // An end of a codomain that a value is beyond tells its cdf, and inverting it would not. `sign`
  // is that of the transforms from here to the value: whether P(Y <= value) is P(X <= x) or P(X >=
  // x).
  Tensor x = value, sign = at::ones({}, value.options()), known, known_cdf;
  const auto learn = [&](const Tensor& mask, const Tensor& cdf) {
    if (!mask.defined()) return;
    const Tensor seen = known.defined() ? mask.logical_and(known.logical_not()) : mask;
    known_cdf = known.defined() ? at::where(seen, cdf, known_cdf)
                                : cdf.expand(at::infer_size(cdf.sizes(), mask.sizes()));
    known = known.defined() ? known.logical_or(mask) : mask;
  };
  for (auto it = transforms_.rbegin(); it != transforms_.rend(); ++it) {
    const Transform& transform = **it;
    const Clipped clipped = clip(x, *transform.codomain());
    learn(clipped.below, monotonize(at::zeros_like(sign), sign));
    learn(clipped.above, monotonize(at::ones_like(sign), sign));
    sign = sign * sign_of(transform, "cdf");
    x = transform.inv()(clipped.value);
  }
  const Tensor cdf = monotonize(base_dist_->cdf(x), sign);
  return known.defined() ? at::where(known, known_cdf.to(cdf.scalar_type()), cdf) : cdf;
}

Tensor TransformedDistribution::do_icdf(const Tensor& probability) const {
  Tensor sign = at::ones({}, probability.options());
  for (const auto& transform : transforms_) sign = sign * sign_of(*transform, "icdf");
  return forward(base_dist_->icdf(monotonize(probability, sign)));
}

void TransformedDistribution::change(const Change& change) {
  Implements::change(change);
  if (!change.is_expand()) {
    base_dist_ = base_dist_->changed(change);
    for (auto& transform : transforms_) transform = transform->changed(change);
    return;
  }
  // The base's batch is what the transforms make the new shape from.
  std::vector<int64_t> shape = batch_shape().vec();
  shape.insert(shape.end(), event_shape().begin(), event_shape().end());
  for (auto it = transforms_.rbegin(); it != transforms_.rend(); ++it)
    shape = (*it)->inverse_shape(shape);
  base_dist_ = base_dist_->expand(
      IntArrayRef(shape).slice(0, shape.size() - base_dist_->event_shape().size()));
}

}  // namespace torch::distributions
