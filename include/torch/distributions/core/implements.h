#pragma once

#include <torch/distributions/core/export.h>

#include <c10/util/SmallVector.h>

#include <concepts>
#include <memory>
#include <ostream>
#include <type_traits>
#include <utility>

#include <torch/distributions/core/distribution.h>
#include <torch/distributions/core/repr.h>
#include <torch/distributions/core/signature.h>

namespace torch::distributions {

namespace core {

/// Fails to compile if `Self` declares a member with the name of a public method. Such a member
/// would hide the method in calls on a `Self`, and would not be called through a `Distribution`.
template <class Self, class Methods>
consteval bool hides_no_method() {
  using D = Distribution;
  using Draw = Tensor (D::*)(IntArrayRef, std::optional<Generator>) const;
  using Scored = std::pair<Tensor, Tensor> (D::*)(IntArrayRef, std::optional<Generator>) const;
  using OfValue = Tensor (D::*)(const Tensor&) const;
  using OfParameters = Tensor (D::*)() const;
  using Support = Tensor (D::*)(bool) const;
  using Shape = IntArrayRef (D::*)() const& noexcept;
  using Expand = Self (Methods::*)(IntArrayRef) const;
  using To = Self (Methods::*)(const TensorOptions&) const;
  using Detach = Self (Methods::*)() const;
  // clang-format off
  static_assert(requires { take<Draw>(&Self::sample); }, "override do_sample, not sample");
  static_assert(requires { take<Draw>(&Self::rsample); }, "override do_rsample, not rsample");
  static_assert(requires { take<Scored>(&Self::rsample_with_log_prob); },
                "override do_rsample_with_log_prob, not rsample_with_log_prob");
  static_assert(requires { take<OfValue>(&Self::log_prob); }, "override do_log_prob, not log_prob");
  static_assert(requires { take<OfValue>(&Self::cdf); }, "override do_cdf, not cdf");
  static_assert(requires { take<OfValue>(&Self::icdf); }, "override do_icdf, not icdf");
  static_assert(requires { take<OfValue>(&Self::log_cdf); }, "override do_log_cdf, not log_cdf");
  static_assert(requires { take<OfValue>(&Self::survival_function); },
                "override do_survival_function, not survival_function");
  static_assert(requires { take<OfValue>(&Self::log_survival_function); },
                "override do_log_survival_function, not log_survival_function");
  static_assert(requires { take<OfParameters>(&Self::mean); }, "override do_mean, not mean");
  static_assert(requires { take<OfParameters>(&Self::mode); }, "override do_mode, not mode");
  static_assert(requires { take<OfParameters>(&Self::variance); },
                "override do_variance, not variance");
  static_assert(requires { take<OfParameters>(&Self::stddev); }, "override do_stddev, not stddev");
  static_assert(requires { take<OfParameters>(&Self::entropy); },
                "override do_entropy, not entropy");
  static_assert(requires { take<OfParameters>(&Self::perplexity); },
                "override do_entropy, not perplexity");
  static_assert(requires { take<Support>(&Self::enumerate_support); },
                "override do_enumerate_support, not enumerate_support");
  static_assert(requires { take<Expand>(&Self::expand); }, "override change, not expand");
  static_assert(requires { take<To>(&Self::to); }, "override change, not to");
  static_assert(requires { take<Detach>(&Self::detach); }, "override change, not detach");
  static_assert(requires { take<Shape>(&Self::batch_shape); }, "set_batch_shape, not batch_shape");
  static_assert(requires { take<Shape>(&Self::event_shape); }, "set_event_shape, not event_shape");
  // clang-format on
  return true;
}

}  // namespace core

/// Implements everything about a distribution class that follows from its signature.
///
/// `class Mine : public Implements<Mine>` defines `static const Signature<Mine>& signature()`,
/// calls `initialize()` at the end of its constructor, and overrides the `do_*` hooks that it
/// implements. If `Base` is a concrete class, each class of the chain handles its own members. A
/// class that redeclares a public method, such as `log_prob`, does not compile.
template <class Self, class Base = Distribution>
class Implements : public Base {
 public:
  // The check is here because a virtual function is compiled for every class.
  const core::Type& type() const override {
    static_assert(core::hides_no_method<Self, Implements>());
    return static_type();
  }
  static const core::Type& static_type() {
    static const core::Type type{typeid(Self), Self::signature().name, &Base::static_type()};
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

  Self expand(IntArrayRef batch_shape) const { return with(core::Change::expand(batch_shape)); }
  Self to(const TensorOptions& options) const { return with(core::Change::to(options)); }
  Self detach() const { return with(core::Change::detach()); }
  DistributionPtr changed(const core::Change& change) const override { return with(change); }

  void print(std::ostream& out) const override {
    out << Self::signature().name << '(';
    const char* separator = "";
    for (const auto& field : Self::signature().fields) {
      if (field.member == nullptr || !(self().*field.member).defined()) continue;
      out << separator << field.name << ": " << core::repr_or_size(self().*field.member);
      separator = ", ";
    }
    out << ')';
  }

 protected:
  // Excludes copy and move construction.
  template <class... Args>
    requires(!(sizeof...(Args) == 1 &&
               (std::derived_from<std::remove_cvref_t<Args>, Implements> && ...)))
  explicit Implements(Args&&... args) : Base(std::forward<Args>(args)...) {}

  /// Ends a constructor: broadcasts the batch dimensions of the members and validates every field.
  void initialize() {
    for (const auto& field : Self::signature().fields) {
      if (field.member != nullptr && field.presence == core::Presence::kRequired)
        core::require_numbers(Self::signature().name, field.name, self().*field.member);
    }
    join_members();
    validate_fields();
  }

  /// Broadcasts the batch dimensions of the members with each other.
  void join_members() { this->join_batch(members()); }

  /// Stores the arguments of a constructor in the members, in the order of the signature, and calls
  /// `initialize()`.
  template <std::same_as<Param>... Params>
    requires(sizeof...(Params) > 0)
  void initialize(const Params&... params) {
    assign_members(params...);
    initialize();
  }

  /// Stores the arguments of a constructor in the members, in the order of the signature.
  template <std::same_as<Param>... Params>
  void assign_members(const Params&... params) {
    this->assign({&params...}, members(/*defined_only=*/false));
  }

  /// Checks that an argument is defined and holds numbers, so that an error names this class and
  /// not the base or part to which the constructor passes the argument.
  static Param require(const char* name, Param param) {
    core::require_numbers(Self::signature().name, name, param);
    return param;
  }

  void validate_fields() const {
    if (!this->validates()) return;
    for (const auto& field : Self::signature().fields) {
      const Tensor parameter =
          field.member == nullptr ? field.accessor(self()) : self().*field.member;
      if (parameter.defined())
        this->validate_parameter(field.name, parameter, *field.constraint(self()));
    }
  }

  void change(const core::Change& change) override {
    Base::change(change);
    for (const auto& member : members()) *member.tensor = change(*member.tensor, member.event_dim);
  }

  at::ScalarType do_dtype() const override {
    std::optional<at::ScalarType> common;
    for (const auto& field : Self::signature().fields) {
      if (field.member == nullptr || !(self().*field.member).defined()) continue;
      const at::ScalarType dtype = (self().*field.member).scalar_type();
      common = common ? at::promote_types(*common, dtype) : dtype;
    }
    return common && at::isFloatingType(*common) ? *common : Base::do_dtype();
  }

 private:
  Self& self() { return static_cast<Self&>(*this); }
  const Self& self() const { return static_cast<const Self&>(*this); }

  Self with(const core::Change& change) const {
    Self copy(self());
    // Called virtually through this class: `Self` may override `change` as a private member.
    static_cast<Implements&>(copy).change(change);
    if (change.converts()) static_cast<const Implements&>(copy).validate_fields();
    return copy;
  }

  std::shared_ptr<const Distribution> copy() const override {
    // The copy would slice an object of a class that derives from `Self` without `Implements`.
    if (typeid(*this) != typeid(Self)) this->not_implemented("copy");
    return std::make_shared<const Self>(self());
  }

  c10::SmallVector<Distribution::Member, 4> members(bool defined_only = true) {
    c10::SmallVector<Distribution::Member, 4> all;
    for (const auto& field : Self::signature().fields) {
      if (field.member == nullptr) continue;
      Tensor& member = self().*field.member;
      if (defined_only && !member.defined()) continue;
      all.push_back(
          {field.name, &member, field.event_dim, field.presence == core::Presence::kRequired});
    }
    return all;
  }
};

}  // namespace torch::distributions
