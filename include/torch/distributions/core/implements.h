#pragma once

#include <c10/util/SmallVector.h>

#include <concepts>
#include <ostream>
#include <type_traits>
#include <utility>

#include <torch/distributions/core/distribution.h>
#include <torch/distributions/core/repr.h>
#include <torch/distributions/core/signature.h>

namespace torch::distributions {

/// Everything about a distribution class that follows from its signature.
///
/// `class Mine : public Implements<Mine>` states `static const Signature<Mine>& signature()`, calls
/// `initialize()` at the end of its constructor, and overrides the `do_*` hooks that it has. With a
/// `Base` that is itself a concrete class, each class of the chain looks after its own members.
template <class Self, class Base = Distribution>
class Implements : public Base {
 public:
  const Type& type() const override { return static_type(); }
  static const Type& static_type() {
    static const Type type{typeid(Self), Self::signature().name, &Base::static_type()};
    return type;
  }

  ConstraintPtr support() const override {
    const auto& support = Self::signature().support;
    if (!support.defined()) this->not_implemented("support");
    return support(self());
  }
  bool has_rsample() const override { return Self::signature().has_rsample; }
  bool has_enumerate_support() const override { return Self::signature().has_enumerate_support; }

  ArgConstraints arg_constraints() const override {
    ArgConstraints constraints;
    for (const auto& field : Self::signature().fields) {
      constraints.emplace_back(field.name, field.constraint(self()));
    }
    return constraints;
  }

  Self expand(IntArrayRef batch_shape) const { return with(Change::expand(batch_shape)); }
  Self to(const TensorOptions& options) const { return with(Change::to(options)); }
  Self detach() const { return with(Change::detach()); }
  DistributionPtr changed(const Change& change) const override { return with(change); }

  void print(std::ostream& out) const override {
    out << Self::signature().name << '(';
    const char* separator = "";
    for (const auto& field : Self::signature().fields) {
      if (field.member == nullptr || !(self().*field.member).defined()) continue;
      out << separator << field.name << ": " << repr_or_size(self().*field.member);
      separator = ", ";
    }
    out << ')';
  }

 protected:
  // Every argument list but that of a copy.
  template <class... Args>
    requires(!(sizeof...(Args) == 1 &&
               (std::derived_from<std::remove_cvref_t<Args>, Implements> && ...)))
  explicit Implements(Args&&... args) : Base(std::forward<Args>(args)...) {}

  /// Ends a constructor: broadcasts the members' batch dimensions and checks every field.
  void initialize() {
    join_members();
    validate_fields();
  }

  /// Broadcasts the members' batch dimensions with each other.
  void join_members() { this->join_batch(members()); }

  /// Ends a constructor whose arguments are the members, in the signature's order.
  template <std::same_as<Param>... Params>
    requires(sizeof...(Params) > 0)
  void initialize(const Params&... params) {
    assign_members(params...);
    initialize();
  }

  /// Stores the constructor's arguments in the members, in the signature's order.
  template <std::same_as<Param>... Params>
  void assign_members(const Params&... params) {
    this->assign({&params...}, members(/*defined_only=*/false));
  }

  void validate_fields() const {
    if (!this->validates()) return;
    for (const auto& field : Self::signature().fields) {
      if (field.member == nullptr) {
        this->validate_parameter(field.name, field.accessor(self()), *field.constraint(self()));
      } else if (const Tensor& member = self().*field.member; member.defined()) {
        this->validate_parameter(field.name, member, *field.constraint(self()));
      }
    }
  }

  void change(const Change& change) override {
    Base::change(change);
    for (const auto& member : members()) *member.tensor = change(*member.tensor, member.event_dim);
  }

 private:
  Self& self() { return static_cast<Self&>(*this); }
  const Self& self() const { return static_cast<const Self&>(*this); }

  Self with(const Change& change) const {
    Self copy(self());
    // Virtual, so that a class which overrides `change` (privately, too) has its say.
    static_cast<Implements&>(copy).change(change);
    return copy;
  }

  c10::SmallVector<Distribution::Member, 4> members(bool defined_only = true) {
    c10::SmallVector<Distribution::Member, 4> all;
    for (const auto& field : Self::signature().fields) {
      if (field.member == nullptr) continue;
      Tensor& member = self().*field.member;
      if (defined_only && !member.defined()) continue;
      all.push_back({field.name, &member, field.event_dim, field.presence == Presence::kRequired});
    }
    return all;
  }
};

}  // namespace torch::distributions
