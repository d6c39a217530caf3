/// The registries have transforms onto the parameters and the support of every distribution.

#include <ATen/ATen.h>

#include <set>

#include "core/class_name.h"
#include "core/float_limits.h"
#include "laws/laws.h"
#include "support/transforms.h"

namespace torch::distributions::test {
namespace {

using Names = std::set<std::string>;

std::string name_of(const Constraint& constraint) { return class_name(typeid(constraint)); }

/// The transform of a registry, or nothing if it has none.
std::optional<TransformPtr> found(const ConstraintRegistry& registry,
                                  const Constraint& constraint) {
  try {
    return registry(constraint);
  } catch (const c10::NotImplementedError&) {
    return std::nullopt;
  }
}

std::optional<ConstraintPtr> support_of(const Distribution& distribution) {
  try {
    return distribution.support();
  } catch (const c10::NotImplementedError&) {
    return std::nullopt;
  }
}

/// Whether the constraint holds for t(u), or would without rounding: beside an end of 1e30, exp(u)
/// is lost, and the value lies on the end.
::testing::AssertionResult reaches(const Transform& t, const Constraint& constraint,
                                   const Tensor& u) {
  const Tensor value = t(u);
  Tensor holds = constraint.check(value);
  if (constraint.event_dim() == 0) {
    const Tensor room = u.neg().exp().minimum(u.exp());
    const Tensor inner = *constraint.interior_point({}, u.options());
    const Tensor is_lost = room < float_limits(value.scalar_type()).epsilon * value.abs();
    holds = holds.logical_or(
        is_lost.logical_and(constraint.check(value.nextafter(inner.expand_as(value)))));
  }
  if (holds.all().item<bool>()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << core::repr(value) << " is not in " << constraint;
}

class RegistryLaws : public ::testing::TestWithParam<Case> {
 protected:
  const DistributionPtr distribution_ = GetParam().make(false);
};

TEST_P(RegistryLaws, TransformToReachesTheParameters) {
  at::manual_seed(9);
  const IntArrayRef event = distribution_->event_shape();
  const int64_t size = event.empty() ? 3 : event.back();
  for (const auto& [name, constraint] : distribution_->arg_constraints()) {
    const auto transform = found(transform_to, constraint);
    if (!transform) continue;
    std::vector<int64_t> shape = distribution_->batch_shape().vec();
    shape.resize(shape.size() + static_cast<std::size_t>(constraint->event_dim()), size);
    const Tensor u = 3 * at::randn((*transform)->inverse_shape(shape));
    EXPECT_TRUE(reaches(*transform, constraint, u.to(GetParam().dtype))) << name;
  }
}

TEST_P(RegistryLaws, BijectToReachesTheSupport) {
  at::manual_seed(9);
  const auto support = support_of(distribution_);
  const auto transform = support ? found(biject_to, *support) : std::nullopt;
  if (!transform) return;
  EXPECT_TRUE((*transform)->bijective());
  std::vector<int64_t> shape = distribution_->batch_shape().vec();
  shape.insert(shape.end(), distribution_->event_shape().begin(),
               distribution_->event_shape().end());
  const std::vector<int64_t> unconstrained = (*transform)->inverse_shape(shape);
  if (c10::multiply_integers(shape) == 0) return;
  const Tensor x = at::randn(unconstrained, at::kDouble);
  expect_bijection((*transform)->to(at::kDouble), x);
}

INSTANTIATE_TEST_SUITE_P(All, RegistryLaws, ::testing::ValuesIn(all_cases()), CaseName());

TEST(RegistryLaws, WhatHasNoTransformIsListed) {
  Names with, without, supports_with, supports_without;
  for (const Case& golden : all_cases()) {
    const DistributionPtr distribution = golden.make(false);
    for (const auto& [name, constraint] : distribution->arg_constraints())
      (found(transform_to, constraint) ? with : without).insert(name_of(constraint));
    if (const auto support = support_of(*distribution))
      (found(biject_to, *support) ? supports_with : supports_without).insert(name_of(*support));
  }
  EXPECT_EQ(with, Names({"GreaterThan", "GreaterThanEq", "HalfOpenInterval",
                         "IndependentConstraint", "Interval", "LessThan", "LowerCholesky",
                         "PositiveDefinite", "Real", "Simplex"}));
  EXPECT_EQ(without, Names({"IntegerGreaterThan"}));
  EXPECT_EQ(supports_with, Names({"CorrCholesky", "GreaterThan", "GreaterThanEq",
                                  "IndependentConstraint", "Interval", "Real", "Simplex"}));
  EXPECT_EQ(supports_without,
            Names({"Boolean", "IndependentConstraint", "IntegerGreaterThan", "IntegerInterval",
                   "MixtureSameFamilyConstraint", "Multinomial", "OneHot", "PositiveDefinite"}));
}

}  // namespace
}  // namespace torch::distributions::test
