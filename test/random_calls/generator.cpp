#include "random_calls/generator.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "support/families.h"

namespace torch::distributions::random_calls {
namespace {

constexpr at::ScalarType kDtypes[] = {at::kDouble, at::kDouble,  at::kDouble, at::kDouble,
                                      at::kFloat,  at::kFloat,   at::kFloat,  at::kFloat,
                                      at::kHalf,   at::kBFloat16};
constexpr Temper kTempers[] = {Temper::kOrdinary, Temper::kOrdinary,  Temper::kExtreme,
                               Temper::kExtreme,  Temper::kLimitless, Temper::kBroken};

/// The expression `Name(argument, ...)` as a DistributionPtr.
template <class D, class... Arguments>
Expression<DistributionPtr> construct(const std::string& name,
                                      const Expression<Arguments>&... arguments) {
  return call<DistributionPtr>(
      name + "(", ")",
      [](Arguments... values) -> DistributionPtr { return D(std::move(values)...); }, arguments...);
}

template <class T>
Expression<TransformPtr> transform_of(const std::string& name) {
  return constant<TransformPtr>(name + "()", T());
}

Expression<TransformPtr> inverse(const Expression<TransformPtr>& transform) {
  return call<TransformPtr>(
      "", ".inv()", [](const TransformPtr& t) { return t->inv(); }, transform);
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

Generator::Generator(uint64_t structure_seed, uint64_t number_seed)
    : structure_(structure_seed),
      numbers_(number_seed ^ 0x5DEECE66D),
      temper_(structure_.pick(kTempers)),
      dtype_(structure_.pick(kDtypes)),
      mixes_dtypes_(structure_.chance(0.08)) {}

// Parameters.

at::ScalarType Generator::leaf_dtype() { return mixes_dtypes_ ? structure_.pick(kDtypes) : dtype_; }

Expression<Param> Generator::parameter(const Domain& domain, const Shape& shape,
                                       int64_t event_dim) {
  const at::ScalarType dtype = leaf_dtype();
  const auto draw = [&](Temper temper, at::ScalarType in) {
    const double x = number(numbers_, domain, temper, in);
    if (!std::isfinite(x) || !domain.contains(x)) valid_ = false;
    if (!domain.accepts(x)) must_refuse_ = true;
    return x;
  };
  if (shape.empty() && !mixes_dtypes_ && structure_.chance(0.3)) {
    // A number takes the dtype of the tensors that it is used with, or float if there is none.
    const double x = draw(temper_, dtype == at::kDouble ? at::kFloat : dtype);
    return constant(text_of(x), Param(x));
  }
  const bool integral = structure_.chance(0.04) && domain.contains(1) && !domain.contains(0.5);
  const at::ScalarType stored = integral ? at::kLong : dtype;
  const Temper temper = integral ? Temper::kOrdinary : temper_;
  return leaf(literal(structure_, shape, event_dim, stored, [&] { return draw(temper, dtype); }));
}

Expression<Param> Generator::free_parameter(const Domain& domain, const Shape& shape) {
  const bool refused = must_refuse_;
  auto made = parameter(domain, shape);
  must_refuse_ = refused;
  return made;
}

Expression<Param> Generator::given(const Tensor& numbers) {
  return leaf(literal(structure_, numbers));
}

Expression<ProbsOrLogits> Generator::weights(const Shape& batch, int64_t categories) {
  const bool as_probs = structure_.chance(0.5);
  const double impossible = as_probs ? 0 : -std::numeric_limits<double>::infinity();
  const at::ScalarType dtype = leaf_dtype();
  int64_t position = 0;
  bool any_possible = false;
  const auto draw = [&] {
    if (position++ % categories == 0) any_possible = false;
    const bool last = position % categories == 0;
    double x = number(numbers_, as_probs ? kWeight : kReal, temper_, dtype);
    if (temper_ != Temper::kOrdinary && numbers_.chance(0.15)) x = impossible;
    if (temper_ != Temper::kBroken && last && !any_possible && x == impossible) x = 1;
    any_possible = any_possible || x != impossible;
    if (as_probs ? !(x >= 0 && std::isfinite(x)) : !(x < INFINITY)) valid_ = false;
    if (last && !any_possible) valid_ = false;
    if (as_probs ? !(x >= 0 && std::isfinite(x)) || (last && !any_possible) : std::isnan(x)) {
      must_refuse_ = true;
    }
    return x;
  };
  const Expression<Param> given =
      leaf(literal(structure_, joined(batch, {categories}), 1, dtype, draw));
  if (as_probs) {
    return call<ProbsOrLogits>(
        "{.probs = ", "}", [](Param p) { return ProbsOrLogits{.probs = p}; }, given);
  }
  return call<ProbsOrLogits>(
      "{.logits = ", "}", [](Param l) { return ProbsOrLogits{.logits = l}; }, given);
}

Expression<Param> Generator::temperature(const Shape& batch) {
  return batch.empty() ? parameter(kPositive, batch) : parameter(kPositive, joined(batch, {1}), 1);
}

std::pair<Expression<Param>, Expression<Param>> Generator::bounds(const Shape& shape) {
  const at::ScalarType dtype = dtype_;
  const bool known_order = temper_ != Temper::kBroken;
  const auto n = static_cast<std::size_t>(c10::multiply_integers(shape));
  std::vector<double> low(n), high(n);
  for (std::size_t i = 0; i < n; ++i) {
    do {
      low[i] = number(numbers_, kReal, temper_, dtype);
      const double other = number(numbers_, kReal, temper_, dtype);
      high[i] = numbers_.chance(0.5) ? other : low[i] + std::abs(other);
      high[i] = rounded(high[i], dtype);
    } while (known_order && !(low[i] < high[i] && std::isfinite(high[i])));
    if (!(low[i] < high[i]) || !std::isfinite(low[i]) || !std::isfinite(high[i])) valid_ = false;
  }
  if (shape.empty() && structure_.chance(0.3) && dtype != at::kDouble) {
    return {constant(text_of(low[0]), Param(low[0])), constant(text_of(high[0]), Param(high[0]))};
  }
  const auto tensor = [&](const std::vector<double>& numbers) {
    return given(at::tensor(numbers, at::kDouble).view(shape).to(dtype));
  };
  auto lower = tensor(low);
  return {std::move(lower), tensor(high)};
}

Expression<Covariance> Generator::covariance(const Shape& batch, int64_t n) {
  const at::ScalarType dtype = leaf_dtype();
  // A factor. If the numbers are extreme, its rows have different scales.
  const int reach = temper_ == Temper::kOrdinary ? 0
                    : dtype == at::kDouble       ? 150
                    : dtype == at::kHalf         ? 2
                                                 : 15;
  const Shape shape = joined(batch, {n, n});
  Tensor factor = at::zeros(shape, at::kDouble);
  auto* element = factor.mutable_data_ptr<double>();
  for (int64_t matrices = factor.numel() / (n * n); matrices > 0; --matrices) {
    for (int64_t row = 0; row < n; ++row) {
      const double scale = std::exp2(std::floor(numbers_.between(-reach, reach + 1)));
      for (int64_t column = 0; column < n; ++column, ++element) {
        if (column < row) *element = scale * numbers_.between(-0.3, 0.3);
        if (column == row) *element = scale * numbers_.between(0.5, 1.5);
        if (temper_ == Temper::kBroken && numbers_.chance(0.1)) {
          *element = any_number(numbers_, dtype);
          valid_ = false;
        }
      }
    }
  }
  const Tensor product = at::matmul(factor, factor.mT());
  const Tensor symmetric = ((product + product.mT()) / 2).to(dtype);
  switch (structure_.below(3)) {
    case 0:
      return call<Covariance>(
          "{.scale_tril = ", "}", [](Param m) { return Covariance{.scale_tril = std::move(m)}; },
          given(factor.to(dtype)));
    case 1:
      return call<Covariance>(
          "{.covariance_matrix = ", "}",
          [](Param m) { return Covariance{.covariance_matrix = std::move(m)}; }, given(symmetric));
    default:
      return call<Covariance>(
          "{.precision_matrix = ", "}",
          [](Param m) { return Covariance{.precision_matrix = std::move(m)}; }, given(symmetric));
  }
}

// Families.

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
    transforms.push_back(transform_of<StickBreakingTransform>("StickBreakingTransform"));
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

// Transforms and constraints.

Expression<Param> Generator::factor(const Shape& shape) {
  const auto positive = free_parameter(kPositive, shape);
  if (!structure_.chance(0.3)) return positive;
  return call<Param>(
      "-", "",
      [](const Param& p) {
        if (!p.defined()) return p;
        return p.is_number() ? Param(-p.number()) : Param(p.tensor().neg());
      },
      positive);
}

Expression<TransformPtr> Generator::affine(const Shape& shape) {
  const auto shapes = shapes_that_join(structure_, shape, 2);
  const auto loc = free_parameter(kReal, shapes[0]);
  const auto scale = factor(shapes[1]);
  return call<TransformPtr>(
      "AffineTransform(", ")",
      [](Param l, Param s) -> TransformPtr { return AffineTransform(std::move(l), std::move(s)); },
      loc, scale);
}

Expression<TransformPtr> Generator::power(const Shape& shape) {
  return call<TransformPtr>(
      "PowerTransform(", ")",
      [](Param exponent) -> TransformPtr { return PowerTransform(std::move(exponent)); },
      factor(shapes_that_join(structure_, shape, 2)[0]));
}

Expression<TransformPtr> Generator::elementwise(int depth, const Shape& shape, Range& range) {
  const auto to = [&](Range result, Expression<TransformPtr> transform) {
    range = result;
    return transform;
  };
  if (range != Range::kReals && structure_.chance(0.3)) {
    const auto transform = power(shape);
    return to(Range::kPositives, structure_.chance(0.3) ? inverse(transform) : transform);
  }
  if (range == Range::kPositives && structure_.chance(0.3)) {
    return to(Range::kReals, structure_.chance(0.5)
                                 ? inverse(transform_of<ExpTransform>("ExpTransform"))
                                 : inverse(transform_of<SoftplusTransform>("SoftplusTransform")));
  }
  if (range == Range::kUnitInterval && structure_.chance(0.3)) {
    return to(Range::kReals, structure_.chance(0.5)
                                 ? inverse(transform_of<SigmoidTransform>("SigmoidTransform"))
                                 : inverse(transform_of<TanhTransform>("TanhTransform")));
  }
  switch (structure_.below(depth > 0 ? 9 : 5)) {
    case 0:
      return to(Range::kPositives, transform_of<ExpTransform>("ExpTransform"));
    case 1:
      return to(Range::kUnitInterval, transform_of<SigmoidTransform>("SigmoidTransform"));
    case 2:
      return to(Range::kReals, transform_of<TanhTransform>("TanhTransform"));
    case 3:
      return to(Range::kPositives, transform_of<SoftplusTransform>("SoftplusTransform"));
    case 4: {
      const auto transform = affine(shape);
      return to(Range::kReals, structure_.chance(0.3) ? inverse(transform) : transform);
    }
    case 5: {
      const auto constraint = bounded(shape);
      return to(
          Range::kReals,
          call<TransformPtr>(
              "biject_to(", ")", [](const ConstraintPtr& c) { return biject_to(c); }, constraint));
    }
    case 6:
      return call<TransformPtr>(
          "IndependentTransform(", ", 0)",
          [](TransformPtr t) -> TransformPtr { return IndependentTransform(std::move(t), 0); },
          elementwise(depth - 1, shape, range));
    case 7:
      return call<TransformPtr>(
          "", ".with_cache()", [](const TransformPtr& t) { return t->with_cache(); },
          elementwise(depth - 1, shape, range));
    default: {
      std::vector<Expression<TransformPtr>> parts;
      for (int64_t count = structure_.below(3); count > 0; --count) {
        parts.push_back(elementwise(depth - 1, shape, range));
      }
      return call_with_list<TransformPtr>(
          "ComposeTransform({", "})",
          [](std::vector<TransformPtr> all) -> TransformPtr {
            return ComposeTransform(std::move(all));
          },
          parts);
    }
  }
}

TransformProgram Generator::transform() {
  const Shape shape = random_shape(structure_);
  Range range = Range::kReals;
  auto transform = elementwise(2, shape, range);
  if (structure_.chance(0.1)) {
    transform = call<TransformPtr>(
        "ComposeTransform({", ", AbsTransform()})",
        [](TransformPtr first) -> TransformPtr {
          return ComposeTransform({std::move(first), AbsTransform()});
        },
        transform);
  }
  const int64_t rank = static_cast<int64_t>(shape.size());
  if (rank > 0 && structure_.chance(0.3)) {
    const int64_t ndims = 1 + structure_.below(rank);
    transform = call<TransformPtr>(
        "IndependentTransform(", ", " + std::to_string(ndims) + ")",
        [ndims](TransformPtr t) -> TransformPtr {
          return IndependentTransform(std::move(t), ndims);
        },
        transform);
  }
  if (rank > 0 && shape.back() > 0 && structure_.chance(0.3)) {
    const bool is_triangular = shape.back() == 1 || shape.back() == 3 || shape.back() == 6;
    const auto last = is_triangular && structure_.chance(0.5)
                          ? transform_of<CorrCholeskyTransform>("CorrCholeskyTransform")
                      : structure_.chance(0.5)
                          ? transform_of<SoftmaxTransform>("SoftmaxTransform")
                          : transform_of<StickBreakingTransform>("StickBreakingTransform");
    transform = call<TransformPtr>(
        "ComposeTransform({", "})",
        [](TransformPtr first, TransformPtr second) -> TransformPtr {
          return ComposeTransform({std::move(first), std::move(second)});
        },
        transform, last);
  }
  return {transform, shape};
}

Expression<ConstraintPtr> Generator::bounded(const Shape& shape) {
  using Two = ConstraintPtr (*)(Param, Param);
  using One = ConstraintPtr (*)(Param);
  const auto of_one = [&](const char* name, One make) {
    const auto shapes = shapes_that_join(structure_, shape, 2);
    return call<ConstraintPtr>(std::string("constraints::") + name + "(", ")", make,
                               free_parameter(kReal, shapes[0]));
  };
  const auto of_two = [&](const char* name, Two make) {
    const auto shapes = shapes_that_join(structure_, shape, 2);
    const auto [low, high] = bounds(shapes[0]);
    return call<ConstraintPtr>(std::string("constraints::") + name + "(", ")", make, low, high);
  };
  switch (structure_.below(9)) {
    case 0:
      return constant<ConstraintPtr>("constraints::real", constraints::real);
    case 1:
      return constant<ConstraintPtr>("constraints::positive", constraints::positive);
    case 2:
      return constant<ConstraintPtr>("constraints::nonnegative", constraints::nonnegative);
    case 3:
      return constant<ConstraintPtr>("constraints::unit_interval", constraints::unit_interval);
    case 4:
      return of_one("greater_than",
                    [](Param p) -> ConstraintPtr { return constraints::greater_than(p); });
    case 5:
      return of_one("greater_than_eq",
                    [](Param p) -> ConstraintPtr { return constraints::greater_than_eq(p); });
    case 6:
      return of_one("less_than",
                    [](Param p) -> ConstraintPtr { return constraints::less_than(p); });
    case 7:
      return of_two("interval",
                    [](Param a, Param b) -> ConstraintPtr { return constraints::interval(a, b); });
    default:
      return of_two("half_open_interval", [](Param a, Param b) -> ConstraintPtr {
        return constraints::half_open_interval(a, b);
      });
  }
}

ConstraintProgram Generator::constraint() {
  const Shape shape = random_shape(structure_);
  const int64_t rank = static_cast<int64_t>(shape.size());
  auto constraint = rank > 0 && shape.back() > 0 && structure_.chance(0.2)
                        ? constant<ConstraintPtr>("constraints::simplex", constraints::simplex)
                        : bounded(shape);
  const int64_t free_dims = rank - constraint()->event_dim();
  if (structure_.chance(0.3)) {
    const int64_t ndims = structure_.below(free_dims + 1);
    constraint = call<ConstraintPtr>(
        "constraints::independent(", ", " + std::to_string(ndims) + ")",
        [ndims](ConstraintPtr c) -> ConstraintPtr {
          return constraints::independent(std::move(c), ndims);
        },
        constraint);
  }
  return {constraint, shape};
}

}  // namespace torch::distributions::random_calls
