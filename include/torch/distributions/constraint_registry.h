#pragma once

#include <torch/distributions/core/export.h>

#include <concepts>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <typeindex>
#include <unordered_map>
#include <utility>

#include <torch/distributions/constraints/constraint.h>
#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {

/// Maps constraints to transforms from unconstrained space to the set that they describe. A
/// constraint is looked up by its very class, not by its bases. Safe from many threads.
class TORCH_DISTRIBUTIONS_API ConstraintRegistry {
 public:
  ConstraintRegistry() = default;
  ConstraintRegistry(const ConstraintRegistry&) = delete;
  ConstraintRegistry& operator=(const ConstraintRegistry&) = delete;

  /// The transform for `constraint`. \throws c10::NotImplementedError when its class is not
  /// registered: the error names the classes that are.
  TransformPtr operator()(const Constraint& constraint) const;

  /// Registers `factory`, a callable from `const C&` to any transform, for the class `C`; a later
  /// one replaces it.
  template <std::derived_from<Constraint> C, class Factory>
    requires std::is_invocable_r_v<TransformPtr, const Factory&, const C&>
  void add(Factory factory) {
    insert(typeid(C), [factory = std::move(factory)](const Constraint& constraint) -> TransformPtr {
      return factory(static_cast<const C&>(constraint));
    });
  }

  /// The same for the class of an object, as in `add(constraints::positive, ...)`, which is that of
  /// every `constraints::greater_than(...)` too.
  template <std::derived_from<Constraint> C, class Factory>
    requires std::is_invocable_r_v<TransformPtr, const Factory&, const C&>
  void add(const C& /*singleton*/, Factory factory) {
    add<C>(std::move(factory));
  }

  /// What `biject_to` and `transform_to` name.
  static ConstraintRegistry& bijections();
  static ConstraintRegistry& transformations();

 private:
  using Rule = std::function<TransformPtr(const Constraint&)>;

  void insert(std::type_index constraint, Rule rule);
  /// The names of the classes that have a rule.
  std::string registered() const;

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::type_index, std::shared_ptr<const Rule>> rules_;
};

/// The registry of bijections, which have `log_abs_det_jacobian`: for Hamiltonian Monte Carlo and
/// densities of unconstrained variables.
inline ConstraintRegistry& biject_to = ConstraintRegistry::bijections();

/// The registry of transforms that need not be bijective, and suit optimisers that treat
/// coordinates alike.
inline ConstraintRegistry& transform_to = ConstraintRegistry::transformations();

}  // namespace torch::distributions
