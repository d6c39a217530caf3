// Checks the concepts below for every distribution class. The build makes the list DISTRIBUTIONS
// from the public headers. This file must compile.
#include <torch/distributions.h>

#include <concepts>
#include <optional>
#include <ostream>
#include <type_traits>
#include <vector>

namespace torch::distributions {
namespace {

/// Copyable and assignable, but not default-constructible and not implicitly convertible from a
/// parameter.
template <class D>
concept IsValue = std::copyable<D> && !std::default_initializable<D> &&
                  !std::convertible_to<Tensor, D> && !std::convertible_to<double, D>;

/// Converts to DistributionPtr, from which `is` and `as` recover the class.
template <class D>
concept IsDistribution =
    std::derived_from<D, Distribution> && !std::is_abstract_v<D> &&
    std::convertible_to<D, DistributionPtr> && requires(const DistributionPtr& handle) {
      { handle.is<D>() } -> std::same_as<bool>;
      { handle.as<D>() } -> std::same_as<const D&>;
    };

/// Has a signature and a type of its own, not those of its base.
template <class D>
concept HasSignature = requires {
  { D::signature() } -> std::same_as<const Signature<D>&>;
  { D::static_type() } -> std::same_as<decltype(Distribution::static_type())>;
};

/// `expand`, `to` and `detach` return the same class.
template <class D>
concept KeepsItsClass = requires(const D& d, IntArrayRef shape, const TensorOptions& options) {
  { d.expand(shape) } -> std::same_as<D>;
  { d.to(options) } -> std::same_as<D>;
  { d.detach() } -> std::same_as<D>;
};

/// The shapes of an lvalue are views, those of a temporary are copies.
template <class D>
concept HasShapes = requires(const D& d, D temporary) {
  { d.batch_shape() } -> std::same_as<IntArrayRef>;
  { d.event_shape() } -> std::same_as<IntArrayRef>;
  { std::move(temporary).batch_shape() } -> std::same_as<std::vector<int64_t>>;
  { std::move(temporary).event_shape() } -> std::same_as<std::vector<int64_t>>;
};

template <class D>
concept HasMethods = requires(const D& d, const Tensor& value, IntArrayRef shape,
                              std::optional<Generator> generator, std::ostream& out) {
  { d.sample() } -> std::same_as<Tensor>;
  { d.sample(shape, generator) } -> std::same_as<Tensor>;
  { d.rsample() } -> std::same_as<Tensor>;
  { d.rsample(shape, generator) } -> std::same_as<Tensor>;
  { d.log_prob(value) } -> std::same_as<Tensor>;
  { d.cdf(value) } -> std::same_as<Tensor>;
  { d.icdf(value) } -> std::same_as<Tensor>;
  { d.log_cdf(value) } -> std::same_as<Tensor>;
  { d.survival_function(value) } -> std::same_as<Tensor>;
  { d.log_survival_function(value) } -> std::same_as<Tensor>;
  { d.mean() } -> std::same_as<Tensor>;
  { d.mode() } -> std::same_as<Tensor>;
  { d.variance() } -> std::same_as<Tensor>;
  { d.stddev() } -> std::same_as<Tensor>;
  { d.entropy() } -> std::same_as<Tensor>;
  { d.perplexity() } -> std::same_as<Tensor>;
  { d.enumerate_support() } -> std::same_as<Tensor>;
  { d.enumerate_support(false) } -> std::same_as<Tensor>;
  { d.support() } -> std::same_as<ConstraintPtr>;
  { d.arg_constraints() } -> std::same_as<ArgConstraints>;
  { d.has_rsample() } -> std::same_as<bool>;
  { d.has_enumerate_support() } -> std::same_as<bool>;
  { kl_divergence(d, d) } -> std::same_as<Tensor>;
  { out << d } -> std::same_as<std::ostream&>;
};

template <class D>
struct Check {
  static_assert(IsValue<D>);
  static_assert(IsDistribution<D>);
  static_assert(HasSignature<D>);
  static_assert(KeepsItsClass<D>);
  static_assert(HasShapes<D>);
  static_assert(HasMethods<D>);
};

template <class... D>
struct CheckAll : Check<D>... {};
template struct CheckAll<DISTRIBUTIONS>;

// The concepts reject classes that lack something.
struct OfBase : Normal {
  OfBase() : Normal(0, 1) {}
};
static_assert(!IsValue<OfBase> && !HasSignature<OfBase> && !KeepsItsClass<OfBase>);
static_assert(!IsDistribution<ExponentialFamily> && !IsDistribution<constraints::Real>);
static_assert(!HasShapes<Tensor> && !HasMethods<constraints::Real>);

}  // namespace
}  // namespace torch::distributions
