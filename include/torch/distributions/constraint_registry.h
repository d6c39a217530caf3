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

/// Maps each constraint to a transform from unconstrained space to the set of the constraint. The
/// look-up uses the dynamic class of the constraint, not its bases. Thread-safe.
class TORCH_DISTRIBUTIONS_API ConstraintRegistry {
 public:
  ConstraintRegistry() = default;
  ConstraintRegistry(const ConstraintRegistry&) = delete;
  ConstraintRegistry& operator=(const ConstraintRegistry&) = delete;

  /// The transform for `constraint`.
  /// \throws c10::NotImplementedError naming the registered classes if its class is not registered.
  TransformPtr operator()(const Constraint& constraint) const;

  /// Registers `factory` for the class `C`, in place of an earlier factory. It is called with a
  /// `const C&` and returns any transform.
  template <std::derived_from<Constraint> C, class Factory>
    requires std::is_invocable_r_v<TransformPtr, const Factory&, const C&>
  void add(Factory factory) {
    insert(typeid(C), [factory = std::move(factory)](const Constraint& constraint) -> TransformPtr {
      return factory(static_cast<const C&>(constraint));
    });
  }

  /// Registers `factory` for the class of an object: `add(constraints::positive, ...)` registers it
  /// for every `constraints::GreaterThan`.
  template <std::derived_from<Constraint> C, class Factory>
    requires std::is_invocable_r_v<TransformPtr, const Factory&, const C&>
  void add(const C& /*singleton*/, Factory factory) {
    add<C>(std::move(factory));
  }

  /// The registries that `biject_to` and `transform_to` refer to.
  static ConstraintRegistry& bijections();
  static ConstraintRegistry& transformations();

 private:
  using Rule = std::function<TransformPtr(const Constraint&)>;

  void insert(std::type_index constraint, Rule rule);
  /// The names of the registered classes, for an error message.
  std::string registered() const;

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::type_index, std::shared_ptr<const Rule>> rules_;
};

/// Registry of bijections, which have a `log_abs_det_jacobian`, for Hamiltonian Monte Carlo and for
/// densities of unconstrained variables.
inline ConstraintRegistry& biject_to = ConstraintRegistry::bijections();

/// Registry of transforms that need not be bijective, for optimisers that treat all coordinates
/// alike.
inline ConstraintRegistry& transform_to = ConstraintRegistry::transformations();

}  // namespace torch::distributions
