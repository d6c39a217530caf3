#include "core/supported.h"

#include <ATen/Context.h>

#include <mutex>

#include "constraints/points.h"

namespace torch::distributions {

Supported supported(const Constraint& set, const Tensor& value,
                    const std::function<Tensor()>& inside) {
  const Tensor outside = violations(set, value);
  if (!outside.defined()) return {value, {}};
  return {at::where(with_event(outside, set.event_dim()), inside(), value), outside};
}

std::optional<ConstraintPtr> stated_support(const Distribution& distribution) {
  try {
    return distribution.support();
  } catch (const c10::NotImplementedError&) {
    return std::nullopt;
  }
}

Tensor draw_apart(const Distribution& distribution, at::Device device) {
  Generator shared = at::globalContext().defaultGenerator(device);
  Generator own = [&] {
    const std::lock_guard<std::mutex> lock(shared.mutex());
    return shared.clone();
  }();
  return distribution.sample({}, std::move(own));
}

}  // namespace torch::distributions
