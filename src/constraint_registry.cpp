#include <torch/distributions/constraint_registry.h>

#include <ATen/ops/broadcast_tensors.h>
#include <ATen/ops/where.h>
#include <c10/util/Half.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <string>
#include <vector>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/joint.h>
#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/constraints/simplex.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/cat.h>
#include <torch/distributions/transforms/corr_cholesky.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/identity_transform.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/lower_cholesky.h>
#include <torch/distributions/transforms/positive_definite.h>
#include <torch/distributions/transforms/sigmoid.h>
#include <torch/distributions/transforms/softmax.h>
#include <torch/distributions/transforms/stack.h>
#include <torch/distributions/transforms/stick_breaking.h>

#include "constraints/scan.h"
#include "core/class_name.h"
#include "core/raise.h"
#include "transforms/select.h"

namespace torch::distributions {
namespace {

TransformPtr above(const Param& lower) {
  return ComposeTransform({ExpTransform(), AffineTransform(lower, 1)});
}

TransformPtr below(const Param& upper) {
  return ComposeTransform({ExpTransform(), AffineTransform(upper, -1)});
}

bool is_infinite(const Param& bound) { return bound.is_number() && std::isinf(bound.number()); }

/// Whether `upper - lower` overflows in some dtype that can represent both numbers.
bool overflows(double lower, double upper) {
  const double size = std::max(std::abs(lower), std::abs(upper)), width = upper - lower;
  const auto exceeds = [&](double largest) { return size <= largest && width > largest; };
  return exceeds(std::numeric_limits<c10::Half>::max()) ||
         exceeds(std::numeric_limits<float>::max()) || exceeds(std::numeric_limits<double>::max());
}

/// Whether an element of `upper - lower` overflows. False for tensors on a device, to avoid waiting
/// for them.
bool overflows(const Tensor& lower, const Tensor& upper) {
  const Tensor width = upper - lower;
  if (!constraints::scan::readable(width)) return false;
  const Tensor finite = lower.isfinite().logical_and(upper.isfinite());
  return width.isinf().logical_and(finite).any().item<bool>();
}

/// The transform lower + (upper - lower) sigmoid(x) for numbers or tensors.
/// \param overflows Set to true if `upper - lower` overflows: the result is computed by halves.
template <class Numbers, class AsParam>
TransformPtr scaled_sigmoid(const Numbers& lower, const Numbers& upper, bool overflows,
                            AsParam param) {
  if (!overflows)
    return ComposeTransform(
        {SigmoidTransform(), AffineTransform(param(lower), param(upper - lower))});
  return ComposeTransform({SigmoidTransform(),
                           AffineTransform(param(lower / 2), param(upper / 2 - lower / 2)),
                           AffineTransform(0, 2)});
}

/// `yes` where the condition holds, else `no`.
TransformPtr select(const Tensor& condition, const TransformPtr& yes, const TransformPtr& no) {
  if (condition.all().item<bool>()) return yes;
  if (!condition.any().item<bool>()) return no;
  return SelectTransform(condition, yes, no);
}

/// The transform onto an interval with tensors as ends, some of which may be infinite.
/// \param overflows Whether `upper - lower` overflows where both are finite.
template <class AsParam>
TransformPtr between(const Tensor& lower, const Tensor& upper, bool overflows, AsParam param) {
  const Tensor is_low = lower.isinf(), is_high = upper.isinf(),
               is_open = is_low.logical_or(is_high);
  if (!constraints::scan::readable(is_open) || !is_open.any().item<bool>())
    return scaled_sigmoid(lower, upper, overflows, param);
  // Replace what is infinite, so that no gradient is NaN.
  const auto finite_where = [&](const Tensor& condition, const Tensor& end, double otherwise) {
    return at::where(condition, end, otherwise).contiguous();
  };
  const Tensor has_low = is_low.logical_not(), has_high = is_high.logical_not(),
               has_both = is_open.logical_not();
  return select(
      has_both,
      scaled_sigmoid(finite_where(has_both, lower, 0), finite_where(has_both, upper, 1), overflows,
                     param),
      select(has_low, above(param(finite_where(has_low, lower, 0))),
             select(has_high, below(param(finite_where(has_high, upper, 0))), identity_transform)));
}

TransformPtr between(const constraints::Bounded& constraint) {
  const Param &lower = constraint.lower(), &upper = constraint.upper();
  if (is_infinite(lower) && is_infinite(upper)) return identity_transform;
  if (is_infinite(lower)) return below(upper);
  if (is_infinite(upper)) return above(lower);
  if (lower.is_number() && upper.is_number()) {
    const double low = lower.number(), high = upper.number();
    if (low == 0 && high == 1) return SigmoidTransform();
    return scaled_sigmoid(low, high, overflows(low, high), [](double x) { return Param(x); });
  }
  if (!lower.is_tensor() && !upper.is_tensor()) {  // at least one is a list
    const auto both = at::broadcast_tensors({lower.tensor(at::kDouble), upper.tensor(at::kDouble)});
    const Tensor low = both[0].contiguous(), high = both[1].contiguous();
    const auto numbers = [](const Tensor& x) {
      return at::ArrayRef<double>(x.const_data_ptr<double>(), static_cast<std::size_t>(x.numel()));
    };
    const bool any = !std::equal(numbers(low).begin(), numbers(low).end(), numbers(high).begin(),
                                 [](double l, double h) { return !overflows(l, h); });
    return between(low, high, any, [&](const Tensor& x) { return Param(numbers(x)); });
  }
  // Integers are converted to a floating dtype, because their difference may overflow.
  const auto number = [](const Tensor& x) {
    return x.is_floating_point() ? x : x.to(core::options_beside(x));
  };
  const Tensor low = number(constraint.lower_bound()), high = number(constraint.upper_bound());
  return between(low, high, overflows(low, high), [](const Tensor& x) { return Param(x); });
}

/// Whether the events of x have the shape of those of y. False if that is not known.
bool keeps_sizes(const TransformPtr& transform) {
  const int64_t event_dim = transform->codomain()->event_dim();
  if (event_dim == 0) return transform->domain()->event_dim() == 0;
  const std::vector<int64_t> shape(static_cast<std::size_t>(event_dim), 2);
  try {
    return transform->inverse_shape(shape) == shape;
  } catch (const c10::ValueError&) {  // a user's transform may have events of another size only
    return false;
  }
}

/// The transforms of the parts, joined by `join`. A constraint says how the parts lie in y, a
/// transform how they lie in x.
template <class Set, class Join>
TransformPtr joined(const ConstraintRegistry& registry, const Set& set, Join join) {
  std::vector<TransformPtr> parts, inverses;
  bool keep_their_sizes = true;
  for (const ConstraintPtr& part : set.cseq()) {
    parts.push_back(registry(part));
    inverses.push_back(parts.back()->inv());
    keep_their_sizes = keep_their_sizes && keeps_sizes(parts.back());
  }
  const TransformPtr inverse = join(std::move(inverses), set);
  // Whether a dimension that is counted from the left is one of the event, in which a part has
  // another length in x, depends on the value. The inverse of a transform takes this into account.
  if (set.dim() >= 0 && !keep_their_sizes) return inverse->inv();
  return join(std::move(parts), inverse->codomain().template as<Set>());
}

/// Adds the rules that both registries have.
void add_common(ConstraintRegistry& registry) {
  registry.add(constraints::real, [](const auto&) { return identity_transform; });
  registry.add<constraints::IndependentConstraint>([&registry](const auto& constraint) {
    return IndependentTransform(registry(constraint.base_constraint()),
                                constraint.reinterpreted_batch_ndims());
  });
  registry.add<constraints::Cat>([&registry](const auto& set) {
    return joined(registry, set, [](auto parts, const auto& like) -> TransformPtr {
      return CatTransform(std::move(parts), like.dim(), like.lengths());
    });
  });
  registry.add<constraints::Stack>([&registry](const auto& set) {
    return joined(registry, set, [](auto parts, const auto& like) -> TransformPtr {
      return StackTransform(std::move(parts), like.dim());
    });
  });
  registry.add<constraints::GreaterThan>([](const auto& set) { return above(set.lower()); });
  registry.add<constraints::GreaterThanEq>([](const auto& set) { return above(set.lower()); });
  registry.add<constraints::LessThan>([](const auto& set) { return below(set.upper()); });
  registry.add<constraints::Interval>([](const auto& set) { return between(set); });
  registry.add<constraints::HalfOpenInterval>([](const auto& set) { return between(set); });
  registry.add(constraints::corr_cholesky, [](const auto&) { return CorrCholeskyTransform(); });
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
  // The lock is released, since a rule may look up or register other rules.
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

// The registries are never destroyed, so that destructors of static objects can use them.

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
    made.add(constraints::lower_cholesky, [](const auto&) { return LowerCholeskyTransform(); });
    const auto positive_definite = [](const auto&) { return PositiveDefiniteTransform(); };
    made.add(constraints::positive_definite, positive_definite);
    made.add(constraints::positive_semidefinite, positive_definite);
    return made;
  }();
  return registry;
}

}  // namespace torch::distributions
