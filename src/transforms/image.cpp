#include "transforms/image.h"

#include <ATen/ATen.h>

#include <cmath>
#include <utility>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/compose.h>
#include <torch/distributions/transforms/independent.h>

#include "constraints/points.h"
#include "constraints/scan.h"
#include "ops/special/constants.h"
#include "transforms/inverse_transform.h"

namespace torch::distributions {
inline namespace transforms {
namespace {

using ops::kInfinity;

void append_flattened(const TransformPtr& transform, std::vector<TransformPtr>& flat) {
  if (const auto* compose = dynamic_cast<const ComposeTransform*>(&*transform)) {
    for (const TransformPtr& part : compose->parts()) append_flattened(part, flat);
    return;
  }
  if (const auto* independent = dynamic_cast<const IndependentTransform*>(&*transform)) {
    const std::vector<TransformPtr> parts = flattened({independent->base_transform()});
    const int64_t ndims = independent->reinterpreted_batch_ndims();
    // An identity is dropped, unless it turns batch dimensions into event dimensions.
    if (parts.size() > 1 || (parts.empty() && ndims == 0)) {
      for (const TransformPtr& part : parts) flat.push_back(IndependentTransform(part, ndims));
      return;
    }
  } else if (dynamic_cast<const InverseTransform*>(&*transform) != nullptr) {
    const std::vector<TransformPtr> parts = flattened({transform->inv()});
    if (parts.size() != 1) {
      for (auto part = parts.rbegin(); part != parts.rend(); ++part) flat.push_back((*part)->inv());
      return;
    }
  }
  flat.push_back(transform);
}

bool is_identity(const Transform& transform) {
  const auto* compose = dynamic_cast<const ComposeTransform*>(&transform);
  return compose != nullptr && flattened(compose->parts()).empty();
}

/// An end of an interval, `closed` if it belongs to the interval.
struct End {
  Param at;
  bool closed;

  bool is_infinite() const { return at.is_number() && std::abs(at.number()) == kInfinity; }
};
using Ends = std::pair<End, End>;

std::optional<Ends> ends_of(const Constraint& set) {
  using namespace constraints;
  const End below{-kInfinity, false}, above{kInfinity, false};
  if (dynamic_cast<const Real*>(&set) != nullptr) return Ends{below, above};
  if (const auto* s = dynamic_cast<const GreaterThan*>(&set))
    return Ends{{s->lower(), false}, above};
  if (const auto* s = dynamic_cast<const GreaterThanEq*>(&set))
    return Ends{{s->lower(), true}, above};
  if (const auto* s = dynamic_cast<const LessThan*>(&set)) return Ends{below, {s->upper(), false}};
  if (const auto* s = dynamic_cast<const Interval*>(&set))
    return Ends{{s->lower(), true}, {s->upper(), true}};
  if (const auto* s = dynamic_cast<const HalfOpenInterval*>(&set))
    return Ends{{s->lower(), true}, {s->upper(), false}};
  return std::nullopt;
}

ConstraintPtr between(const End& lower, const End& upper) {
  if (lower.is_infinite() && upper.is_infinite()) return constraints::real;
  if (lower.is_infinite()) {
    if (upper.closed) return constraints::interval(lower.at, upper.at);
    return constraints::less_than(upper.at);
  }
  if (upper.is_infinite()) {
    if (lower.closed) return constraints::greater_than_eq(lower.at);
    return constraints::greater_than(lower.at);
  }
  // There is no class for (a, b] and (a, b), so [a, b] takes their place.
  if (lower.closed && !upper.closed) return constraints::half_open_interval(lower.at, upper.at);
  return constraints::interval(lower.at, upper.at);
}

/// The end as a number, if all its elements are equal and can be read.
std::optional<double> number_of(const Tensor& end) {
  if (!constraints::scan::readable(end) || end.numel() == 0) return std::nullopt;
  const Tensor first = end.flatten()[0];
  if (end.dim() > 0 && !end.eq(first).all().item<bool>()) return std::nullopt;
  return first.item<double>();
}

/// The image of an end. It is open if it is only a limit, which the transform does not reach.
std::optional<End> image_of(const End& end, const Transform& transform) {
  const Tensor x = end.at.tensor(TensorOptions(at::kDouble));
  Tensor limit = transform.limit(x);
  if (!limit.defined()) return std::nullopt;
  bool is_reached = true;
  if (!end.is_infinite() && constraints::scan::readable(limit)) {
    const ConstraintPtr domain = transform.domain();
    const Tensor outside = violations(distributions::of_elements(*domain), x);
    is_reached = !outside.defined() || !outside.all().item<bool>();
    // Round the image as draws are rounded, so that no draw lies beyond it.
    limit = at::where(either(outside, limit.isinf()), limit, transform(x));
  }
  const std::optional<double> number = number_of(limit);
  if (number && std::isinf(*number)) return End{*number, false};
  const Param at = number && end.at.is_number() && limit.dim() == 0 ? Param(*number) : Param(limit);
  if (!end.is_infinite()) return End{at, end.closed && is_reached};
  // After rounding, tanh reaches its limit 1, but ExpTransform never returns 0.
  return End{at, constraints::scan::readable(limit) && transform(x).equal(limit)};
}

/// Whether an end lies outside the closure of the transform's domain. False if it cannot be read.
bool is_beyond(const End& end, const Constraint& domain) {
  const Tensor x = end.at.tensor(TensorOptions(at::kDouble));
  if (!constraints::scan::readable(x)) return false;
  const auto nearest = nearest_point(domain, x, /*of_closure=*/true);
  return nearest && (*nearest - x).abs().gt(0).any().item<bool>();
}

/// Whether the transform is decreasing; nullopt if elements differ or cannot be read.
std::optional<bool> is_decreasing(const Transform& transform) {
  const Tensor negative = transform.sign() < 0;
  if (!constraints::scan::readable(negative) || negative.numel() == 0) return std::nullopt;
  if (negative.all().item<bool>()) return true;
  if (negative.any().item<bool>()) return std::nullopt;
  return false;
}

/// s x for y = s x + c, or x / s for its inverse; nullopt if the transform is not affine.
std::optional<Tensor> scaled(const Tensor& x, const Transform& transform, bool inverse) {
  if (const auto* affine = dynamic_cast<const AffineTransform*>(&transform))
    return inverse ? affine->unscaled(x) : affine->scaled(x);
  if (const auto* independent = dynamic_cast<const IndependentTransform*>(&transform))
    return scaled(x, *independent->base_transform(), inverse);
  if (is_identity(transform)) return x;
  if (dynamic_cast<const InverseTransform*>(&transform) != nullptr)
    return scaled(x, *transform.inv(), !inverse);
  return std::nullopt;
}

}  // namespace

std::vector<TransformPtr> flattened(const std::vector<TransformPtr>& transforms) {
  std::vector<TransformPtr> flat;
  for (const TransformPtr& transform : transforms) append_flattened(transform, flat);
  return flat;
}

std::vector<TransformPtr> of_elements(const std::vector<TransformPtr>& transforms) {
  std::vector<TransformPtr> stripped;
  for (TransformPtr transform : transforms) {
    if (dynamic_cast<const InverseTransform*>(&*transform) != nullptr) {
      for (const TransformPtr& part : of_elements({transform->inv()}))
        stripped.push_back(part->inv());
      continue;
    }
    while (const auto* independent = dynamic_cast<const IndependentTransform*>(&*transform))
      transform = TransformPtr(independent->base_transform());
    if (const auto* affine = dynamic_cast<const AffineTransform*>(&*transform))
      transform = affine->with_event_dim(0);
    if (!is_identity(*transform)) stripped.push_back(transform);
  }
  return stripped;
}

std::optional<ConstraintPtr> image_of(const Constraint& set,
                                      const std::vector<TransformPtr>& transforms) {
  const at::NoGradGuard no_grad;
  std::optional<Ends> ends = ends_of(set);
  for (const TransformPtr& transform : of_elements(transforms)) {
    if (!ends) return std::nullopt;
    const ConstraintPtr domain = transform->domain();
    if (is_beyond(ends->first, *domain) || is_beyond(ends->second, *domain)) return std::nullopt;
    std::optional<End> lower = image_of(ends->first, *transform),
                       upper = image_of(ends->second, *transform);
    if (!lower || !upper) return std::nullopt;
    if (ends->first.is_infinite() && ends->second.is_infinite() &&
        is_real(*transform->codomain())) {
      continue;  // the line maps onto itself
    }
    const std::optional<bool> decreasing = is_decreasing(*transform);
    if (decreasing == true) std::swap(*lower, *upper);
    if (!decreasing) {
      // The sign differs between elements or is unknown: order the ends element by element, and
      // close both if one is closed.
      const Tensor a = lower->at.tensor(), b = upper->at.tensor();
      const auto end = [closed = lower->closed || upper->closed](const Tensor& at) {
        const std::optional<double> number = number_of(at);
        return number && std::isinf(*number) ? End{*number, false} : End{at, closed};
      };
      ends = Ends{end(at::minimum(a, b)), end(at::maximum(a, b))};
    } else {
      ends = Ends{*lower, *upper};
    }
  }
  if (!ends) return std::nullopt;
  return between(ends->first, ends->second);
}

std::optional<Tensor> scaled(const Tensor& x, const std::vector<TransformPtr>& transforms) {
  std::optional<Tensor> y = x;
  for (const TransformPtr& transform : transforms) {
    if (y) y = scaled(*y, *transform, /*inverse=*/false);
  }
  return y;
}

}  // namespace transforms
}  // namespace torch::distributions
