#include "random_calls/generator.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/families.h"

namespace torch::distributions::random_calls {
namespace {

/// The expression `Name(argument, ...)` as a DistributionPtr.
template <class D, class... Arguments>
Expression<DistributionPtr> construct(const std::string& name,
                                      const Expression<Arguments>&... arguments) {
  return call<DistributionPtr>(
      name + "(", ")",
      [](Arguments... values) -> DistributionPtr { return D(std::move(values)...); }, arguments...);
}

/// The domain of a parameter of a kind of test/oracle/framework/draws.py.
const Domain& domain_of(const std::string& kind) {
  static const std::map<std::string, const Domain*> domains{
      {"real", &kReal},
      {"log location", &kReal},
      {"logit", &kReal},
      {"lower end", &kReal},
      {"shape", &kReal},
      {"positive", &kPositive},
      {"scale", &kPositive},
      {"log scale", &kPositive},
      {"rate", &kPositive},
      {"least value", &kPositive},
      {"intensity", &kNonnegative},
      {"probability", &kProbability},
      {"positive probability", &kPositiveProbability},
      {"proper probability", &kProperProbability},
      {"trials", &kCount}};
  const auto found = domains.find(kind);
  if (found == domains.end()) throw std::runtime_error("no domain for parameters of kind " + kind);
  return *found->second;
}

/// The kind of a family's values.
std::string kind_of_value(const test::Family& family) { return family.data->at("value"); }

/// The scalar families of test/data, the continuous ones first.
struct ScalarFamilies {
  std::vector<const test::Family*> all;
  int64_t continuous = 0;
};

const ScalarFamilies& scalar_families() {
  static const ScalarFamilies found = [] {
    ScalarFamilies scalar;
    for (const test::Family& family : test::families()) {
      if (family.is_scalar()) scalar.all.push_back(&family);
    }
    const auto discrete =
        std::stable_partition(scalar.all.begin(), scalar.all.end(), [](const test::Family* f) {
          return kind_of_value(*f) != "count" && kind_of_value(*f) != "outcome";
        });
    scalar.continuous = discrete - scalar.all.begin();
    return scalar;
  }();
  return found;
}

/// Whether every number of `a` is below the number of `b` at the same place. Both have the same
/// shape.
bool all_below(const Expression<Param>& a, const Expression<Param>& b) {
  return (a().tensor() < b().tensor()).all().item<bool>();
}

}  // namespace

Generator::Range Generator::range_of(const test::Family& family) {
  const std::string kind = kind_of_value(family);
  if (kind == "positive") return Range::kPositives;
  return kind == "unit" ? Range::kUnitInterval : Range::kReals;
}

Generator::Built Generator::scalar(const test::Family& family, const Shape& batch) {
  const char* omitted = structure_.chance(0.5) ? "probs" : "logits";  // if there are both
  std::vector<std::string> names;
  for (const std::string& name : family.parameters) {
    // `bounds` draws low and high together.
    if (name != omitted && family.kind_of(name) != "high") names.push_back(name);
  }
  const auto shapes = shapes_that_join(structure_, batch, names.size());
  std::vector<Expression<Param>> arguments;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string kind = family.kind_of(names[i]);
    if (kind == "low") {
      auto [low, high] = bounds(shapes[i]);
      if (!all_below(low, high)) must_refuse_ = true;
      arguments.push_back(std::move(low));
      arguments.push_back(std::move(high));
    } else if (kind.ends_with("probability") || kind == "logit") {
      arguments.push_back(call<Param>(
          "{." + names[i] + " = ", "}", [](Param p) { return p; },
          parameter(domain_of(kind), shapes[i])));
    } else {
      arguments.push_back(parameter(domain_of(kind), shapes[i]));
    }
  }
  const auto make = [&family, omitted](const std::vector<Param>& values) {
    test::Arguments by_name;
    auto value = values.begin();
    for (const std::string& name : family.parameters) {
      if (name != omitted) by_name.emplace(name, *value++);
    }
    return test::make(family.name, by_name);
  };
  return {{call_with_list<DistributionPtr>(family.name + "(", ")", make, arguments), batch, {}},
          range_of(family)};
}

Generator::Built Generator::categorical(const Shape& batch) {
  return {{construct<Categorical>("Categorical", weights(batch, small_size())), batch, {}}};
}

Generator::Built Generator::dirichlet(const Shape& batch) {
  const Shape event{small_size()};
  const auto concentration = parameter(kPositive, joined(batch, event), 1);
  return {{construct<Dirichlet>("Dirichlet", concentration), batch, event}};
}

Generator::Built Generator::exp_relaxed_categorical(const Shape& batch) {
  const auto shapes = shapes_that_join(structure_, batch, 2);
  const int64_t n = small_size();
  const auto temper = temperature(shapes[0]);
  return {{construct<ExpRelaxedCategorical>("ExpRelaxedCategorical", temper, weights(shapes[1], n)),
           batch,
           {n}}};
}

Generator::Built Generator::lkj_cholesky(const Shape& batch) {
  const int64_t n = 1 + small_size();
  return {{call<DistributionPtr>(
               "LKJCholesky(" + std::to_string(n) + ", ", ")",
               [n](Param concentration) -> DistributionPtr {
                 return LKJCholesky(n, std::move(concentration));
               },
               parameter(kPositive, batch)),
           batch,
           {n, n}}};
}

Generator::Built Generator::logistic_normal(const Shape& batch) {
  const auto shapes = shapes_that_join(structure_, batch, 2);
  const int64_t n = small_size();
  const auto loc = parameter(kReal, joined(shapes[0], {n}), 1);
  const auto scale = parameter(kPositive, joined(shapes[1], {n}), 1);
  return {{construct<LogisticNormal>("LogisticNormal", loc, scale), batch, {n + 1}}};
}

Generator::Built Generator::low_rank_multivariate_normal(const Shape& batch) {
  const auto shapes = shapes_that_join(structure_, batch, 3);
  const Shape event{small_size()};
  const Shape matrix = joined(event, {small_size()});
  const auto loc = parameter(kReal, joined(shapes[0], event), 1);
  const auto cov_factor = parameter(kReal, joined(shapes[1], matrix), 2);
  const auto cov_diag = parameter(kPositive, joined(shapes[2], event), 1);
  return {
      {construct<LowRankMultivariateNormal>("LowRankMultivariateNormal", loc, cov_factor, cov_diag),
       batch, event}};
}

Generator::Built Generator::multinomial(const Shape& batch) {
  const auto shapes = shapes_that_join(structure_, batch, 2);
  const int64_t n = small_size();
  const auto total_count = parameter(kExactCount, shapes[0]);
  return {{construct<Multinomial>("Multinomial", total_count, weights(shapes[1], n)), batch, {n}}};
}

Generator::Built Generator::multivariate_normal(const Shape& batch) {
  const auto shapes = shapes_that_join(structure_, batch, 2);
  const Shape event{small_size()};
  const auto loc = parameter(kReal, joined(shapes[0], event), 1);
  return {
      {construct<MultivariateNormal>("MultivariateNormal", loc, covariance(shapes[1], event[0])),
       batch, event}};
}

Generator::Built Generator::one_hot_categorical(const Shape& batch) {
  const int64_t n = small_size();
  return {{construct<OneHotCategorical>("OneHotCategorical", weights(batch, n)), batch, {n}}};
}

Generator::Built Generator::one_hot_categorical_straight_through(const Shape& batch) {
  const int64_t n = small_size();
  return {{construct<OneHotCategoricalStraightThrough>("OneHotCategoricalStraightThrough",
                                                       weights(batch, n)),
           batch,
           {n}}};
}

Generator::Built Generator::relaxed_one_hot_categorical(const Shape& batch) {
  const auto shapes = shapes_that_join(structure_, batch, 2);
  const int64_t n = small_size();
  const auto temper = temperature(shapes[0]);
  return {{construct<RelaxedOneHotCategorical>("RelaxedOneHotCategorical", temper,
                                               weights(shapes[1], n)),
           batch,
           {n}}};
}

Generator::Built Generator::wishart(const Shape& batch) {
  const auto shapes = shapes_that_join(structure_, batch, 2);
  const int64_t n = 1 + structure_.below(3);
  const auto df = parameter(n == 1 ? kPositive : n == 2 ? kAboveOne : kAboveTwo, shapes[0]);
  return {{construct<Wishart>("Wishart", df, covariance(shapes[1], n)), batch, {n, n}}};
}

// Combinators.

Generator::Built Generator::independent(int depth, Kind kind, const Shape& batch) {
  Shape extra(kind == Kind::kContinuousScalar ? 0 : static_cast<std::size_t>(structure_.below(3)));
  for (int64_t& size : extra) size = structure_.chance(0.03) ? 0 : small_size();
  Built base = distribution(depth - 1, kind, joined(batch, extra));
  const auto ndims = static_cast<int64_t>(extra.size());
  base.program.expression = call<DistributionPtr>(
      "Independent(", ", " + std::to_string(ndims) + ")",
      [ndims](DistributionPtr p) -> DistributionPtr { return Independent(std::move(p), ndims); },
      base.program.expression);
  base.program.batch = batch;
  base.program.event = joined(extra, base.program.event);
  return base;
}

Generator::Built Generator::mixture_same_family(int depth, Kind kind, const Shape& batch) {
  const int64_t components = small_size();
  const auto shapes = shapes_that_join(structure_, batch, 2);
  const auto mixing = call<Categorical>(
      "Categorical(", ")", [](ProbsOrLogits w) { return Categorical(std::move(w)); },
      weights(shapes[0], components));
  Built component = distribution(depth - 1, kind, joined(shapes[1], {components}));
  component.program.expression =
      construct<MixtureSameFamily>("MixtureSameFamily", mixing, component.program.expression);
  component.program.batch = batch;
  return component;
}

Generator::Built Generator::transformed_distribution(int depth, Kind kind, const Shape& batch) {
  // An event with more dimensions takes them from the batch of the base.
  const bool as_vector = kind != Kind::kContinuousScalar && structure_.chance(0.3);
  Shape event;
  if (as_vector) event = {small_size()};
  const Shape whole = joined(batch, event);
  Built base = distribution(depth - 1, Kind::kContinuousScalar, whole);
  std::vector<Expression<TransformPtr>> transforms;
  for (int64_t count = structure_.below(3); count >= 0; --count) {
    transforms.push_back(elementwise(depth - 1, whole, base.range));
  }
  if (as_vector && structure_.chance(0.5)) {
    transforms.push_back(
        constant<TransformPtr>("StickBreakingTransform()", StickBreakingTransform()));
    ++event[0];
  } else if (as_vector) {
    transforms.back() = call<TransformPtr>(
        "IndependentTransform(", ", 1)",
        [](TransformPtr t) -> TransformPtr { return IndependentTransform(std::move(t), 1); },
        transforms.back());
  }
  const auto list = call_with_list<std::vector<TransformPtr>>(
      "{", "}", [](std::vector<TransformPtr> all) { return all; }, transforms);
  base.program.expression =
      construct<TransformedDistribution>("TransformedDistribution", base.program.expression, list);
  base.program.batch = batch;
  base.program.event = event;
  return base;
}

Generator::Built Generator::distribution(int depth, Kind kind, const Shape& batch) {
  if (depth > 0 && structure_.chance(0.4)) {
    switch (structure_.below(3)) {
      case 0:
        return independent(depth, kind, batch);
      case 1:
        return mixture_same_family(depth, kind, batch);
      default:
        return transformed_distribution(depth, kind, batch);
    }
  }
  // Continuous scalar families first, then the other continuous ones.
  static constexpr VectorFamily kVectors[] = {&Generator::dirichlet,
                                              &Generator::exp_relaxed_categorical,
                                              &Generator::lkj_cholesky,
                                              &Generator::logistic_normal,
                                              &Generator::low_rank_multivariate_normal,
                                              &Generator::multivariate_normal,
                                              &Generator::relaxed_one_hot_categorical,
                                              &Generator::wishart,
                                              &Generator::categorical,
                                              &Generator::multinomial,
                                              &Generator::one_hot_categorical,
                                              &Generator::one_hot_categorical_straight_through};
  constexpr int64_t kContinuousVectors = 8;
  const auto& [scalars, continuous] = scalar_families();
  const auto vectors = static_cast<int64_t>(std::size(kVectors));
  const int64_t count = kind == Kind::kContinuousScalar ? continuous
                        : kind == Kind::kContinuous
                            ? continuous + kContinuousVectors
                            : vectors + static_cast<int64_t>(scalars.size());
  const int64_t i = structure_.below(count);
  if (i >= continuous && i < continuous + vectors) return (this->*kVectors[i - continuous])(batch);
  return scalar(*scalars[static_cast<std::size_t>(i < continuous ? i : i - vectors)], batch);
}

Program Generator::distribution() {
  constexpr int kDepth = 3;
  const Shape batch = random_shape(structure_);
  return distribution(kDepth, Kind::kAny, batch).program;
}

}  // namespace torch::distributions::random_calls
