#include "core/supported.h"

#include <ATen/Context.h>

#include <mutex>

#include <torch/distributions/constraints/dependent.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/real.h>

#include "constraints/scan.h"

namespace torch::distributions {
namespace {

bool is_everything(const Constraint& set) {
  const auto* const independent = dynamic_cast<const constraints::IndependentConstraint*>(&set);
  const Constraint& base = independent == nullptr ? set : *independent->base_constraint();
  return dynamic_cast<const constraints::Real*>(&base) != nullptr;
}

}  // namespace

Supported supported(const Constraint& set, const Tensor& value,
                    const std::function<Tensor()>& inside) {
  if (constraints::is_dependent(set) || is_everything(set) || value.is_meta()) return {value, {}};
  // Where a look costs nothing, nothing else is done for values that are all inside.
  if (constraints::scan::readable(value) && !set.first_violation(value)) return {value, {}};

  const int64_t event_dim = set.event_dim();
  const Tensor nan = any_rightmost(value.isnan(), event_dim);
  const Tensor outside = set.check(value).logical_or(nan).logical_not();
  Tensor replaced = outside;
  for (int64_t i = 0; i < event_dim; ++i) replaced = replaced.unsqueeze(-1);
  return {at::where(replaced, inside(), value), outside};
}

Tensor draw_apart(const Distribution& distribution, at::Device device) {
  Generator shared = at::globalContext().defaultGenerator(device);
  Generator own = [&] {
    const std::lock_guard<std::mutex> lock(shared.mutex());
    return shared.clone();
  }();
  return distribution.sample({}, std::move(own));
}

Tensor any_rightmost(const Tensor& condition, int64_t dims) {
  return dims > 0 ? condition.flatten(-dims).any(-1) : condition;
}

}  // namespace torch::distributions
