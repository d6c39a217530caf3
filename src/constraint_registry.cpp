#include <torch/distributions/constraint_registry.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/simplex.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/identity_transform.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/sigmoid.h>
#include <torch/distributions/transforms/softmax.h>
#include <torch/distributions/transforms/stick_breaking.h>

#include "core/class_name.h"
#include "core/raise.h"

namespace torch::distributions {
namespace {

TransformPtr above(const constraints::LowerBounded& constraint) {
  return ComposeTransform({ExpTransform(), AffineTransform(constraint.lower(), 1)});
}

TransformPtr below(const constraints::UpperBounded& constraint) {
  return ComposeTransform({ExpTransform(), AffineTransform(constraint.upper(), -1)});
}

TransformPtr between(const constraints::Bounded& constraint) {
  const Param &lower = constraint.lower(), &upper = constraint.upper();
  if (lower.is_number() && upper.is_number()) {
    if (lower.number() == 0 && upper.number() == 1) return SigmoidTransform();
    return ComposeTransform(
        {SigmoidTransform(), AffineTransform(lower, upper.number() - lower.number())});
  }
  if (!lower.is_tensor() && !upper.is_tensor()) {
    const Tensor width = upper.tensor(at::kDouble) - lower.tensor(at::kDouble);
    const at::ArrayRef<double> list(width.const_data_ptr<double>(),
                                    static_cast<std::size_t>(width.numel()));
    return ComposeTransform({SigmoidTransform(), AffineTransform(lower, list)});
  }
  return ComposeTransform(
      {SigmoidTransform(),
       AffineTransform(lower, constraint.upper_bound() - constraint.lower_bound())});
}

/// The rules that both registries have.
void add_common(ConstraintRegistry& registry) {
  registry.add(constraints::real, [](const auto&) { return identity_transform; });
  registry.add<constraints::IndependentConstraint>([&registry](const auto& constraint) {
    return IndependentTransform(registry(constraint.base_constraint()),
                                constraint.reinterpreted_batch_ndims());
  });
  registry.add<constraints::GreaterThan>(above);
  registry.add<constraints::GreaterThanEq>(above);
  registry.add<constraints::LessThan>(below);
  registry.add<constraints::Interval>(between);
  registry.add<constraints::HalfOpenInterval>(between);
}

}  // namespace

TransformPtr ConstraintRegistry::operator()(const Constraint& constraint) const {
  const std::shared_ptr<const Rule> rule = [&]() -> std::shared_ptr<const Rule> {
    const std::shared_lock lock(mutex_);
    const auto found = rules_.find(typeid(constraint));
    return found == rules_.end() ? nullptr : found->second;
  }();
  TORCH_DISTRIBUTIONS_CHECK(NotImplementedError, rule, "Cannot transform ",
                            class_name(typeid(constraint)), " constraints. Those that can be are ",
                            registered(), "; `add` adds one");
  // Without the lock, since a rule may look up or register others.
  return (*rule)(constraint);
}

std::string ConstraintRegistry::registered() const {
  std::vector<std::string> names;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [constraint, rule] : rules_) names.push_back(class_name(constraint.name()));
  }
  std::ranges::sort(names);
  return fmt::format("{}", fmt::join(names, ", "));
}

void ConstraintRegistry::insert(std::type_index constraint, Rule rule) {
  auto shared = std::make_shared<const Rule>(std::move(rule));
  const std::lock_guard lock(mutex_);
  rules_[constraint].swap(shared);
}

// Never destroyed, so that they serve the destructors of other static objects too.

ConstraintRegistry& ConstraintRegistry::bijections() {
  static ConstraintRegistry& registry = [&]() -> ConstraintRegistry& {
    auto& made = *new ConstraintRegistry;
    add_common(made);
    made.add(constraints::simplex, [](const auto&) { return StickBreakingTransform(); });
    return made;
  }();
  return registry;
}

ConstraintRegistry& ConstraintRegistry::transformations() {
  static ConstraintRegistry& registry = [&]() -> ConstraintRegistry& {
    auto& made = *new ConstraintRegistry;
    add_common(made);
    made.add(constraints::simplex, [](const auto&) { return SoftmaxTransform(); });
    return made;
  }();
  return registry;
}

}  // namespace torch::distributions
