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

/// A formula and its parameters among the members of `Self`; defined inside the library.
template <class Self>
struct FormulaBinding;

/// A constraint that a class states: one for all its objects, or a function of the object (the
/// support of `Uniform` is the interval between its parameters).
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

/// Whether a constructor always gives a field, or gives one of several (`probs` or `logits`).
enum class Presence : char { kRequired, kAlternative };

/// A parameter of a class: a tensor member, or an accessor that works it out from a base's members
/// and is checked but neither printed nor broadcast. An undefined member is skipped by everything.
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

/// What a class is, as data: `Implements` turns it into broadcasting, checks, `expand`, `to`,
/// printing and the rest of what all distributions share.
template <class Self>
struct Signature {
  const char* name;
  std::vector<core::Field<Self>> fields = {};
  core::ConstraintOf<Self> support = {};
  bool has_rsample = false;
  bool has_enumerate_support = false;
  /// Of the library's scalar families.
  std::vector<std::shared_ptr<const core::FormulaBinding<Self>>> formulas = {};
};

}  // namespace torch::distributions
