#include "constraints/points.h"

#include <ATen/ATen.h>

#include <limits>
#include <ostream>

#include <torch/distributions/constraints/bounded.h>
#include <torch/distributions/constraints/dependent.h>
#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/mixture_same_family.h>
#include <torch/distributions/constraints/real.h>

#include "constraints/scan.h"
#include "ops/special/constants.h"

namespace torch::distributions {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

const Constraint& of_elements(const Constraint& set) {
  const auto* const independent = dynamic_cast<const constraints::IndependentConstraint*>(&set);
  return independent == nullptr ? set : of_elements(*independent->base_constraint());
}

bool is_real(const Constraint& set) {
  return dynamic_cast<const constraints::Real*>(&of_elements(set)) != nullptr;
}

Tensor violations(const Constraint& set, const Tensor& value) {
  if (constraints::is_dependent(set) || is_real(set) || value.is_meta()) return {};
  // If memory can be read, `first_violation` is cheaper than `check`.
  if (constraints::scan::readable(value) && !set.first_violation(value)) return {};
  const Tensor nan = any_rightmost(value.isnan(), set.event_dim());
  return set.check(value).logical_or(nan).logical_not();
}

Tensor inner_point(const Constraint& set, IntArrayRef event_shape, const TensorOptions& options) {
  auto point = set.interior_point(event_shape, options);
  return point ? *std::move(point) : at::zeros(event_shape, options);
}

std::optional<Tensor> nearest_point(const Constraint& set, const Tensor& value, bool of_closure) {
  const Constraint& elements = of_elements(set);
  if (const auto* mixture =
          dynamic_cast<const constraints::MixtureSameFamilyConstraint*>(&elements)) {
    // The point of the nearest component with positive weight.
    if (mixture->event_dim() > 0) return std::nullopt;
    const Tensor of_each = value.unsqueeze(-1);
    const auto nearest = nearest_point(*mixture->base_constraint(), of_each, of_closure);
    if (!nearest) return std::nullopt;
    Tensor distance = (*nearest - of_each).abs();
    if (mixture->weights().defined())
      distance = at::where(mixture->weights() > 0, distance, kInfinity);
    return nearest->expand_as(distance)
        .gather(-1, distance.argmin(-1, /*keepdim=*/true))
        .squeeze(-1);
  }
  // A number takes the value's dtype: the default dtype may have fewer digits.
  const auto bound = [&](const Param& given) {
    return given.tensor(value.options()).to(value.options());
  };
  const auto end = [&](const Param& given, bool is_open, double inwards) {
    const Tensor at = bound(given);
    return is_open && !of_closure ? at.nextafter(at::full_like(at, inwards)) : at;
  };
  Tensor nearest = value;
  if (const auto* both = dynamic_cast<const constraints::Bounded*>(&elements)) {
    const bool half_open = dynamic_cast<const constraints::HalfOpenInterval*>(both) != nullptr;
    nearest =
        value.maximum(bound(both->lower())).minimum(end(both->upper(), half_open, -ops::kInfinity));
  } else if (const auto* lower = dynamic_cast<const constraints::LowerBounded*>(&elements)) {
    const bool open = dynamic_cast<const constraints::GreaterThan*>(lower) != nullptr;
    nearest = value.maximum(end(lower->lower(), open, ops::kInfinity));
  } else if (const auto* upper = dynamic_cast<const constraints::UpperBounded*>(&elements)) {
    if (upper->event_dim() > 0) return std::nullopt;
    const bool open = dynamic_cast<const constraints::LessThan*>(upper) != nullptr;
    nearest = value.minimum(end(upper->upper(), open, -ops::kInfinity));
  } else if (dynamic_cast<const constraints::Boolean*>(&elements) != nullptr) {
    nearest = value.clamp(0, 1);
  } else {
    return std::nullopt;
  }
  return elements.is_discrete() ? nearest.round() : nearest;
}

bool all_finite(const Tensor& value) {
  if (value.is_meta()) return true;
  if (!constraints::scan::readable(value)) return value.isfinite().all().item<bool>();
  return !constraints::real.first_violation(value) && !finite.first_violation(value);
}

std::optional<int64_t> Finite::first_violation(const Tensor& value) const {
  return constraints::scan::first_violation(*this, value, []<class T>(T x) {
    if constexpr (std::is_integral_v<T>) {
      return true;
    } else {
      return !(std::abs(x) > std::numeric_limits<T>::max());
    }
  });
}

void Finite::print(std::ostream& out) const { out << "Finite()"; }

Tensor with_event(Tensor of_events, int64_t event_dim) {
  for (int64_t i = 0; i < event_dim; ++i) of_events = of_events.unsqueeze(-1);
  return of_events;
}

Tensor either(const Tensor& a, const Tensor& b) { return a.defined() ? a.logical_or(b) : b; }

Tensor any_rightmost(const Tensor& condition, int64_t dims) {
  return dims > 0 ? condition.flatten(-dims).any(-1) : condition;
}

}  // namespace torch::distributions
