#include "core/supported.h"

#include <ATen/Context.h>

#include <mutex>

#include "constraints/points.h"
#include "core/floating.h"

namespace torch::distributions {

namespace {

/// One draw, from a copy of the device's default generator.
Tensor draw_apart(const Distribution& distribution, at::Device device) {
  Generator shared = at::globalContext().defaultGenerator(device);
  Generator own = [&] {
    const std::lock_guard<std::mutex> lock(shared.mutex());
    return shared.clone();
  }();
  return distribution.sample({}, std::move(own)).detach();
}

}  // namespace

Replaced replace_unsupported(const Constraint& set, const Tensor& value) {
  const Tensor outside = violations(set, value);
  if (!outside.defined()) return {value, {}};
  const int64_t event_dim = set.event_dim();
  const auto event = value.sizes().slice(static_cast<std::size_t>(value.dim() - event_dim));
  const auto options = value.options().dtype(floating(value.scalar_type()));
  return {at::where(with_event(outside, event_dim), inner_point(set, event, options), value),
          outside};
}

std::optional<ConstraintPtr> stated_support(const Distribution& distribution) {
  try {
    return distribution.support();
  } catch (const c10::NotImplementedError&) {
    return std::nullopt;
  }
}

Tensor stand_in(const Distribution& distribution, const TensorOptions& options) {
  if (const auto support = stated_support(distribution)) {
    if (auto point = (*support)->interior_point(distribution.event_shape(), options)) return *point;
  }
  return draw_apart(distribution, options.device());
}

}  // namespace torch::distributions
