#pragma once

#include <torch/distributions/core/export.h>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <torch/distributions/constraints/constraint.h>
#include <torch/distributions/core/param.h>

namespace torch::distributions {

namespace core {

/// A formula and the members of `Self` that hold its parameters. Defined inside the library.
template <class Self>
struct FormulaBinding;

/// A constraint in a signature: the same for all objects of the class, or a function of the object
/// (the support of `Uniform` is the interval between its parameters).
template <class Self>
class ConstraintOf {
 public:
  ConstraintOf() = default;

  template <std::convertible_to<ConstraintPtr> C>
  ConstraintOf(C constraint)  // NOLINT(google-explicit-constructor)
      : fixed_(std::move(constraint)) {}

  template <class Function>
    requires std::is_invocable_r_v<ConstraintPtr, const Function&, const Self&>
  ConstraintOf(Function function)  // NOLINT(google-explicit-constructor)
      : function_(std::move(function)) {}

  bool defined() const { return fixed_ || function_; }
  int64_t event_dim() const { return fixed_ ? (*fixed_)->event_dim() : 0; }
  ConstraintPtr operator()(const Self& self) const { return fixed_ ? *fixed_ : function_(self); }

 private:
  std::optional<ConstraintPtr> fixed_;
  std::function<ConstraintPtr(const Self&)> function_;
};

/// Whether a field is always defined, or is one of several alternatives (`probs` or `logits`).
enum class Presence : char { kRequired, kAlternative };

/// A parameter of a class: a tensor member, or an accessor that computes it from members of a base.
/// Results of accessors are validated, but neither printed nor broadcast. Undefined tensors are
/// skipped.
template <class Self>
struct Field {
  Field(const char* name_, Tensor Self::*member_, ConstraintOf<Self> constraint_,
        Presence presence_ = Presence::kRequired)
      : name(name_),
        member(member_),
        constraint(std::move(constraint_)),
        event_dim(constraint.event_dim()),
        presence(presence_) {}

  template <class Owner, class Result>
    requires(std::derived_from<Self, Owner> && std::convertible_to<Result, Tensor>)
  Field(const char* name_, Result (Owner::*accessor_)() const, ConstraintOf<Self> constraint_)
      : name(name_),
        accessor([accessor_](const Self& self) -> Tensor { return (self.*accessor_)(); }),
        constraint(std::move(constraint_)),
        event_dim(constraint.event_dim()) {}

  const char* name;
  Tensor Self::*member = nullptr;
  std::function<Tensor(const Self&)> accessor;
  ConstraintOf<Self> constraint;
  int64_t event_dim;
  Presence presence = Presence::kRequired;
};

}  // namespace core

/// Describes a distribution class as data. `Implements` derives from it broadcasting, validation,
/// `expand`, `to`, printing and the rest of what distributions have in common.
template <class Self>
struct Signature {
  const char* name;
  std::vector<core::Field<Self>> fields = {};
  core::ConstraintOf<Self> support = {};
  bool has_rsample = false;
  bool has_enumerate_support = false;
  /// The formulas of a scalar family of the library; empty in other classes.
  std::vector<std::shared_ptr<const core::FormulaBinding<Self>>> formulas = {};
};

}  // namespace torch::distributions
